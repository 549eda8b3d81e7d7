import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { sqliteDialect } from './sqlite-dialect.ts';
import { createStatements } from './sqlite-statements.ts';
import type { Database } from './tables.ts';

/** Filters make ever new texts; past this many they are prepared each time. */
const KEPT = 200;

/** Runs queries on a read-only connection, in the thread that asks. Statements are prepared once per text; `$1` becomes SQLite's `?1`. */
export function openSqliteQueries(path: string): { run(sql: string, params: readonly unknown[]): unknown[]; close(): void } {
  const db = new DatabaseSync(path, { readOnly: true });
  db.exec('PRAGMA busy_timeout=5000; PRAGMA cache_size=-4096');
  const prepare = createStatements(db, KEPT);
  return {
    run: (sql, params) => prepare(sql).all(params),
    close: () => db.close(),
  };
}

/** The embedded store for queries of a thread of its own. */
export function openSqliteHere(path: string): { read: Kysely<Database>; close(): Promise<void> } {
  const queries = openSqliteQueries(path);
  return {
    read: new Kysely<Database>({ dialect: sqliteDialect(async ({ sql, parameters }) => ({ rows: queries.run(sql, parameters) })) }),
    close: async () => queries.close(),
  };
}
