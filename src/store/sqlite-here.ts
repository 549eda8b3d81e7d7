import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { sqliteDialect } from './sqlite-dialect.ts';
import type { Database } from './tables.ts';

const bind = (params: readonly unknown[]) => params.map((p) => (p === undefined ? null : typeof p === 'boolean' ? Number(p) : p)) as SQLInputValue[];

/** Runs queries on a read-only connection, in the thread that asks. Statements are prepared once per text; `$1` becomes SQLite's `?1`. */
export function openSqliteQueries(path: string): { run(sql: string, params: readonly unknown[]): unknown[]; close(): void } {
  const db = new DatabaseSync(path, { readOnly: true });
  db.exec('PRAGMA busy_timeout=5000; PRAGMA cache_size=-4096');
  const kept = new Map<string, StatementSync>();
  return {
    run(sql, params) {
      let statement = kept.get(sql);
      if (!statement) {
        statement = db.prepare(sql.replace(/\$(\d+)/g, '?$1'));
        if (kept.size < KEPT) kept.set(sql, statement);
      }
      return statement.all(...bind(params));
    },
    close: () => db.close(),
  };
}
/** Filters make ever new texts; past this many they are prepared each time. */
const KEPT = 200;

/** The embedded store for queries of a thread of its own. */
export function openSqliteHere(path: string): { read: Kysely<Database>; close(): Promise<void> } {
  const queries = openSqliteQueries(path);
  return {
    read: new Kysely<Database>({ dialect: sqliteDialect(async ({ sql, parameters }) => ({ rows: queries.run(sql, parameters) })) }),
    close: async () => queries.close(),
  };
}
