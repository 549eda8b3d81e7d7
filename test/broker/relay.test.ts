import { CloudEvent } from 'cloudevents';
import kafkajs from 'kafkajs';
import { type Broker, createBroker } from '../../src/broker/create-broker.ts';
import { type Client, createClient } from '../../src/broker/kafkajs/client.ts';
import { openFencedProducer } from '../../src/broker/kafkajs/fenced-producer.ts';
import { endOffsets, ensureTopics } from '../../src/broker/kafkajs/topics.ts';
import { relayLag } from '../../src/broker/relay-lag.ts';
import type { KafkaConfig } from '../../src/config/config.ts';
import { parseSendCommand } from '../../src/outbound/admit.ts';
import { kafkaSuite, startKafka, type TestKafka, whyNoKafka } from '../support/kafka.ts';
import { consumeTopic, openLogStore, quiet, sleep, topicsOf } from '../support/log-store.ts';

const why = await whyNoKafka();
const until = async (what: string, good: () => boolean | Promise<boolean>, ms = 30_000) => {
  for (const end = Date.now() + ms; !(await good()); await sleep(50)) if (Date.now() > end) throw new Error(`not in ${ms} ms: ${what}`);
};

kafkaSuite('relay and commands on a real Kafka', why, () => {
  let kafka: TestKafka;
  let log: ReturnType<typeof openLogStore>;
  const config = (): KafkaConfig => ({ brokers: kafka.brokers.split(','), ssl: false, sasl: null, topicPrefix: 'parlance.' });
  const broker = (): Broker => createBroker({ config: config(), store: log.store, installation: 'test', parseSendCommand, wake: quiet, signal: async () => {}, log: quiet });
  const append = (count: number) => log.append(count);
  async function createTopic(client: Client, topic: string, numPartitions: number): Promise<void> {
    const admin = client.admin();
    await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true });
    await admin.disconnect();
  }
  const consume = (topic: string, wanted: number) => consumeTopic(config(), topic, wanted);

  beforeAll(async () => {
    kafka = await startKafka();
    log = openLogStore();
  }, 120_000);
  afterAll(async () => {
    await log?.close();
    await kafka?.end();
  });

  test('every event once, in order by conversation, as a CloudEvent with its headers', async () => {
    const b = broker();
    b.start();
    await append(1200);
    await until('the relay has caught up', async () => (await relayLag(log.store)) === 0, 60_000);
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
    expect(await relayLag(log.store)).toBe(300);
    await kafka.up();
    await until('caught up', async () => (await relayLag(log.store)) === 0, 60_000);
    expect((await consume('parlance.messages.v1', 1500)).map((m) => m.headers.ce_id).sort()).toEqual(Array.from({ length: log.count() }, (_, i) => log.idOf(i + 1)).sort());
    await b.stop();
  }, 120_000);

  test('batches one right after another are nothing to warn of', async () => {
    const said: string[] = [];
    const client = createClient(config(), (level, message) => level !== 'debug' && said.push(message));
    await createTopic(client, 'parlance.rapid', 4);
    said.length = 0; // a new topic has no leader in its first moment
    const producer = await openFencedProducer(client, 'parlance.rapid', ['parlance.rapid']);
    const ends = [];
    for (let n = 0; n < 100; n++)
      ends.push((await producer.send(Array.from({ length: 12 }, (_, key) => ({ topic: 'parlance.rapid', key: String(key), value: String(n), headers: {} })))).ends);
    await producer.close();
    expect(said).toEqual([]);
    expect((await consume('parlance.rapid', 1200)).map((m) => m.value)).toHaveLength(1200);
    expect(ends.at(-1)).toEqual(await endOffsets(client, ['parlance.rapid']));
  }, 60_000);

  test('a few events go as they are, many are compressed', async () => {
    const client = createClient(config(), quiet);
    const [topic, sizes] = ['parlance.sizes', [1, 30, 40, 200, 1]];
    await createTopic(client, topic, 1);
    const producer = await openFencedProducer(client, topic, [topic]);
    for (const size of sizes) await producer.send(Array.from({ length: size }, (_, n) => ({ topic, key: 'k', value: `${n} ${'x'.repeat(1000)}`, headers: {} })));
    await producer.close();
    const segment = kafka.segment(topic, 0);
    const found: { gzip: boolean; records: number }[] = [];
    // base offset 8, length 4, leader epoch 4, magic 1, checksum 4, attributes 2 (the codec in the last three bits, 1 is gzip), …, count at 57
    for (let at = 0; at < segment.length; at += 12 + segment.readInt32BE(at + 8)) {
      const [attributes, records] = [segment.readInt16BE(at + 21), segment.readInt32BE(at + 57)];
      const isControl = (attributes & 0x20) !== 0; // how an older holder was shut out
      if (!isControl) found.push({ gzip: (attributes & 7) === 1, records });
    }
    expect(found).toEqual(sizes.map((records) => ({ gzip: records > 32, records })));
    expect(await consume(topic, 272)).toHaveLength(272);
  }, 60_000);

  test('a batch that was published and not recorded is found again, not sent again', async () => {
    await append(100);
    const b = broker();
    const write = log.store.write;
    let cut = true;
    (log.store as { write: unknown }).write = ((name: string, args: never) =>
      name === 'saveCursor' && cut ? Promise.reject(new Error('killed before the cursor was saved')) : write(name as never, args)) as never;
    b.start();
    await sleep(4000);
    cut = false;
    await until('caught up', async () => (await relayLag(log.store)) === 0, 60_000);
    (log.store as { write: unknown }).write = write;
    const ids = (await consume('parlance.messages.v1', log.count())).map((m) => m.headers.ce_id);
    expect(ids).toHaveLength(log.count());
    expect(new Set(ids).size).toBe(log.count());
    await b.stop();
  }, 120_000);

  test('a new holder shuts the old one out of every partition before it writes anything', async () => {
    await ensureTopics(createClient(config(), quiet), 'parlance.');
    const topics = ['parlance.channels.v1'];
    const open = () => openFencedProducer(createClient(config(), quiet), 'holder', topics);
    const old = await open();
    const record = (id: string, key = 'k') => ({ topic: 'parlance.channels.v1', key, value: id, headers: { ce_id: id } });
    await old.send([record('old 1')]);
    const young = await open();
    const ends = await endOffsets(createClient(config(), quiet), topics);
    for (let key = 0; key < 100; key++) await expect(old.send([record('old 2', String(key))])).rejects.toThrow(/epoch/i); // written to before, or not
    expect(await endOffsets(createClient(config(), quiet), topics)).toEqual(ends);
    await young.send([record('young 1')]);
    expect((await consume('parlance.channels.v1', 2)).map((m) => m.value)).toEqual(['old 1', 'young 1']);
    await young.close();
    await old.close();
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
    await until('both good ones', () => ['c1', 'c3'].every((id) => log.admitted.some((a) => a.key === id)), 60_000);
    const rows = await log.read.selectFrom('events').select('body').where('type', '=', 'command.rejected').execute();
    expect(rows).toHaveLength(5);
    expect(rows.map((r) => (JSON.parse(r.body) as { data: { commandId: string | null } }).data.commandId)).toContain('c2');
    await b.stop();
    await producer.disconnect();
  }, 90_000);
});

kafkaSuite('listeners', why, () => {
  const sasl = (password: string) => ({ mechanism: 'plain', username: 'parlance', password }) as const;
  test.each([
    ['SASL_PLAINTEXT with the right password', { sasl: true }, null, () => ({ ssl: false, sasl: sasl('parlance-pw') })],
    ['SASL_PLAINTEXT with a wrong one', { sasl: true }, /SASL/, () => ({ ssl: false, sasl: sasl('nope') })],
    ['TLS with its certificate trusted', { tls: true }, null, (ca: string) => ({ ssl: { ca }, sasl: null })],
    ['TLS with a certificate that nobody vouches for', { tls: true }, /self-signed certificate/, () => ({ ssl: true, sasl: null })],
    ['TLS spoken to in plain', { tls: true }, /Closed connection|timeout/, () => ({ ssl: false, sasl: null })],
    ['SASL_SSL', { tls: true, sasl: true }, null, (ca: string) => ({ ssl: { ca }, sasl: sasl('parlance-pw') })],
  ])(
    '%s',
    async (_what, options, refused, access) => {
      const kafka = await startKafka(options);
      try {
        const config = { brokers: kafka.brokers.split(','), topicPrefix: 'p.', ...access(kafka.ca ?? '') };
        if (refused) await expect(ensureTopics(createClient(config, quiet), 'p.')).rejects.toThrow(refused);
        else await topicsOf(config);
      } finally {
        await kafka.end();
      }
    },
    90_000,
  );
});
