import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** Prepared statements by text, so many kept; `$1` becomes SQLite's `?1`. */
export function createStatements(db: DatabaseSync, most = Number.POSITIVE_INFINITY) {
  const kept = new Map<string, StatementSync>();
  return (sql: string): StatementSync => {
    let statement = kept.get(sql);
    if (!statement) {
      statement = db.prepare(sql.replace(/\$(\d+)/g, '?$1'));
      if (kept.size < most) kept.set(sql, statement);
    }
    return statement;
  };
}

/** What SQLite takes for what the code has: nothing is NULL, and truth 0 or 1. */
export const bind = (params: readonly unknown[]) => params.map((p) => (p === undefined ? null : typeof p === 'boolean' ? Number(p) : p)) as SQLInputValue[];
