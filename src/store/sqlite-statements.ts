import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

type Row = Record<string, unknown>;
/** A statement that is prepared once. */
export interface Prepared {
  /** Whether it gives rows. */
  readonly returnsRows: boolean;
  /** Whether it writes to the tables of conversations and contacts. */
  readonly changesPeople: boolean;
  all(params: readonly unknown[]): Row[];
  run(params?: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
}

/** What SQLite takes for what the code has: nothing is NULL, and truth 0 or 1. */
const bind = (params: readonly unknown[]) => params.map((p) => (p === undefined ? null : typeof p === 'boolean' ? Number(p) : p)) as SQLInputValue[];

/** `$1` is `?1`. A LIMIT that is bound as it stands would make SQLite prepare the statement anew for each value (since 3.46 it plans by it). */
const toSqlite = (sql: string): string => sql.replace(/\$(\d+)/g, '?$1').replace(/\blimit (\?\d*)/gi, 'LIMIT ($1 + 0)');

const CHANGES_PEOPLE = /\b(?:INSERT(?: OR \w+)? INTO|UPDATE(?: OR \w+)?|DELETE FROM|REPLACE INTO)\s+"?(?:aliases|conversations|contacts|menus)\b/i;

/** Rows are taken as arrays and made into objects here: those that node:sqlite makes are slow to make, and slow to read. */
function prepared(db: DatabaseSync, sql: string): Prepared {
  const statement = db.prepare(toSqlite(sql));
  const names = statement.columns().map(({ name }) => name);
  statement.setReturnArrays(true);
  const toRow = (values: readonly unknown[]): Row => {
    const row: Row = {};
    for (let i = 0; i < names.length; i++) row[names[i] as string] = values[i];
    return row;
  };
  return {
    returnsRows: names.length > 0,
    changesPeople: CHANGES_PEOPLE.test(sql),
    all: (params) => (statement.all(...bind(params)) as unknown as unknown[][]).map(toRow),
    run: (params = []) => statement.run(...bind(params)),
  };
}

/** Prepared statements by text, so many kept; `$1` becomes SQLite's `?1`. */
export function createStatements(db: DatabaseSync, most = Number.POSITIVE_INFINITY) {
  const kept = new Map<string, Prepared>();
  return (sql: string): Prepared => {
    let statement = kept.get(sql);
    if (!statement) {
      statement = prepared(db, sql);
      if (kept.size < most) kept.set(sql, statement);
    }
    return statement;
  };
}
