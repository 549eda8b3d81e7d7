import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudEvent } from 'cloudevents';
import kafkajs from 'kafkajs';
import { eventId } from '../../schemas/index.ts';
import { type Broker, createBroker } from '../../src/broker/create-broker.ts';
import { createClient } from '../../src/broker/kafkajs/client.ts';
import { ensureTopics } from '../../src/broker/kafkajs/topics.ts';
import { openTransactionalProducer } from '../../src/broker/kafkajs/transactional-producer.ts';
import { brokerOperations } from '../../src/broker/operations.ts';
import type { KafkaConfig } from '../../src/config/config.ts';
import { parseSendCommand } from '../../src/outbound/admit.ts';
import { appendEvents } from '../../src/store/append-events.ts';
import type { Store } from '../../src/store/port.ts';
import { readLog } from '../../src/store/read-log.ts';
import { openSqliteReaders } from '../../src/store/sqlite-readers.ts';
import { openSqliteWriter } from '../../src/store/sqlite-writer.ts';
import type { Writer } from '../../src/store/writer.ts';
import { kafkaSuite, startKafka, type TestKafka, whyNoKafka } from '../support/kafka.ts';

const why = await whyNoKafka();
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (what: string, good: () => boolean | Promise<boolean>, ms = 30_000) => {
  for (const end = Date.now() + ms; !(await good()); await sleep(50)) if (Date.now() > end) throw new Error(`not in ${ms} ms: ${what}`);
};

kafkaSuite('relay and commands on a real Kafka', why, () => {
  let kafka: TestKafka;
  let dir: string;
  let writer: Writer;
  let readers: ReturnType<typeof openSqliteReaders>;
  let store: Store;
  const listeners = new Set<(n: number) => void>();
  const admitted: { source: string; key: string }[] = [];
  const config = (): KafkaConfig => ({ brokers: kafka.brokers.split(','), ssl: false, sasl: null, topicPrefix: 'parlance.' });
  const quiet = () => {};
  const broker = (): Broker => createBroker({ config: config(), store, installation: 'test', parseSendCommand, wake: quiet, log: quiet });
  let n = 0;
  const append = async (count: number) => {
    await writer.transaction((tx) =>
      appendEvents(
        tx,
        Array.from({ length: count }, () => {
          n++;
          return {
            id: eventId(['test', String(n)]),
            type: 'message.received' as const,
            subject: `cv_${n % 7}`,
            source: '/channels/ch_wa',
            tenant: 'acme',
            channel: 'ch_wa',
            time: new Date().toISOString(),
            data: { n },
          };
        }),
        Date.now(),
      ),
    );
    for (const l of listeners) l(n);
  };
  /** Everything committed in a topic, as a read_committed consumer sees it. */
  const consume = async (topic: string, wanted: number, ms = 20_000) => {
    const client = createClient(config(), quiet);
    const consumer = client.consumer({ groupId: `t${Math.random()}` });
    const got: { key: string; value: string; headers: Record<string, string> }[] = [];
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
    await until(`${wanted} in ${topic}, there are ${got.length}`, () => got.length >= wanted, ms).catch(() => {});
    await sleep(700); // what is too many shows up here
    await consumer.disconnect();
    return got;
  };

  beforeAll(async () => {
    kafka = await startKafka();
    dir = mkdtempSync(join(tmpdir(), 'parlance-relay-'));
    writer = openSqliteWriter(join(dir, 'store.sqlite'));
    readers = openSqliteReaders(join(dir, 'store.sqlite'), 1);
    const operations: Record<string, (args: never) => Promise<unknown>> = {
      saveCursor: (args: never) => writer.transaction((tx) => brokerOperations.saveCursor(tx, args)),
      rejectCommand: (args: never) => writer.transaction((tx) => brokerOperations.rejectCommand(tx, args)),
      admit: async (args: { source: string; key: string }) => void admitted.push(args),
    } as never;
    store = {
      read: readers.read,
      readLog: (q: never) => readLog(readers.read, q),
      lastOffset: async () => n,
      onEvents: (l: (n: number) => void) => {
        listeners.add(l);
        return () => listeners.delete(l);
      },
      write: (name: string, args: never) => operations[name]?.(args),
    } as unknown as Store;
  }, 120_000);
  afterAll(async () => {
    await readers?.close();
    await writer?.close();
    await kafka?.end();
    rmSync(dir, { recursive: true, force: true });
  }, 30_000);

  test('every event once, in order by conversation, as a CloudEvent with its headers', async () => {
    const b = broker();
    b.start();
    await append(1200);
    await until('the relay has caught up', async () => (await b.lag()) === 0);
    const got = await consume('parlance.messages.v1', 1200);
    expect(got).toHaveLength(1200);
    const seqs = new Map<string, number>();
    for (const m of got) {
      const event = new CloudEvent(JSON.parse(m.value) as object, true);
      expect(m.headers).toMatchObject({ 'content-type': 'application/cloudevents+json', ce_id: event.id, ce_type: event.type, ce_source: event.source, ce_subject: event.subject });
      expect(m.key).toBe(event.subject);
      const { seq } = event.data as unknown as { seq: number };
      expect(seq).toBe((seqs.get(m.key) ?? 0) + 1);
      seqs.set(m.key, seq);
    }
    await b.stop();
  }, 90_000);

  test('Kafka killed and restarted: the log waits, nothing is lost or doubled', async () => {
    const b = broker();
    b.start();
    await until('running', () => b.health().ok === true);
    await kafka.stop('SIGKILL');
    await append(300);
    await sleep(500);
    expect(await b.lag()).toBe(300);
    await kafka.up();
    await until('caught up', async () => (await b.lag()) === 0, 60_000);
    expect((await consume('parlance.messages.v1', 1500)).map((m) => m.headers.ce_id).sort()).toEqual(Array.from({ length: n }, (_, i) => eventId(['test', String(i + 1)])).sort());
    await b.stop();
  }, 120_000);

  test('a batch that was published and not recorded is found again, not sent again', async () => {
    await append(100);
    const b = broker();
    const write = store.write;
    let cut = true;
    (store as { write: unknown }).write = ((name: string, args: never) =>
      name === 'saveCursor' && cut ? Promise.reject(new Error('killed before the cursor was saved')) : write(name as never, args)) as never;
    b.start();
    await sleep(4000);
    cut = false;
    await until('caught up', async () => (await b.lag()) === 0, 60_000);
    (store as { write: unknown }).write = write;
    const ids = (await consume('parlance.messages.v1', n)).map((m) => m.headers.ce_id);
    expect(ids).toHaveLength(n);
    expect(new Set(ids).size).toBe(n);
    await b.stop();
  }, 120_000);

  test('a new holder shuts the old one out at its first transaction', async () => {
    await ensureTopics(createClient(config(), quiet), 'parlance.');
    const old = await openTransactionalProducer(createClient(config(), quiet), 'holder');
    const record = (id: string) => ({ topic: 'parlance.channels.v1', key: 'k', value: id, headers: { ce_id: id } });
    await old.send([record('old 1')]);
    const young = await openTransactionalProducer(createClient(config(), quiet), 'holder');
    await young.fence();
    await expect(old.send([record('old 2')])).rejects.toThrow();
    await young.send([record('young 1')]);
    expect((await consume('parlance.channels.v1', 2)).map((m) => m.value)).toEqual(['old 1', 'young 1']);
    await young.close();
    await old.close().catch(() => {});
  }, 60_000);

  test('commands are admitted once; a bad one is rejected once with its id and stops nothing', async () => {
    const producer = createClient(config(), quiet).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const command = (id: string, data: unknown) => JSON.stringify({ specversion: '1.0', id, source: '/desk', type: 'message.send', data });
    const good = { channel: 'ch_wa', to: { phone: '+447700900101' }, content: { type: 'text', text: 'hi' } };
    const values = [command('c1', good), 'not json', null, '[]', command('c2', { ...good, content: { type: 'hologram' } }), '"words"', command('c3', good)];
    await producer.send({ topic: 'parlance.commands.v1', messages: values.map((value) => ({ key: 'one', value })) });
    const b = broker();
    b.start();
    await until('both good ones', () => ['c1', 'c3'].every((id) => admitted.some((a) => a.key === id)), 60_000);
    const rows = await readers.read.selectFrom('events').select('body').where('type', '=', 'command.rejected').execute();
    expect(rows).toHaveLength(5);
    expect(rows.map((r) => (JSON.parse(r.body) as { data: { commandId: string | null } }).data.commandId)).toContain('c2');
    await b.stop();
    await producer.disconnect();
  }, 90_000);
});

kafkaSuite('SASL', why, () => {
  test.each([
    ['the right password', 'parlance-pw', true],
    ['a wrong one', 'nope', false],
  ])(
    '%s',
    async (_what, password, ok) => {
      const kafka = await startKafka({ sasl: true });
      try {
        const client = createClient({ brokers: kafka.brokers.split(','), ssl: false, sasl: { mechanism: 'plain', username: 'parlance', password }, topicPrefix: 'p.' }, () => {});
        const made = ensureTopics(client, 'p.').then(
          (t) => t.size > 0,
          () => false,
        );
        expect(await made).toBe(ok);
      } finally {
        await kafka.end();
      }
    },
    90_000,
  );
});
