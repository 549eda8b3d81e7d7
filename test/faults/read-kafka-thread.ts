import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import type { KafkaRecord } from './evidence.ts';

const TOPICS = ['messages.v1', 'history.v1', 'statuses.v1', 'channels.v1', 'dead-letters.v1'];
const QUIET_MS = 2500;
/** A group takes its time to form, and a broker that was killed to come back. */
const PATIENCE_MS = 60_000;
// kafkajs makes a stream for each batch, which for the small batches of half an hour takes longer than all the rest.
kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] = () => ({
  compress: () => Promise.reject(new Error('the checker writes nothing')),
  decompress: async (bytes: Buffer) => gunzipSync(bytes),
});

/** An event's id and seq, the first of these names in it, without a string of the whole: half an hour has millions. */
function idAndSeq(value: Buffer): { id: string; seq: number } {
  const [id, seq] = ['"id":"', '"seq":'].map((name) => value.indexOf(name) + name.length) as [number, number];
  return { id: value.toString('latin1', id, value.indexOf('"', id)), seq: Number.parseInt(value.toString('latin1', seq, seq + 16), 10) };
}

/** The thread of read-kafka.ts; `workerData` has the brokers and how many records are wanted. Posts KafkaRecord[] and ends. */
const { brokers, wanted } = workerData as { brokers: string; wanted: number };
const client = new kafkajs.Kafka({ brokers: brokers.split(','), clientId: 'faults-checker', logLevel: kafkajs.logLevel.NOTHING, retry: { retries: 20, maxRetryTime: 1000 } });
const consumer = client.consumer({ groupId: `faults-checker-${process.pid}-${performance.now()}`, readUncommitted: false });
const got = { n: 0, last: performance.now() };
await consumer.connect();
await consumer.subscribe({ topics: TOPICS.map((t) => `parlance.${t}`), fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch, heartbeat }) => {
    const topic = batch.topic.replace('parlance.', '');
    const records = batch.messages.map(({ key, value }): KafkaRecord => ({ topic, key: String(key), ...idAndSeq(value ?? Buffer.alloc(0)) }));
    got.n += records.length;
    if (records.length) {
      got.last = performance.now();
      parentPort?.postMessage(records);
    }
    await heartbeat();
  },
});
while (performance.now() - got.last < (got.n < wanted ? PATIENCE_MS : QUIET_MS)) await sleep(50);
await consumer.disconnect();
