import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { sqliteCode } from '../journal/sqlite-code.ts';

/** What `PRAGMA wal_checkpoint` answers: frames in the write-ahead log, and how many of them are in the database. */
interface State {
  readonly log: number;
  readonly checkpointed: number;
}
export interface Checkpoint {
  /** Looks, and writes back what is due. Whether the log has grown since the last look. Throws what SQLite throws, but for what passes. */
  look(): boolean;
  close(): void;
}
/** SQLITE_BUSY and SQLITE_LOCKED (someone opens it), SQLITE_FULL (the writer hears of it): there is a next time. */
const PASSING = new Set([5, 6, 13]);

/**
 * Writes pages of a write-ahead log back into their database beside its writer (`PASSIVE` waits for nobody and holds nobody up), from
 * 7/8 of the length on at which the writer would do it itself in the middle of a commit. What is left for the writer, which alone can
 * begin the log anew, are the pages of the last moments.
 */
export function openCheckpoint(path: string, autocheckpoint: number, timeout = 5000): Checkpoint {
  const db = new DatabaseSync(path, { timeout });
  /** What it prepares first reads the file, which another one may have to itself at that moment. */
  const prepare = () => {
    db.exec('PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-64');
    return { noop: db.prepare('PRAGMA wal_checkpoint(NOOP)'), passive: db.prepare('PRAGMA wal_checkpoint(PASSIVE)') };
  };
  const ask = (statement: StatementSync): State => statement.get() as unknown as State;
  let statements: ReturnType<typeof prepare> | null = null;
  const begin = Math.floor((autocheckpoint * 7) / 8);
  const enough = Math.floor(autocheckpoint / 32);
  let seen = 0;
  return {
    look() {
      let grown = false;
      try {
        statements ??= prepare();
        const { log, checkpointed } = ask(statements.noop);
        grown = log !== seen;
        seen = log;
        if (log >= begin && log - checkpointed >= enough) ask(statements.passive);
      } catch (error) {
        if (!PASSING.has(sqliteCode(error))) throw error;
      }
      return grown;
    },
    close: () => db.close(),
  };
}
