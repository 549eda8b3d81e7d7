import { Worker } from 'node:worker_threads';
import { Kysely } from 'kysely';
import { GatewayError } from '../gateway-error.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import type { Database } from './tables.ts';

/** A page of rows is small; V8 would keep 48 MB a thread for young objects. */
const YOUNG = { maxYoungGenerationSizeMb: 4 };

interface Reader {
  worker: Worker;
  waiting: Map<number, { resolve(rows: unknown[]): void; reject(error: Error): void }>;
}

const ended = () => new GatewayError('store_unavailable', 'A reader has ended.');
export interface ReaderOptions {
  readonly count?: number;
  /** A thread ended that should not have: the process must end, since no query would ever come back from it. */
  onEnd?(reason: string): void;
}
/** Queries in threads of their own, the least busy one next. */
export function openSqliteReaders(path: string, { count = 2, onEnd }: ReaderOptions = {}): { read: Kysely<Database>; close(): Promise<void> } {
  let next = 0;
  const state = { closing: false, gone: false };
  const readers = Array.from({ length: count }, (): Reader => {
    const reader: Reader = {
      worker: new Worker(new URL('./reader-worker.ts', import.meta.url), { workerData: { path }, execArgv: [], name: 'reader', resourceLimits: YOUNG }),
      waiting: new Map(),
    };
    reader.worker.on('message', ({ id, rows, error }: { id: number; rows: unknown[]; error?: string }) => {
      const waiting = reader.waiting.get(id);
      reader.waiting.delete(id);
      if (error === undefined) waiting?.resolve(rows);
      else waiting?.reject(new GatewayError('internal', 'A query failed.', { cause: new Error(error) }));
    });
    const gone = (reason: string) => {
      for (const w of reader.waiting.values()) w.reject(ended());
      reader.waiting.clear();
      if (state.closing) return;
      state.gone = true;
      onEnd?.(reason);
    };
    reader.worker.on('error', (error: Error) => gone(`a reader thread failed: ${error.message}`));
    reader.worker.on('exit', (code) => gone(`a reader thread ended (${code})`));
    return reader;
  });
  const run = (sql: string, params: readonly unknown[]) =>
    new Promise<unknown[]>((resolve, reject) => {
      if (state.gone || state.closing) return reject(ended());
      const reader = readers.reduce((a, b) => (b.waiting.size < a.waiting.size ? b : a));
      const id = ++next;
      reader.waiting.set(id, { resolve, reject });
      reader.worker.postMessage({ id, sql, params });
    });
  return {
    read: new Kysely<Database>({ dialect: sqliteDialect(async (query) => ({ rows: await run(query.sql, query.parameters) })) }),
    async close() {
      state.closing = true;
      await Promise.all(readers.map((r) => r.worker.terminate()));
    },
  };
}
