import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface CheckpointerData {
  readonly journalDir: string;
  /** Null: the store is no file. */
  readonly storePath: string | null;
}
export interface Checkpointer {
  close(): Promise<void>;
}
/** Hardly anything is made there. */
const SMALL = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 };

/** From this version on SQLite tells how long a write-ahead log is without touching it (`NOOP`). */
const looksWithoutTouching = (version = '0'): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 3 || (major === 3 && minor >= 51);
};

/**
 * A thread that writes the logs of journal and store back into their files, so that neither an acknowledgement nor the events of a batch
 * wait for it: at 2,000 webhooks a second the store's takes a tenth of a second, every two. `onFatal`: it ended by a fault of the disk,
 * after which nobody knows what is on it. Where SQLite is too old to tell, the writers do it themselves.
 */
export function openCheckpointer(of: { readonly dataDir: string; readonly databaseUrl: string | null }, onFatal: (reason: string) => void): Checkpointer {
  if (!looksWithoutTouching(process.versions.sqlite)) return { close: async () => {} };
  const workerData: CheckpointerData = { journalDir: join(of.dataDir, 'journal'), storePath: of.databaseUrl ? null : join(of.dataDir, 'store.sqlite') };
  const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), { workerData, execArgv: [], name: 'checkpoint', resourceLimits: SMALL });
  const state = { closing: false };
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('error', (error) => onFatal(`the checkpoint's thread failed: ${error.message}`));
  worker.on('exit', (code) => void (state.closing || onFatal(`the checkpoint's thread ended (${code})`)));
  return {
    async close() {
      state.closing = true;
      worker.postMessage('close');
      await ended;
    },
  };
}
