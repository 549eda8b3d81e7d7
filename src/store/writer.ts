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
