import { Worker } from 'node:worker_threads';
import type { Failure } from '../../../schemas/index.ts';
import type { ConversionSettings } from '../../config/config.ts';
import { GatewayError } from '../../gateway-error.ts';
import { MediaFault, type MediaFaultKind } from '../../media/media-fault.ts';
import type { MediaSettings } from '../../media/settings.ts';
import type { OperationArgs, OperationName, Store } from '../../store/port.ts';
import type { SendingChannel } from '../sending-channel.ts';
import type { Meet } from './create-meeting.ts';
import type { Examine } from './meet-need.ts';
import type { Task } from './prepare-media.ts';

/** Plain data that the thread starts from. */
export interface PreparingData {
  readonly settings: Pick<MediaSettings, 'folder' | 's3'>;
  readonly conversions: string;
  readonly conversion: Pick<ConversionSettings, 'tools' | 'heifConvert' | 'parallel'>;
}
/** What the thread asks of the main one: an operation of the store, a look at a file, the bytes of a key to itself. */
export type Ask =
  | { readonly what: 'write'; readonly name: OperationName; readonly args: unknown }
  | { readonly what: 'examine'; readonly file: Parameters<Examine>[0] }
  | { readonly what: 'hold' | 'release'; readonly key: string };
export type ToThread =
  | { readonly type: 'meet'; readonly id: number; readonly task: Task; readonly channel: SendingChannel }
  | { readonly type: 'abort'; readonly id: number }
  | { readonly type: 'answer'; readonly ask: number; readonly value?: unknown; readonly fault?: { readonly kind: MediaFaultKind | 'store'; readonly message: string } }
  | { readonly type: 'close' };
export type FromThread = { readonly type: 'met'; readonly id: number; readonly failure: Failure | null } | ({ readonly type: 'ask'; readonly ask: number } & Ask);

export interface ThreadDeps {
  readonly store: Pick<Store, 'write'>;
  readonly examine: Examine;
  hold<T>(key: string, work: () => Promise<T>): Promise<T>;
  log(level: 'error', message: string, fields: Readonly<Record<string, unknown>>): void;
}
const YOUNG = { maxYoungGenerationSizeMb: 16 };
const CLOSE_MS = 3000;
const AGAIN: Failure = { code: 'platform_unavailable', outcome: 'not_sent', retryable: true, scope: 'message', platformMessage: 'Whoever gets files ready had to start again.' };

/** The thread that gets files ready (sockets, TLS, hashing, pictures), apart from the one that answers webhooks. Made at the first file; one that ends is made anew at the next. */
export function createPreparingThread(data: PreparingData, deps: ThreadDeps) {
  const waiting = new Map<number, (failure: Failure | null) => void>();
  const held = new Map<string, () => void>();
  const state: { worker: Worker | null; id: number; closed: boolean } = { worker: null, id: 0, closed: false };

  async function answer(ask: Ask): Promise<unknown> {
    if (ask.what === 'write') return deps.store.write(ask.name, ask.args as OperationArgs<OperationName>);
    if (ask.what === 'examine') return deps.examine(ask.file);
    if (ask.what === 'release') {
      held.get(ask.key)?.();
      return void held.delete(ask.key);
    }
    const { promise: got, resolve } = Promise.withResolvers<void>();
    void deps.hold(ask.key, () => {
      const { promise: freed, resolve: free } = Promise.withResolvers<void>();
      held.set(ask.key, free);
      resolve();
      return freed;
    });
    return got;
  }
  const faultOf = (error: unknown) =>
    error instanceof MediaFault
      ? { kind: error.kind, message: error.message }
      : { kind: 'store' as const, message: error instanceof GatewayError ? error.message : 'The store did not take it.' };
  function ended(reason: string): void {
    if (!state.worker) return;
    state.worker = null;
    if (!state.closed) deps.log('error', 'the thread that gets files ready ended; the next file starts it again', { reason });
    for (const free of held.values()) free();
    held.clear();
    for (const settle of waiting.values()) settle(AGAIN);
    waiting.clear();
  }
  function start(): Worker {
    const worker = new Worker(new URL('./preparing-worker.ts', import.meta.url), { workerData: data, execArgv: [], name: 'preparing', resourceLimits: YOUNG });
    const post = (message: ToThread) => worker.postMessage(message);
    worker.on('message', (message: FromThread) => {
      if (message.type === 'met') {
        waiting.get(message.id)?.(message.failure);
        return void waiting.delete(message.id);
      }
      const { ask } = message;
      answer(message).then(
        (value) => post({ type: 'answer', ask, value }),
        (error: unknown) => post({ type: 'answer', ask, fault: faultOf(error) }),
      );
    });
    worker.on('error', (error: Error) => ended(error.message));
    worker.on('exit', (code) => ended(`exit ${code}`));
    return worker;
  }
  const meet: Meet = (task, channel, signal) => {
    if (state.closed) return Promise.resolve(AGAIN);
    const id = ++state.id;
    state.worker ??= start();
    const { worker } = state;
    const abort = () => worker.postMessage({ type: 'abort', id } satisfies ToThread);
    signal.addEventListener('abort', abort, { once: true });
    return new Promise<Failure | null>((resolve) => {
      waiting.set(id, resolve);
      worker.postMessage({ type: 'meet', id, task, channel } satisfies ToThread);
    }).finally(() => signal.removeEventListener('abort', abort));
  };
  return {
    meet,
    async close(): Promise<void> {
      state.closed = true;
      const { worker } = state;
      if (!worker) return;
      const done = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      worker.postMessage({ type: 'close' } satisfies ToThread);
      const late = setTimeout(() => void worker.terminate(), CLOSE_MS);
      await done;
      clearTimeout(late);
    },
  };
}
