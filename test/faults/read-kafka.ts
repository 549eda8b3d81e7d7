import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import type { KafkaRecord } from './evidence.ts';

const TOPICS = ['messages.v1', 'history.v1', 'statuses.v1', 'channels.v1', 'dead-letters.v1'];
const QUIET_MS = 2500;
// kafkajs makes a stream for each batch, which for the small batches of half an hour takes longer than all the rest.
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] = () => ({
  compress: () => Promise.reject(new Error('the checker writes nothing')),
  decompress: async (bytes: Buffer) => gunzipSync(bytes),
});

/** Every committed event of the topics, from the beginning: waits for `wanted` and then until nothing more has come for a while. */
export async function readKafka(brokers: string, wanted: number, ms = 90_000 + wanted / 10): Promise<KafkaRecord[]> {
  const client = new kafkajs.Kafka({ brokers: brokers.split(','), clientId: 'faults-checker', logLevel: kafkajs.logLevel.NOTHING, retry: { retries: 20, maxRetryTime: 1000 } });
  const consumer = client.consumer({ groupId: `faults-checker-${process.pid}-${performance.now()}`, readUncommitted: false });
  const got: KafkaRecord[] = [];
  let last = performance.now();
  await consumer.connect();
  await consumer.subscribe({ topics: TOPICS.map((t) => `parlance.${t}`), fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ topic, message }) => {
      const event = JSON.parse(String(message.value)) as { id: string; data: { seq: number } };
      got.push({ topic: topic.replace('parlance.', ''), key: String(message.key), id: event.id, seq: event.data.seq });
      last = performance.now();
    },
  });
  for (const end = performance.now() + ms; performance.now() < end && (got.length < wanted || performance.now() - last < QUIET_MS); ) await sleep(50);
  await consumer.disconnect();
  return got;
}
