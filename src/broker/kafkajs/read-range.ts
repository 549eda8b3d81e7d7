import type { Client } from './client.ts';
import type { Ends } from './transactional-producer.ts';

/** Event ids (ce_id) that stand committed from `from` to `to`, exclusive; read_committed. */
export async function readIds(client: Client, range: { groupId: string; from: Ends; to: Ends }): Promise<Set<string>> {
  const ids = new Set<string>();
  const waiting = new Map<string, { from: bigint; to: bigint }>();
  for (const [topic, partitions] of Object.entries(range.to)) {
    for (const [partition, to] of Object.entries(partitions)) {
      const from = BigInt(range.from[topic]?.[partition] ?? '0');
      if (from < BigInt(to)) waiting.set(`${topic} ${partition}`, { from, to: BigInt(to) });
    }
  }
  if (!waiting.size) return ids;
  const consumer = client.consumer({ groupId: range.groupId, readUncommitted: false, maxBytesPerPartition: 1024 * 1024 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [...new Set([...waiting.keys()].map((k) => k.split(' ')[0] as string))], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => resolve(), 20_000); // the tail may hold nothing but transaction marks, which no consumer is given
      let quiet = setTimeout(resolve, 3000);
      consumer
        .run({
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            const key = `${batch.topic} ${batch.partition}`;
            const bounds = waiting.get(key);
            for (const m of batch.messages) if (bounds && BigInt(m.offset) < bounds.to && m.headers?.ce_id) ids.add(String(m.headers.ce_id));
            if (bounds && BigInt(batch.lastOffset()) + 1n >= bounds.to) waiting.delete(key);
            clearTimeout(quiet);
            quiet = setTimeout(resolve, waiting.size ? 3000 : 0);
            if (!waiting.size) clearTimeout(timer);
          },
        })
        .catch(reject);
      for (const [key, { from }] of waiting) {
        const [topic, partition] = key.split(' ') as [string, string];
        consumer.seek({ topic, partition: Number(partition), offset: from.toString() });
      }
    });
  } finally {
    await consumer.disconnect();
  }
  return ids;
}
