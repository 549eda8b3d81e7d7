import { DatabaseSync } from 'node:sqlite';
import { migrationsFrom } from '../../src/store/migrations.ts';

/** A store in memory with every table and no row. */
export function emptyStore(): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  for (const sql of migrationsFrom(0, 'sqlite')) db.exec(sql);
  return db;
}
