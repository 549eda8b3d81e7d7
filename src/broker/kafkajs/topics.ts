import { COMMANDS_TOPIC, TOPICS } from '../../../schemas/index.ts';
import type { Client } from './client.ts';

const PARTITIONS = 24;
/** Those that events go to. */
export const eventTopics = (prefix: string): string[] => Object.keys(TOPICS).map((t) => prefix + t);
export const topicNames = (prefix: string): string[] => [...eventTopics(prefix), prefix + COMMANDS_TOPIC];

/** Creates the topics that are missing (24 partitions, up to three replicas) and checks the others; throws with the fix in words. */
export async function ensureTopics(client: Client, prefix: string): Promise<Map<string, number>> {
  const admin = client.admin();
  await admin.connect();
  try {
    const names = topicNames(prefix);
    const existing = new Set(await admin.listTopics());
    const missing = names.filter((n) => !existing.has(n));
    if (missing.length) {
      const { brokers } = await admin.describeCluster();
      const replicationFactor = Math.min(3, brokers.length);
      try {
        await admin.createTopics({
          waitForLeaders: true,
          timeout: 10_000,
          topics: missing.map((topic) => ({
            topic,
            numPartitions: PARTITIONS,
            replicationFactor,
            configEntries: [{ name: 'min.insync.replicas', value: String(replicationFactor > 2 ? 2 : 1) }],
          })),
        });
      } catch (cause) {
        throw new Error(
          `topics ${missing.join(', ')} are missing and could not be created (${(cause as Error).message}); create them with ${PARTITIONS} partitions, or allow the client to`,
          { cause },
        );
      }
    }
    const { topics } = await admin.fetchTopicMetadata({ topics: names });
    return new Map(topics.map((t) => [t.name, t.partitions.length]));
  } finally {
    await admin.disconnect();
  }
}

/** End offsets of every partition, by topic. */
export async function endOffsets(client: Client, topics: readonly string[]): Promise<Record<string, Record<string, string>>> {
  const admin = client.admin();
  await admin.connect();
  try {
    const ends: Record<string, Record<string, string>> = {};
    for (const topic of topics) ends[topic] = Object.fromEntries((await admin.fetchTopicOffsets(topic)).map((p) => [String(p.partition), p.high]));
    return ends;
  } finally {
    await admin.disconnect();
  }
}
