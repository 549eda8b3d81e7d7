import { randomBytes } from 'node:crypto';
import { createBroker } from '../../src/broker/create-broker.ts';
import { createClient } from '../../src/broker/kafkajs/client.ts';
import { relayLag } from '../../src/broker/relay-lag.ts';
import type { KafkaConfig } from '../../src/config/config.ts';
import { parseSendCommand } from '../../src/outbound/admit.ts';
import { until } from '../support/gateway.ts';
import { kafkaSuite, startKafka, type TestKafka, whyNoKafka } from '../support/kafka.ts';
import { consumeTopic, openLogStore, quiet, topicsOf } from '../support/log-store.ts';

const TOPIC = 'parlance.messages.v1';
const TOPIC_RESOURCE = 2;

kafkaSuite('a topic that takes 20 kB at most', await whyNoKafka(), () => {
  let kafka: TestKafka;
  let config: KafkaConfig;
  async function allow(bytes: number): Promise<void> {
    const admin = createClient(config, quiet).admin();
    await admin.connect();
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: TOPIC_RESOURCE, name: TOPIC, configEntries: [{ name: 'max.message.bytes', value: String(bytes) }] }] });
    await admin.disconnect();
  }
  beforeAll(async () => {
    kafka = await startKafka();
    config = { brokers: kafka.brokers.split(','), ssl: false, sasl: null, topicPrefix: 'parlance.' };
    await topicsOf(config);
    await allow(20_000);
  }, 120_000);
  afterAll(() => kafka?.end(), 30_000);

  test('one event that is larger is parked with an alarm and told by health; the others go on, once and in order', async () => {
    const log = openLogStore();
    const alarms: string[] = [];
    const broker = createBroker({
      config,
      store: log.store,
      installation: 'large',
      parseSendCommand,
      wake: quiet,
      signal: async () => {},
      log: (level, message) => level === 'error' && alarms.push(message),
    });
    try {
      await log.append(50);
      await log.append(1, () => ({ text: randomBytes(40_000).toString('hex') }));
      const large = log.idOf(log.count());
      await log.append(50);
      await log.append(200, () => ({ text: randomBytes(1000).toString('hex') })); // each fits, a batch of them does not
      broker.start();
      await until('all are out', async () => (await relayLag(log.store)) === 0, 60_000);
      expect(broker.health()).toMatchObject({ parked: 1 });
      expect(alarms.filter((a) => a.includes('too large'))).toHaveLength(1);
      const got = await consumeTopic(config, TOPIC, log.count() - 1);
      const wanted = Array.from({ length: log.count() }, (_, i) => log.idOf(i + 1)).filter((id) => id !== large);
      expect(got.map((m) => m.headers.ce_id).sort()).toEqual([...wanted].sort());
      const last = new Map<string, number>();
      for (const m of got) {
        const { seq } = (JSON.parse(m.value) as { data: { seq: number } }).data;
        expect(seq).toBeGreaterThan(last.get(m.key) ?? 0);
        last.set(m.key, seq);
      }
      await log.append(10);
      await until('later ones too', async () => (await relayLag(log.store)) === 0, 20_000);
      await broker.republish(50);
      expect(broker.parked()).toBe(1);
      await allow(1_000_000);
      // Kafka says that it was changed a moment before it is.
      await until('it is taken', async () => {
        await broker.republish(50);
        return broker.parked() === 0;
      });
      expect((await consumeTopic(config, TOPIC, 800)).some((m) => m.headers.ce_id === large)).toBe(true);
    } finally {
      await broker.stop();
      await log.close();
    }
  }, 120_000);
});
