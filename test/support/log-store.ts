import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventId } from '../../schemas/index.ts';
import { createClient } from '../../src/broker/kafkajs/client.ts';
import { ensureTopics } from '../../src/broker/kafkajs/topics.ts';
import { brokerOperations } from '../../src/broker/operations.ts';
import type { KafkaConfig } from '../../src/config/config.ts';
import { appendEvents } from '../../src/store/append-events.ts';
import type { Store } from '../../src/store/port.ts';
import { readLog } from '../../src/store/read-log.ts';
import { openSqliteReaders } from '../../src/store/sqlite-readers.ts';
import { openSqliteWriter } from '../../src/store/sqlite-writer.ts';
import { until } from './gateway.ts';

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
export const quiet = () => {};

/** The event log alone, with what the relay and the commands need of a store. A second process may open the same folder. */
export function openLogStore(folder?: string) {
  const dir = folder ?? mkdtempSync(join(tmpdir(), 'parlance-log-'));
  const writer = openSqliteWriter(join(dir, 'store.sqlite'));
  const readers = openSqliteReaders(join(dir, 'store.sqlite'), { count: 1 });
  const listeners = new Set<(n: number) => void>();
  const admitted: { source: string; key: string }[] = [];
  const state = { n: 0 };
  const idOf = (n: number) => eventId(['test', dir, String(n)]);
  const operations: Record<string, (args: never) => Promise<unknown>> = {
    saveCursor: (args) => writer.transaction((tx) => brokerOperations.saveCursor(tx, args)),
    rejectCommand: (args) => writer.transaction((tx) => brokerOperations.rejectCommand(tx, args)),
    parkEvent: (args) => writer.transaction((tx) => brokerOperations.parkEvent(tx, args)),
    forgetParked: (args) => writer.transaction((tx) => brokerOperations.forgetParked(tx, args)),
    recordPartitions: (args) => writer.transaction((tx) => brokerOperations.recordPartitions(tx, args)),
    admit: async (args: { source: string; key: string }) => void admitted.push(args),
  };
  const store = {
    read: readers.read,
    readLog: (q: never) => readLog(readers.read, q),
    lastOffset: async () => state.n,
    onEvents: (l: (n: number) => void) => {
      listeners.add(l);
      return () => listeners.delete(l);
    },
    write: (name: string, args: never) => operations[name]?.(args),
  } as unknown as Store;
  return {
    dir,
    idOf,
    store,
    admitted,
    count: () => state.n,
    read: readers.read,
    /** Appends events on seven conversations; `data` comes on top of theirs. */
    async append(count: number, data: () => object = () => ({})) {
      const drafts = Array.from({ length: count }, () => {
        state.n++;
        return {
          id: idOf(state.n),
          type: 'message.received' as const,
          subject: `cv_${state.n % 7}`,
          source: '/channels/ch_wa',
          tenant: 'acme',
          channel: 'ch_wa',
          time: new Date().toISOString(),
          data: { n: state.n, ...data() },
        };
      });
      await writer.transaction((tx) => appendEvents(tx, drafts, Date.now()));
      for (const l of listeners) l(state.n);
    },
    async close({ keep = false } = {}) {
      await readers.close();
      await writer.close();
      if (!keep) rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The topics, of a Kafka that may just have begun: one that listens is not yet one that creates. */
export async function topicsOf(config: KafkaConfig): Promise<void> {
  const client = createClient(config, quiet);
  await until('the topics are there', () =>
    ensureTopics(client, config.topicPrefix).then(
      (topics) => topics.size > 0,
      () => false,
    ),
  );
}

export interface Consumed {
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}
/** Everything committed in a topic, as a read_committed consumer sees it: waits for `wanted`, so many or such, and a moment more, in which what is too many shows up. */
export async function consumeTopic(config: KafkaConfig, topic: string, wanted: number | ((got: readonly Consumed[]) => boolean), ms = 30_000): Promise<Consumed[]> {
  const enough = typeof wanted === 'number' ? (all: readonly Consumed[]) => all.length >= wanted : wanted;
  const consumer = createClient(config, quiet).consumer({ groupId: `t${Math.random()}` });
  const got: Consumed[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) =>
      void got.push({
        key: String(message.key),
        value: String(message.value),
        headers: Object.fromEntries(Object.entries(message.headers ?? {}).map(([k, v]) => [k, String(v)])),
      }),
  });
  for (const end = Date.now() + ms; !enough(got) && Date.now() < end; ) await sleep(50);
  await sleep(700);
  await consumer.disconnect();
  return got;
}
