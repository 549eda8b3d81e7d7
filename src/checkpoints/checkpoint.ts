import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** What `PRAGMA wal_checkpoint` answers: frames in the write-ahead log, and how many of them are in the database. */
interface State {
  readonly log: number;
  readonly checkpointed: number;
}
export interface Checkpoint {
  /** Looks, and writes back what is due. Whether the log has grown since the last look. Throws what SQLite throws, but for a full disk. */
  look(): boolean;
  close(): void;
}
/** SQLITE_FULL: the writer hears of it, and what has room is written the next time. */
const isFull = (error: unknown): boolean => ((Number((error as { errcode?: number }).errcode) || 0) & 0xff) === 13;

/**
 * Writes pages of a write-ahead log back into their database beside its writer (`PASSIVE` waits for nobody and holds nobody up), from
 * 7/8 of the length on at which the writer would do it itself in the middle of a commit. What is left for the writer, which alone can
 * begin the log anew, are the pages of the last moments.
 */
export function openCheckpoint(path: string, autocheckpoint: number): Checkpoint {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-64');
  const ask = (statement: StatementSync): State => statement.get() as unknown as State;
  const noop = db.prepare('PRAGMA wal_checkpoint(NOOP)');
  const passive = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
  const begin = Math.floor((autocheckpoint * 7) / 8);
  const enough = Math.floor(autocheckpoint / 32);
  let seen = 0;
  return {
    look() {
      const { log, checkpointed } = ask(noop);
      const grown = log !== seen;
      seen = log;
      try {
        if (log >= begin && log - checkpointed >= enough) ask(passive);
      } catch (error) {
        if (!isFull(error)) throw error;
      }
      return grown;
    },
    close: () => db.close(),
  };
}
