import { sqliteCode } from '../journal/sqlite-code.ts';
import type { Tx } from './port.ts';

/** The one that writes: a transaction at a time. */
export interface Writer {
  readonly kind: 'sqlite' | 'postgres';
  /** Commits what `work` did, or undoes all of it and throws on. Retried as a whole where the database asks for it, so `work` must not act outside. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Numbers what is committed and has no number yet; returns the highest readable offset. */
  number(): Promise<number>;
  close(): Promise<void>;
}

/** Whether the fault is of the connection, so that trying again later may help. */
export function isConnectionFault(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  const message = (error as { message?: unknown } | null)?.message;
  if (typeof code === 'string') return /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|08|57P0|53[23])/.test(code) || code === 'ENOENT';
  return typeof message === 'string' && /Connection terminated|connection timeout|not queryable|Client was closed/i.test(message);
}

/** SQLite's result codes for what is wrong with the database or its disk: busy, locked, no memory, read-only, interrupted, I/O, corrupt, full, can not open, protocol. */
const SQLITE_OWN = new Set([5, 6, 7, 8, 9, 10, 11, 13, 14, 15]);
/** SQLSTATE classes of a statement's own data: data exception, constraint, syntax or access rule (but the permission itself), a limit of the program, RAISE. */
const OF_THE_DATA = /^(22|23|42(?!501)|54|P0)/;

/** Whether the store itself is at fault (away, full, a broken disk, a transaction to be run again), so that no body is to blame. */
export function isStoreFault(error: unknown): boolean {
  if (isConnectionFault(error)) return true;
  const own = sqliteCode(error);
  if (own) return SQLITE_OWN.has(own);
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown };
  return typeof severity === 'string' && !OF_THE_DATA.test(String(code));
}
