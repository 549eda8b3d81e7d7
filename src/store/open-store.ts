import { join } from 'node:path';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Kysely } from 'kysely';
import { GatewayError } from '../gateway-error.ts';
import { watchSilence } from '../watch-silence.ts';
import { createHttpBusy, tellHttpBusy } from './http-busy.ts';
import type { InboundTimes } from './ingest-port.ts';
import { createPendingOperations } from './pending-operations.ts';
import type { Store } from './port.ts';
import { openPostgresReaders } from './postgres-readers.ts';
import { lastOffset, readLog } from './read-log.ts';
import { openSqliteReaders } from './sqlite-readers.ts';
import type { Database } from './tables.ts';
import type { OperationRequest, StoreAnswer, StoreRequest, StoreWorkerData } from './worker-protocol.ts';

export interface StoreOptions extends Omit<StoreWorkerData, 'news' | 'httpBusy'> {
  /** The thread ended or is silent for 10 s: the process must end. */
  onFatal(reason: string): void;
  onLog(level: 'warn' | 'error', message: string, detail?: string): void;
  /** Highest journal offset whose effects are committed, and what customers sent just now. */
  onProcessed?(offset: number, inbound: InboundTimes): void;
}
export interface OpenedStore extends Store {
  /** Migrated and taking work. Pending while PostgreSQL is away. */
  readonly ready: Promise<void>;
  /** The journal has more. Cheap: the store's thread is told only where it wants to hear it. */
  notifyJournal(): void;
  /** A port for a thread that uses the store by itself; see open-store-client.ts. */
  connect(): MessagePort;
  /** Call once the channels are in the store: from then on bodies are split. */
  beginIngest(): void;
}
/** A batch makes a few megabytes of young objects; V8 would keep 48 for them. */
const YOUNG = { maxYoungGenerationSizeMb: 15 };
const SHARDS = 64;

function openReaders(options: StoreOptions): { read: Kysely<Database>; close(): Promise<void> } {
  if (!options.databaseUrl) return openSqliteReaders(join(options.dataDir, 'store.sqlite'), { onEnd: options.onFatal });
  return openPostgresReaders(options.databaseUrl);
}

/** Opens the store: the writer's thread at once, the readers once the schema is there. */
export function openStore(options: StoreOptions): OpenedStore {
  const { dataDir, databaseUrl, ingest, outbound, media } = options;
  const news = new Int32Array(new SharedArrayBuffer(4)).fill(1);
  const httpBusy = createHttpBusy();
  const tellBusy = tellHttpBusy(httpBusy);
  const workerData: StoreWorkerData = { dataDir, databaseUrl, ingest, outbound, media, news, httpBusy };
  const worker = new Worker(new URL('./store-worker.ts', import.meta.url), { workerData, execArgv: [], name: 'store', resourceLimits: YOUNG });
  const state = { last: 0, closing: false, ready: false, away: 'starting' };
  const listeners = new Set<(last: number) => void>();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => {});
  const closed = Promise.withResolvers<void>();
  let readers: ReturnType<typeof openReaders> | null = null;
  const post = (request: StoreRequest) => worker.postMessage(request);
  const unreachable = () => `The store is not reachable (${state.away}).`;
  let asked: OperationRequest[] = [];
  const ask = () => {
    if (asked.length) post({ type: 'operations', list: asked });
    asked = [];
  };
  const pending = createPendingOperations({
    post: (request) => {
      if (asked.push(request) === 1) setImmediate(ask);
    },
    onFault: (stack) => options.onLog('error', 'a store operation failed', stack),
    patience: () => (state.ready ? null : { ms: 5000, reason: unreachable() }),
  });
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
    migrating({ from, to }) {
      state.away = `it is brought from schema ${from} to ${to}`;
      watch.busy();
      options.onLog('warn', 'the store is brought to a newer schema; webhooks are journalled meanwhile', state.away);
    },
    beat() {},
    result: pending.settle,
    results({ list }) {
      for (const result of list) pending.settle(result);
    },
    events({ last }) {
      state.last = last;
      for (const listener of listeners) listener(last);
    },
    processed: ({ offset, inbound }) => options.onProcessed?.(offset, inbound),
    log: ({ level, message, detail }) => options.onLog(level, message, detail),
    closed: () => closed.resolve(),
  };
  const watch = watchSilence('store', () => options.onFatal('the store thread is silent for 10 s'));
  worker.on('message', (answer: StoreAnswer) => {
    watch.heard();
    (handlers[answer.type] as (a: StoreAnswer) => void)(answer);
  });
  worker.on('error', (error) => options.onFatal(`the store thread failed: ${error.message}`));
  worker.on('exit', (code) => {
    closed.resolve();
    pending.fail('The store thread has ended.');
    if (!state.closing) options.onFatal(`the store thread ended (${code})`);
  });

  return {
    kind: options.databaseUrl ? 'postgres' : 'sqlite',
    ready: ready.promise,
    get read() {
      return reading();
    },
    notifyJournal() {
      tellBusy();
      if (Atomics.exchange(news, 0, 0) === 1) post({ type: 'journal' });
    },
    connect() {
      const { port1, port2 } = new MessageChannel();
      worker.postMessage({ type: 'client', port: port1 } satisfies StoreRequest, [port1]);
      return port2;
    },
    beginIngest: () => post({ type: 'begin' }),
    write: pending.write,
    async readLog(query) {
      if (!state.ready) throw new GatewayError('store_unavailable', unreachable());
      return readLog(reading(), query);
    },
    lastOffset: () => lastOffset(reading()),
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
      pending.refuse('The gateway is stopping.');
      watch.end();
      if (state.ready) {
        ask();
        ask(); // what was asked for comes before the end
        post({ type: 'close' });
        await closed.promise;
      }
      await worker.terminate();
      await readers?.close();
    },
  };
}
