import http from 'node:http';
import kafkajs from 'kafkajs';
import { createClient } from '../../src/broker/kafkajs/client.ts';
import { type Event, remove, startGateway, type TestGateway, text, until, webhook } from '../support/gateway.ts';
import { freePort, kafkaSuite, startKafka, type TestKafka, whyNoKafka } from '../support/kafka.ts';
import { startPostgres, type TestPostgres, whyNoPostgres } from '../support/postgres.ts';

const ONE = '207700000000123';
const why = (await whyNoKafka()) ?? whyNoPostgres();

kafkaSuite('the whole of it on PostgreSQL and Kafka', why, () => {
  let kafka: TestKafka;
  let postgres: TestPostgres;
  let gateway: TestGateway;
  let cloud: http.Server;
  const calls: Record<string, unknown>[] = [];
  beforeAll(async () => {
    [kafka, postgres] = await Promise.all([startKafka(), startPostgres()]);
    cloud = http.createServer((request, response) => {
      let body = '';
      request.on('data', (d) => {
        body += d;
      });
      request.on('end', () => {
        if (request.method === 'GET') return void response.writeHead(404).end('{}'); // templates are listed too
        calls.push(JSON.parse(body) as Record<string, unknown>);
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ contacts: [], messages: [{ id: `wamid.OUT${calls.length}` }] }));
      });
    });
    const port = await freePort();
    await new Promise<void>((resolve) => cloud.listen(port, '127.0.0.1', () => resolve()));
    gateway = await startGateway({ env: { DATABASE_URL: postgres.url, KAFKA_BROKERS: kafka.brokers, GRAPH_API_URL: `http://127.0.0.1:${port}` } });
  }, 120_000);
  afterAll(async () => {
    await gateway?.kill();
    if (gateway) remove(gateway);
    cloud?.close();
    cloud?.closeAllConnections();
    await postgres?.end();
    await kafka?.end();
  });

  test('a signed webhook becomes one event on Kafka, and a command put there reaches the platform', async () => {
    const messages = [{ ...text('447700900101', 'wamid.FULL', 'is it late?'), timestamp: String(Math.floor(Date.now() / 1000)) }];
    for (let i = 0; i < 20; i++) expect(await gateway.post(webhook(ONE, { messages }))).toBe(200);
    await until('the event', async () => (await gateway.call('/v1/events')).text.includes('wamid.FULL'));

    const client = createClient({ brokers: kafka.brokers.split(','), ssl: false, sasl: null, topicPrefix: 'parlance.' }, () => {});
    await until('Kafka is there for the gateway', async () => (await gateway.call('/v1/health')).text.includes('"commands":"running"'), 30_000);
    const producer = client.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const value = JSON.stringify({
      specversion: '1.0',
      id: 'cmd-1',
      source: '/desk',
      type: 'message.send',
      data: { channel: 'ch_wa', to: { phone: '+447700900101' }, content: { type: 'text', text: 'it left today' } },
    });
    // Topics that were just made have no leader in their first moment.
    const put = (messages: { key: string; value: string }[]) =>
      until(
        'a leader',
        () =>
          producer.send({ topic: 'parlance.commands.v1', messages }).then(
            () => true,
            () => false,
          ),
        20_000,
      );
    await put([
      { key: 'a', value },
      { key: 'a', value },
    ]);
    await until('the call', async () => calls.length > 0, 30_000);
    const got: { topic: string; event: Event }[] = [];
    const crashes: string[] = [];
    const consumer = client.consumer({ groupId: 'full' });
    consumer.on('consumer.crash', ({ payload }) => crashes.push(payload.error.message));
    await consumer.connect();
    await until(
      'the topics',
      async () =>
        (
          await client
            .admin()
            .listTopics()
            .catch(() => [] as string[])
        ).includes('parlance.messages.v1'),
      30_000,
    );
    await consumer.subscribe({ topics: ['parlance.messages.v1', 'parlance.statuses.v1'], fromBeginning: true });
    await consumer.run({ eachMessage: async ({ topic, message }) => void got.push({ topic, event: JSON.parse(String(message.value)) as Event }) });
    await until('it on Kafka', async () => got.some((g) => g.event.data.message?.platformId === 'wamid.FULL')).catch((e: Error) => {
      throw new Error(`${e.message}: ${got.length} ${crashes.join()}`);
    });

    await gateway.post(webhook(ONE, { statuses: [{ id: 'wamid.OUT1', status: 'delivered', timestamp: String(Math.floor(Date.now() / 1000)), recipient_id: '447700900101' }] }));
    await until('delivered on Kafka', async () => got.some((g) => g.event.data.status === 'delivered'), 30_000);
    expect(calls).toHaveLength(1);
    expect(got.filter((g) => g.event.data.message?.platformId === 'wamid.FULL')).toHaveLength(1);
    const log = await gateway.events();
    expect(log.map((e) => e.data.status ?? e.type)).toEqual(['message.received', 'queued', 'delivered']);
    expect(got.map((g) => g.event).sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([...log].sort((a, b) => (a.id < b.id ? -1 : 1)));
    const later = { channel: 'ch_wa', to: { phone: '+447700900101' }, content: { type: 'text', text: 'tomorrow' }, sendAt: new Date(Date.now() + 86_400_000).toISOString() };
    const { id } = (await gateway.call('/v1/messages', { method: 'POST', body: later })).json as unknown as { id: string };
    const cancel = (n: number, of: string) => ({
      key: 'a',
      value: JSON.stringify({ specversion: '1.0', id: `cancel-${n}`, source: '/desk', type: 'message.cancel', data: { channel: 'ch_wa', id: of } }),
    });
    await put([cancel(1, id), cancel(1, id), cancel(2, 'ms_nobody')]);
    await until('rejected', async () => (await gateway.events()).some((e) => e.type === 'command.rejected'), 30_000);
    const end = (await gateway.events()).slice(3).map((e) => e.data.status ?? e.data.code);
    expect(end).toEqual(['queued', 'canceled', 'not_found']); // the repeat found it done
    await consumer.disconnect();
    await producer.disconnect();
  }, 120_000);

  test('PostgreSQL killed in mid-flight: webhooks are taken meanwhile and come out once, in order', async () => {
    await postgres.stop('SIGQUIT');
    for (let n = 0; n < 20; n++) expect(await gateway.post(webhook(ONE, { messages: [text('447700900177', `wamid.AWAY${n}`)] }))).toBe(200);
    await postgres.up();
    await until('all of them', async () => (await gateway.call('/v1/events?limit=1000')).text.includes('wamid.AWAY19'), 40_000);
    const mine = (await gateway.events()).filter((e) => e.data.message?.platformId.startsWith('wamid.AWAY'));
    expect(mine.map((e) => [e.data.message?.platformId, e.data.seq])).toEqual(Array.from({ length: 20 }, (_, n) => [`wamid.AWAY${n}`, n + 1]));
  }, 90_000);
});
