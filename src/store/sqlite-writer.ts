import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type CompiledQuery, Kysely, type QueryResult } from 'kysely';
import { WAL_PAGES } from '../checkpoints/wal-pages.ts';
import { GatewayError } from '../gateway-error.ts';
import { fillSeenSqlite, SEEN_NAMES_MESSAGES } from './fill-seen.ts';
import { migrationsFrom, SCHEMA_VERSION } from './migrations.ts';
import { createNumbers, LAG, type Lag, NUMBERS_ARE_THERE, NUMBERS_BEHIND } from './numbers.ts';
import type { Tx } from './port.ts';
import { createSeenLately, GENERATION } from './seen-lately.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { createStatements, type Prepared } from './sqlite-statements.ts';
import type { Database } from './tables.ts';
import type { Writer } from './writer.ts';

/** Told before an older store is brought to this program's schema: the thread that asked stands still until that is done. */
type MigrationListener = (from: number, to: number) => void;

function migrate(db: DatabaseSync, onMigrate: MigrationListener): void {
  const version = (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  if (version > SCHEMA_VERSION)
    throw new GatewayError('store_unavailable', `The store is of schema ${version}, newer than this program's ${SCHEMA_VERSION}; start the newer version.`);
  if (version === SCHEMA_VERSION) return;
  if (version > 0) onMigrate(version, SCHEMA_VERSION);
  db.exec('BEGIN IMMEDIATE');
  for (const statement of migrationsFrom(version, 'sqlite')) db.exec(statement);
  if (version < SEEN_NAMES_MESSAGES) fillSeenSqlite(db);
  if (version < NUMBERS_BEHIND) db.exec(NUMBERS_ARE_THERE);
  db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
}

/** The embedded writer: one connection, synchronous underneath; every promise of its Tx is already settled when returned. */
export function openSqliteWriter(
  path: string,
  { lag = LAG, generation = GENERATION, onMigrate = () => {} }: { lag?: Lag; generation?: number; onMigrate?: MigrationListener } = {},
): Writer {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(path);
  db.exec(
    `PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=${WAL_PAGES.store}; PRAGMA cache_size=-24576; PRAGMA foreign_keys=OFF`,
  );
  migrate(db, onMigrate);
  db.exec('PRAGMA temp_store=MEMORY'); // not before: what a migration sorts may be millions of rows, and goes through files
  const prepare = createStatements(db);
  const all = (sql: string, params: readonly unknown[]) => prepare(sql).all(params);
  const run = (sql: string, params: readonly unknown[]) => void prepare(sql).run(params);
  const numbers = createNumbers({ lag, all, run });
  const seen = createSeenLately({ generation, all, run });
  const state = { depth: 0, people: 0 };
  const statementOf = (sql: string): Prepared => {
    const statement = prepare(sql);
    if (statement.changesPeople) state.people++;
    return statement;
  };
  const execute = <R>(query: CompiledQuery): QueryResult<R> => {
    const statement = statementOf(query.sql);
    if (statement.returnsRows) return { rows: statement.all(query.parameters) as R[] };
    const { changes, lastInsertRowid } = statement.run(query.parameters);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  };
  const tx: Tx = {
    kind: 'sqlite',
    db: new Kysely<Database>({ dialect: sqliteDialect(async (query) => execute(query)) }),
    all: async <T>(sql: string, params: readonly unknown[] = []) => statementOf(sql).all(params) as T[],
    run: async (sql, params = []) => Number(statementOf(sql).run(params).changes),
    numbers,
    newest: async (subject) => numbers.newest(subject),
    sight: seen,
    peopleVersion: () => state.people,
    async savepoint(work) {
      const name = `s${++state.depth}`;
      const mark = numbers.mark();
      const saw = seen.mark();
      prepare(`SAVEPOINT ${name}`).run();
      try {
        const result = await work();
        prepare(`RELEASE ${name}`).run();
        return result;
      } catch (error) {
        state.people++;
        numbers.undo(mark);
        seen.undo(saw);
        prepare(`ROLLBACK TO ${name}`).run();
        prepare(`RELEASE ${name}`).run();
        throw error;
      } finally {
        state.depth--;
      }
    },
  };
  async function transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    prepare('BEGIN IMMEDIATE').run();
    try {
      const result = await work(tx);
      numbers.settle();
      seen.settle();
      prepare('COMMIT').run();
      numbers.committed();
      seen.committed();
      return result;
    } catch (error) {
      state.people++;
      numbers.undo();
      seen.undo();
      if (db.isTransaction) prepare('ROLLBACK').run();
      throw error;
    }
  }
  return {
    kind: 'sqlite',
    transaction,
    number: async () => numbers.last(),
    async close() {
      await transaction(async () => numbers.settleAll()).catch(() => {}); // as where the disk is full: the next start reads them from the log
      db.close();
    },
  };
}
