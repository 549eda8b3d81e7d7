import { type MessagePort, Worker } from 'node:worker_threads';
import type { KafkaConfig } from '../config/config.ts';
import { GatewayError } from '../gateway-error.ts';
import type { PreparedSignal } from '../outbound/prepare-signal.ts';
import { watchSilence } from '../watch-silence.ts';
import type { BrokerAnswer, BrokerRequest, BrokerWorkerData } from './worker-protocol.ts';

export interface OpenBrokerOptions {
  readonly config: KafkaConfig;
  readonly installation: string;
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  /** To the store's thread; see connect() of the opened store. */
  readonly store: MessagePort;
  wake(channel?: string): void;
  signal(prepared: PreparedSignal): Promise<void>;
  log(level: 'info' | 'warn' | 'error' | 'debug', message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** The thread ended or is silent for 10 s: the process must end. */
  onFatal(reason: string): void;
}
/** The relay and the commands, as the other threads see them. */
export interface OpenedBroker {
  health(): Readonly<Record<string, unknown>>;
  /** Events that Kafka refuses for their size. */
  parked(): number;
  /** Sends the log again from an offset; how many events were sent. */
  republish(from: number): Promise<number>;
  stop(): Promise<void>;
}
const STOP_MS = 9000;
/** A batch of the relay makes a few megabytes of young objects; V8 would keep 48 for them. */
const YOUNG = { maxYoungGenerationSizeMb: 9 };

/** Starts the broker's thread; call it once the store is there. */
export function openBroker(options: OpenBrokerOptions): OpenedBroker {
  const { config, installation, dataDir, databaseUrl, store, onFatal } = options;
  const workerData: BrokerWorkerData = { config, installation, dataDir, databaseUrl, store };
  const worker = new Worker(new URL('./broker-worker.ts', import.meta.url), { workerData, transferList: [store], execArgv: [], name: 'broker', resourceLimits: YOUNG });
  const state = {
    health: { configured: true, ok: false, relay: 'starting', commands: 'starting' } as Readonly<Record<string, unknown>>,
    parked: 0,
    heard: performance.now(),
    closing: false,
  };
  const republishing = new Map<number, { resolve(sent: number): void; reject(error: Error): void }>();
  const stopped = Promise.withResolvers<void>();
  let next = 0;
  const post = (request: BrokerRequest) => worker.postMessage(request);

  const handlers: { [T in BrokerAnswer['type']]: (answer: BrokerAnswer & { type: T }) => void } = {
    beat({ health, parked }) {
      state.health = health;
      state.parked = parked;
    },
    republished({ id, sent, error }) {
      const waiting = republishing.get(id);
      republishing.delete(id);
      if (error) waiting?.reject(new GatewayError(error.code, error.message));
      else waiting?.resolve(sent ?? 0);
    },
    wake: ({ channel }) => options.wake(channel),
    signal({ prepared }) {
      options.signal(prepared).catch((error: Error) => options.log('warn', 'reading or typing could not be shown', { channel: prepared.channel, error: error.message }));
    },
    log: ({ level, message, fields }) => options.log(level, message, fields),
    stopped: () => stopped.resolve(),
  };
  const watch = watchSilence('broker', () => onFatal('the broker thread is silent for 10 s'));
  worker.on('message', (answer: BrokerAnswer) => {
    watch.heard();
    (handlers[answer.type] as (a: BrokerAnswer) => void)(answer);
  });
  worker.on('error', (error) => onFatal(`the broker thread failed: ${error.message}`));
  worker.on('exit', (code) => {
    stopped.resolve();
    for (const waiting of republishing.values()) waiting.reject(new GatewayError('broker_unavailable', 'The broker thread has ended.'));
    republishing.clear();
    if (!state.closing) onFatal(`the broker thread ended (${code})`);
  });

  return {
    health: () => state.health,
    parked: () => state.parked,
    republish: (from) =>
      new Promise((resolve, reject) => {
        if (state.closing) return reject(new GatewayError('broker_unavailable', 'The gateway is stopping.'));
        const id = ++next;
        republishing.set(id, { resolve, reject });
        post({ type: 'republish', id, from });
      }),
    async stop() {
      state.closing = true;
      watch.end();
      post({ type: 'stop' });
      const late = setTimeout(stopped.resolve, STOP_MS);
      await stopped.promise;
      clearTimeout(late);
      await worker.terminate();
    },
  };
}
