import { createRequire } from 'node:module';
import kafkajs, { type KafkaConfig as ClientConfig, type logLevel } from 'kafkajs';
import type { KafkaConfig } from '../../config/config.ts';
import { useOneBufferRecords } from './encode-record.ts';
import { useFastGzip } from './gzip.ts';
import { tellsOfPassing } from './passing-errors.ts';

export type BrokerLog = (level: 'info' | 'warn' | 'error' | 'debug', message: string, fields?: Readonly<Record<string, unknown>>) => void;

interface Queue {
  pending: unknown[];
  throttledUntil: number;
  scheduleCheckPendingRequests(): void;
}
/**
 * kafkajs 2.2.4 re-arms a 1 ms timer per connection for ever after its first answer (tulios/kafkajs#1751): an idle process burns 5 % of
 * a core and Node 24 prints TimeoutNegativeWarning. The timer has work only while requests wait or the broker throttles.
 */
function calmTimers(): void {
  const queue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as { prototype: Queue & { calmed?: true } };
  if (queue.prototype.calmed) return;
  const original = queue.prototype.scheduleCheckPendingRequests;
  queue.prototype.calmed = true;
  queue.prototype.scheduleCheckPendingRequests = function (this: Queue) {
    if (this.pending.length === 0 && this.throttledUntil <= Date.now()) return;
    original.call(this);
  };
}

/**
 * For a consumer's `retry`. By itself kafkajs begins a crashed consumer again in a while, also one that was thrown away meanwhile: it would
 * live on, and keep its partitions from the next.
 */
export const ENDS_WHEN_IT_CRASHES = { restartOnFailure: async () => false };

/** A kafkajs client whose log goes to ours; connection and request times short, since a batch is tried again as a whole. */
export function createClient(config: KafkaConfig, log: BrokerLog, clientId = 'parlance') {
  calmTimers();
  useFastGzip();
  useOneBufferRecords();
  const { Kafka, logLevel } = kafkajs;
  const ssl: ClientConfig['ssl'] = typeof config.ssl === 'object' ? { ca: config.ssl.ca ? [config.ssl.ca] : [] } : config.ssl;
  return new Kafka({
    clientId,
    brokers: [...config.brokers],
    ssl,
    ...(config.sasl ? { sasl: config.sasl as unknown as NonNullable<ClientConfig['sasl']> } : {}),
    connectionTimeout: 3000,
    authenticationTimeout: 5000,
    requestTimeout: 8000,
    enforceRequestTimeout: true,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 4 },
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ level, log: entry }: { level: logLevel; log: { message: string; error?: unknown } }) => {
        const text = `${entry.message} ${typeof entry.error === 'string' ? entry.error : ''}`.trim();
        log(level === logLevel.ERROR && !tellsOfPassing(text) ? 'warn' : 'debug', `kafka: ${text.slice(0, 300)}`);
      },
  });
}
export type Client = ReturnType<typeof createClient>;
