import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { type Broker, createBroker } from '../../src/broker/create-broker.ts';
import { relayLag } from '../../src/broker/relay-lag.ts';
import type { KafkaConfig } from '../../src/config/config.ts';
import { parseSendCommand } from '../../src/outbound/admit.ts';
import { channel, remove, startGateway, text, until, webhook } from '../support/gateway.ts';
import { freePort, kafkaSuite, startKafka, type TestKafka, whyNoKafka } from '../support/kafka.ts';
import { startKafkaProxy } from '../support/kafka-proxy.ts';
import { type Consumed, consumeTopic, openLogStore, quiet, sleep, topicsOf } from '../support/log-store.ts';

const why = await whyNoKafka();
const configOf = (brokers: string): KafkaConfig => ({ brokers: brokers.split(','), ssl: false, sasl: null, topicPrefix: 'parlance.' });
const brokerOf = (log: ReturnType<typeof openLogStore>, config: KafkaConfig): Broker =>
  createBroker({ config, store: log.store, installation: 'test', parseSendCommand, wake: quiet, signal: async () => {}, log: quiet });
/** The records of the topic, which may hold others': every event of the log stands there once. */
async function once(log: ReturnType<typeof openLogStore>, config: KafkaConfig): Promise<readonly Consumed[]> {
  const wanted = new Set(Array.from({ length: log.count() }, (_, i) => log.idOf(i + 1)));
  const mine = (records: readonly Consumed[]) => records.map((r) => r.headers.ce_id ?? '').filter((id) => wanted.has(id));
  const got = await consumeTopic(config, 'parlance.messages.v1', (records) => new Set(mine(records)).size === wanted.size);
  expect(mine(got).sort()).toEqual([...wanted].sort());
  return got;
}

kafkaSuite('faults between us and Kafka, through a proxy', why, () => {
  let kafka: TestKafka;
  let proxy: Awaited<ReturnType<typeof startKafkaProxy>>;
  let config: KafkaConfig;
  beforeAll(async () => {
    const port = await freePort();
    kafka = await startKafka({ advertise: port });
    proxy = await startKafkaProxy(() => kafka, port);
    config = configOf(kafka.brokers);
    await topicsOf(config);
  }, 120_000);
  afterAll(async () => {
    await proxy?.end();
    await kafka?.end();
  });

  test('before the cure: a kafkajs producer kept after a lost answer acknowledges the next message and does not write it', async () => {
    const client = new kafkajs.Kafka({ brokers: [...config.brokers], requestTimeout: 5000, enforceRequestTimeout: true, logLevel: kafkajs.logLevel.NOTHING });
    const producer = client.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      retry: { retries: 1, initialRetryTime: 50 },
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    const send = (value: string) => producer.send({ topic: 'parlance.channels.v1', acks: -1, messages: [{ key: 'k', value }] });
    const plain = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner }); // a new topic has no leader in its first moment
    await plain.connect();
    await until(
      'the topic has a leader',
      () =>
        plain.send({ topic: 'parlance.channels.v1', messages: [{ key: 'k', value: 'M0' }] }).then(
          () => true,
          () => false,
        ),
      20_000,
    );
    await plain.disconnect();
    await send('M1');
    proxy.dropAnswers(2);
    await expect(send('M2')).rejects.toThrow();
    proxy.dropAnswers(0);
    let acknowledged = '';
    for (let i = 0; i < 20 && !acknowledged; i++)
      acknowledged = await send('M3').then(
        ([answer]) => String(answer?.baseOffset),
        () => sleep(200).then(() => ''),
      );
    expect(acknowledged).not.toBe('');
    await producer.disconnect().catch(quiet);
    // If this ever finds M3, kafkajs was mended, and the rule of a new producer after each fault may be looked at again.
    const written = (await consumeTopic(config, 'parlance.channels.v1', 3)).map((m) => m.value);
    expect([...new Set(written)]).toEqual(['M0', 'M1', 'M2']); // the plain one may have written the first again
  }, 120_000);

  test('with the cure: answers to produce requests lost again and again, every event stands once', async () => {
    const log = openLogStore();
    const broker = brokerOf(log, config);
    try {
      broker.start();
      await log.append(50);
      await until('the first are out', async () => (await relayLag(log.store)) === 0, 30_000);
      for (let round = 0; round < 2; round++) {
        const before = proxy.dropped();
        proxy.dropAnswers(1);
        await log.append(50);
        await until('an answer was lost', async () => proxy.dropped() > before, 20_000);
        await log.append(50);
        await until('all are out', async () => (await relayLag(log.store)) === 0, 60_000);
      }
      await once(log, config);
    } finally {
      await broker.stop();
      await log.close();
    }
  }, 150_000);

  test('a relay stopped with SIGSTOP and replaced: continued, its batch is refused', async () => {
    const log = openLogStore();
    let old: ChildProcess | null = null;
    const said: string[] = [];
    try {
      await log.append(20);
      old = spawn(process.execPath, [join(import.meta.dirname, '../support/relay-process.ts'), log.dir, config.brokers.join()], { stdio: ['ignore', 'pipe', 'inherit'] });
      old.stdout?.on('data', (d) => said.push(String(d)));
      await until('the old relay has published', async () => said.join('').includes('progress'), 40_000);
      // Its next batch waits in the proxy when it is stopped.
      proxy.hold();
      await log.append(30);
      await until('a batch is on its way', async () => proxy.held() > 0, 20_000);
      old.kill('SIGSTOP');
      proxy.pass();
      const young = createBroker({ config, store: log.store, installation: 'shared', parseSendCommand, wake: quiet, signal: async () => {}, log: quiet });
      young.start();
      await until('the new relay has published', async () => (await relayLag(log.store)) === 0, 60_000);
      proxy.release();
      const ended = new Promise<number | null>((resolve) => old?.once('exit', (code) => resolve(code)));
      old.kill('SIGCONT');
      expect(await ended).toBe(3);
      await young.stop();
      await once(log, config);
    } finally {
      old?.kill('SIGKILL');
      proxy.release();
      await log.close();
    }
  }, 150_000);

  test('a produce request held back while the gateway is killed and started again: one copy', async () => {
    const number = '207700000000123';
    const env = { KAFKA_BROKERS: config.brokers.join(), KAFKA_TOPIC_PREFIX: 'held.' };
    const mine = { ...config, topicPrefix: 'held.' };
    let gateway = await startGateway({ channels: [channel('ch_wa', number)], env });
    try {
      await until('Kafka is there for the gateway', async () => (await gateway.call('/v1/health')).text.includes('"relay":"running"'), 40_000);
      await gateway.post(webhook(number, { messages: [text('447700900101', 'wamid.BEFORE')] }));
      expect(await consumeTopic(mine, 'held.messages.v1', 1)).toHaveLength(1);
      proxy.hold();
      for (let i = 0; i < 10; i++) expect(await gateway.post(webhook(number, { messages: [text('447700900101', `wamid.HELD${i}`)] }))).toBe(200);
      await until('a batch is on its way', async () => proxy.held() > 0, 20_000);
      await gateway.kill('SIGKILL');
      proxy.pass();
      gateway = await startGateway({ channels: [channel('ch_wa', number)], env, dir: gateway.dir });
      expect(await consumeTopic(mine, 'held.messages.v1', 11, 60_000)).toHaveLength(11);
      proxy.release(); // the dead gateway's request arrives now
      await sleep(1000);
      const ids = (await consumeTopic(mine, 'held.messages.v1', 11)).map((m) => m.headers.ce_id);
      expect(ids).toHaveLength(11);
      expect(new Set(ids).size).toBe(11);
    } finally {
      proxy.release();
      await gateway.kill('SIGKILL');
      remove(gateway);
    }
  }, 180_000);
});

kafkaSuite('a Kafka that comes and goes', why, () => {
  test('away at the start, then flapping: the log waits, every event stands once and in order', async () => {
    const kafka = await startKafka({ down: true });
    const config = configOf(kafka.brokers);
    const log = openLogStore();
    const broker = brokerOf(log, config);
    try {
      broker.start();
      await log.append(100);
      await sleep(2500);
      expect(await relayLag(log.store)).toBe(100);
      expect(broker.health().ok).toBe(false);
      for (let round = 0; round < 3; round++) {
        await kafka.up();
        await log.append(100);
        await sleep(round * 1500); // in its first second it is not ready, later it is in the midst of batches
        await log.append(100);
        await kafka.stop(round % 2 ? 'SIGKILL' : 'SIGTERM');
        await log.append(100);
      }
      await kafka.up();
      await until('caught up', async () => (await relayLag(log.store)) === 0, 90_000);
      const got = await once(log, config);
      const seqs = new Map<string, number>();
      for (const m of got) {
        const { seq } = (JSON.parse(m.value) as { data: { seq: number } }).data;
        expect(seq).toBe((seqs.get(m.key) ?? 0) + 1);
        seqs.set(m.key, seq);
      }
    } finally {
      await broker.stop();
      await log.close();
      await kafka.end();
    }
  }, 240_000);
});
