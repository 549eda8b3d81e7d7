import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Kysely } from 'kysely';
import { GatewayError } from '../gateway-error.ts';
import type { Store } from './port.ts';
import { openPostgresReaders } from './postgres-readers.ts';
import { readLog } from './read-log.ts';
import { openSqliteReaders } from './sqlite-readers.ts';
import type { Database } from './tables.ts';
import type { StoreAnswer, StoreRequest, StoreWorkerData } from './worker-protocol.ts';

export interface StoreOptions extends StoreWorkerData {
  /** The thread ended or is silent for 10 s: the process must end. */
  onFatal(reason: string): void;
  onLog(level: 'warn' | 'error', message: string, detail?: string): void;
  /** Highest journal offset whose effects are committed, and the messages that customers sent just now, by channel id. */
  onProcessed?(offset: number, inbound: Readonly<Record<string, number>>): void;
}
export interface OpenedStore extends Store {
  /** Migrated and taking work. Pending while PostgreSQL is away. */
  readonly ready: Promise<void>;
  notifyJournal(): void;
  /** Call once the channels are in the store: from then on bodies are split. */
  beginIngest(): void;
}
const SILENCE_MS = 10_000;
/** A batch makes a few megabytes of young objects; V8 would keep 48 for them. */
const YOUNG = { maxYoungGenerationSizeMb: 24 };
const SHARDS = 64;

function openReaders(options: StoreOptions): { read: Kysely<Database>; close(): Promise<void> } {
  if (!options.databaseUrl) return openSqliteReaders(join(options.dataDir, 'store.sqlite'), { onEnd: options.onFatal });
  return openPostgresReaders(options.databaseUrl);
}

/** Opens the store: the writer's thread at once, the readers once the schema is there. */
export function openStore(options: StoreOptions): OpenedStore {
  const workerData: StoreWorkerData = { dataDir: options.dataDir, databaseUrl: options.databaseUrl, ingest: options.ingest, outbound: options.outbound, media: options.media };
  const worker = new Worker(new URL('./store-worker.ts', import.meta.url), { workerData, execArgv: [], name: 'store', resourceLimits: YOUNG });
  const state = { last: 0, closing: false, ready: false, heard: performance.now(), away: 'starting', next: 0 };
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const listeners = new Set<(last: number) => void>();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {});
  const closed = Promise.withResolvers<void>();
  let readers: ReturnType<typeof openReaders> | null = null;
  const post = (request: StoreRequest) => worker.postMessage(request);
  const reading = () => {
    readers ??= openReaders(options);
    return readers.read;
  };

  const handlers: { [T in StoreAnswer['type']]: (answer: StoreAnswer & { type: T }) => void } = {
    ready() {
      state.ready = true;
      ready.resolve();
    },
    waiting: ({ reason }) => {
      state.away = reason;
    },
    beat() {},
    result({ id, value, error }) {
      const w = waiting.get(id);
      waiting.delete(id);
      if (error?.stack) options.onLog('error', 'a store operation failed', error.stack);
      if (error) w?.reject(new GatewayError(error.code, error.message, error.pointer === undefined ? {} : { pointer: error.pointer }));
      else w?.resolve(value);
    },
    events({ last }) {
      state.last = last;
      for (const listener of listeners) listener(last);
    },
    processed: ({ offset, inbound }) => options.onProcessed?.(offset, inbound),
    log: ({ level, message, detail }) => options.onLog(level, message, detail),
    closed: () => closed.resolve(),
  };
  worker.on('message', (answer: StoreAnswer) => {
    state.heard = performance.now();
    (handlers[answer.type] as (a: StoreAnswer) => void)(answer);
  });
  worker.on('error', (error) => options.onFatal(`the store thread failed: ${error.message}`));
  worker.on('exit', (code) => {
    closed.resolve();
    for (const w of waiting.values()) w.reject(new GatewayError('store_unavailable', 'The store thread has ended.'));
    waiting.clear();
    if (!state.closing) options.onFatal(`the store thread ended (${code})`);
  });
  const watch = setInterval(() => {
    if (performance.now() - state.heard > SILENCE_MS) options.onFatal('the store thread is silent for 10 s');
  }, 1000);
  watch.unref();

  return {
    kind: options.databaseUrl ? 'postgres' : 'sqlite',
    ready: ready.promise,
    get read() {
      return reading();
    },
    notifyJournal: () => post({ type: 'journal' }),
    beginIngest: () => post({ type: 'begin' }),
    write(name, args) {
      return new Promise((resolve, reject) => {
        if (state.closing) return reject(new GatewayError('store_unavailable', 'The gateway is stopping.'));
        const id = ++state.next;
        const away = state.ready
          ? undefined
          : setTimeout(() => waiting.delete(id) && reject(new GatewayError('store_unavailable', `The store is not reachable (${state.away}).`)), 5000);
        const done =
          <A>(settle: (a: A) => void) =>
          (a: A) => {
            clearTimeout(away);
            settle(a);
          };
        waiting.set(id, { resolve: done(resolve as (v: unknown) => void), reject: done(reject) });
        post({ type: 'operation', id, name, args });
      });
    },
    async readLog(query) {
      if (!state.ready) throw new GatewayError('store_unavailable', `The store is not reachable (${state.away}).`);
      return readLog(reading(), query);
    },
    async lastOffset() {
      const row = await reading()
        .selectFrom('events')
        .select((e) => e.fn.max('off').as('last'))
        .executeTakeFirst();
      return Number(row?.last ?? 0);
    },
    onEvents(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    // One process holds every shard; several instances share them by rows of `leases`.
    lease: {
      epoch: () => (state.ready ? 1 : null),
      shardOf: (channel) => [...channel].reduce((hash, c) => (hash * 31 + c.charCodeAt(0)) >>> 0, 7) % SHARDS,
    },
    async health() {
      return state.ready ? { ok: true } : { ok: false, detail: state.away };
    },
    async close() {
      state.closing = true;
      clearInterval(watch);
      if (state.ready) {
        post({ type: 'close' });
        await closed.promise;
      }
      await worker.terminate();
      await readers?.close();
    },
  };
}
