import { Worker } from 'node:worker_threads';
import type { Examination, Examined } from './examine.ts';
import type { FetchJob } from './fetch-file.ts';
import { MediaFault, type MediaFaultKind } from './media-fault.ts';
import type { MediaSettings } from './settings.ts';

export type MediaThreadData = Pick<MediaSettings, 'folder' | 's3' | 'scanCommand'>;
export type MediaRequest =
  | { readonly type: 'fetch'; readonly job: FetchJob }
  | { readonly type: 'examine'; readonly file: Examination }
  | { readonly type: 'keep'; readonly of: number }
  | { readonly type: 'discard'; readonly of: number };
export type ThreadRequest = (MediaRequest & { readonly id: number }) | { readonly abort: number } | { readonly close: true };
export type ThreadAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly fault: { readonly kind: MediaFaultKind; readonly message: string; readonly sha256?: string } };

/** On the local disk and not kept yet: end with keep or discard. */
export interface Fetched extends Examined {
  readonly id: number;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly filename: string | null;
  readonly declaredType: string | null;
}
/** Little is made there but the chunks of files, whose bytes are freed with the young objects that hold them: where there is room for many of those, V8 looks through the whole heap instead. */
const YOUNG = { maxYoungGenerationSizeMb: 3 };

/** The thread that fetches, from the main one. Made at the first file; where it ends by itself, what was under way is to be tried again, and the next file gets a new one. */
export function createMediaThread(data: MediaThreadData, log: (level: 'error', message: string, fields: Readonly<Record<string, unknown>>) => void) {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const state: { worker: Worker | null; id: number; closed: boolean } = { worker: null, id: 0, closed: false };
  function ended(reason: string): void {
    if (!state.worker) return;
    state.worker = null;
    if (!state.closed) log('error', 'the media thread ended; the next file starts it again', { reason });
    for (const w of waiting.values()) w.reject(new MediaFault('later', 'Whoever fetches files had to start again.'));
    waiting.clear();
  }
  function start(): Worker {
    const worker = new Worker(new URL('./media-worker.ts', import.meta.url), { workerData: data, execArgv: [], name: 'media', resourceLimits: YOUNG });
    worker.on('message', (answer: ThreadAnswer) => {
      const w = waiting.get(answer.id);
      waiting.delete(answer.id);
      if ('value' in answer) return w?.resolve(answer.value);
      const { kind, message, sha256 } = answer.fault;
      w?.reject(Object.assign(new MediaFault(kind, message), sha256 === undefined ? {} : { sha256 }));
    });
    worker.on('error', (error: Error) => ended(error.message));
    worker.on('exit', (code) => ended(`exit ${code}`));
    return worker;
  }
  function ask<T>(request: MediaRequest, signal?: AbortSignal): Promise<T> {
    if (state.closed) return Promise.reject(new MediaFault('later', 'The gateway is stopping.'));
    const id = ++state.id;
    state.worker ??= start();
    const { worker } = state;
    const abort = () => worker.postMessage({ abort: id } satisfies ThreadRequest);
    signal?.addEventListener('abort', abort, { once: true });
    return new Promise<T>((resolve, reject) => {
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      worker.postMessage({ ...request, id } satisfies ThreadRequest);
    }).finally(() => signal?.removeEventListener('abort', abort));
  }
  return {
    fetch: (job: FetchJob, signal: AbortSignal) => ask<Fetched>({ type: 'fetch', job }, signal),
    examine: (file: Examination) => ask<Examined>({ type: 'examine', file }),
    keep: (of: Pick<Fetched, 'id'>) => ask<void>({ type: 'keep', of: of.id }),
    discard: (of: Pick<Fetched, 'id'>) => ask<void>({ type: 'discard', of: of.id }),
    async close(): Promise<void> {
      state.closed = true;
      const { worker } = state;
      if (!worker) return;
      const done = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      worker.postMessage({ close: true } satisfies ThreadRequest);
      const late = setTimeout(() => void worker.terminate(), 3000);
      await done;
      clearTimeout(late);
    },
  };
}
export type MediaThread = ReturnType<typeof createMediaThread>;
