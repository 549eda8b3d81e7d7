import { type Client, ENDS_WHEN_IT_CRASHES } from './client.ts';
import type { Ends } from './fenced-producer.ts';

/** Past this the relay's life ends and begins anew: to guess here would publish an event twice. */
const DEADLINE_MS = 60_000;

/** First offsets that are still kept, by topic and partition. */
async function starts(client: Client, topics: readonly string[]): Promise<Ends> {
  const admin = client.admin();
  await admin.connect();
  try {
    const low: Ends = {};
    for (const topic of topics) low[topic] = Object.fromEntries((await admin.fetchTopicOffsets(topic)).map((p) => [String(p.partition), p.low]));
    return low;
  } finally {
    await admin.disconnect();
  }
}

/**
 * Event ids (ce_id) that stand committed from `from` to `to`, exclusive; read_committed. Every offset of the range was seen when it
 * returns (a batch of nothing but transaction marks tells its last offset too); else it throws.
 */
export async function readIds(client: Client, range: { groupId: string; from: Ends; to: Ends }): Promise<Set<string>> {
  const ids = new Set<string>();
  const low = await starts(client, Object.keys(range.to));
  const places = Object.entries(range.to).flatMap(([topic, partitions]) =>
    Object.entries(partitions).map(([partition, end]) => {
      const kept = BigInt(low[topic]?.[partition] ?? '0');
      const told = BigInt(range.from[topic]?.[partition] ?? '0');
      const [from, to] = [told > kept ? told : kept, BigInt(end)];
      return { topic, partition: Number(partition), from, to, start: from < to ? from : to };
    }),
  );
  const waiting = new Map(places.filter((p) => p.from < p.to).map((p) => [`${p.topic} ${p.partition}`, p]));
  if (!waiting.size) return ids;
  const wanted = new Set([...waiting.values()].map((p) => p.topic));
  const done = Promise.withResolvers<void>();
  done.promise.catch(() => {}); // a crash may come while `run` is still joining the group: it is thrown where the end is awaited
  const consumer = client.consumer({ groupId: range.groupId, readUncommitted: false, maxBytesPerPartition: 1024 * 1024, maxWaitTimeInMs: 500, retry: ENDS_WHEN_IT_CRASHES });
  consumer.on('consumer.crash', ({ payload }) => done.reject(payload.error));
  consumer.on('consumer.end_batch_process', ({ payload }) => {
    const key = `${payload.topic} ${payload.partition}`;
    const place = waiting.get(key);
    if (place && BigInt(payload.lastOffset) + 1n >= place.to) waiting.delete(key);
    if (!waiting.size) done.resolve();
  });
  await consumer.connect();
  const deadline = setTimeout(() => done.reject(new Error(`the end of ${waiting.size} partitions was not reached`)), DEADLINE_MS);
  try {
    await consumer.subscribe({ topics: [...wanted], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        const place = waiting.get(`${batch.topic} ${batch.partition}`);
        for (const m of batch.messages) if (place && BigInt(m.offset) < place.to && m.headers?.ce_id) ids.add(String(m.headers.ce_id));
      },
    });
    // The others too, to their end: without a place the consumer would read them from their beginning.
    for (const p of places) if (wanted.has(p.topic)) consumer.seek({ topic: p.topic, partition: p.partition, offset: p.start.toString() });
    await done.promise;
  } finally {
    clearTimeout(deadline);
    await consumer.disconnect();
  }
  return ids;
}
