import kafkajs from 'kafkajs';
import type { Client } from './client.ts';
import { clusterOf, errorOfCode, type PartitionAnswer, type ProduceAnswer, type ProduceMessage, produce } from './cluster.ts';
import { fence } from './fence.ts';
import { partitionOfKey } from './partition-of-key.ts';
import { nextSequence } from './sequence.ts';

export interface OutRecord extends ProduceMessage {
  readonly topic: string;
}
/** Topic to partition to the offset after the last record acknowledged there. */
export type Ends = Record<string, Record<string, string>>;
export interface Sent {
  readonly ends: Ends;
  /** By partition, the places in the batch of the records that it refused for their size together: none of a list is written, all of the others are. */
  readonly refused: readonly (readonly number[])[];
}

/** How long a broker waits for its replicas; we give it up a moment later (client.ts). */
const REPLICAS_MS = 7000;
/**
 * From so many characters on a request is compressed. Of a smaller one a partition has an event or a few (gzip makes one half as large, three a
 * quarter), and the consumer waits meanwhile, on both sides: a tenth of its way at 2,000 events a second. Whoever wants them small all the
 * same sets the topic's `compression.type`.
 */
const WORTH_GZIP = 32 * 1024;
/** MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE: to try the same again never helps. */
const TOO_LARGE = new Set([10, 18]);

/** Topic to partition to the broker that leads it. */
type Leaders = ReadonlyMap<string, ReadonlyMap<number, number>>;
interface Part {
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
  readonly leader: number;
  /** Places in the batch. */
  readonly places: number[];
}
function partsOf(records: readonly OutRecord[], leaders: Leaders): readonly Part[] {
  const parts = new Map<string, Part>();
  for (const [place, { topic, key }] of records.entries()) {
    const of = leaders.get(topic);
    if (!of?.size) throw new Error(`topic ${topic} has no partitions that this producer knows`);
    const partition = partitionOfKey(key, of.size);
    const leader = of.get(partition);
    if (leader === undefined) throw new Error(`partition ${partition} of topic ${topic} is not there`);
    const name = `${topic} ${partition}`;
    const part = parts.get(name);
    if (part) part.places.push(place);
    else parts.set(name, { name, topic, partition, leader, places: [place] });
  }
  return [...parts.values()];
}

/**
 * Batches under a transactional id, one at a time, each a plain idempotent write: the epoch that fence.ts won shuts an older holder out of
 * every partition, and what a lost answer leaves open the next holder reads (relay.ts), so a batch needs no transaction: one round
 * trip in place of three, and no markers. After any failure the object is thrown away: what became of a batch is not known.
 *
 * Spoken through the brokers of kafkajs and not its producer: that tries again by itself, after a leader moved under a number that its
 * new leader does not know (twice written, by its source), and after a lost answer under a number that was used (not written at all, seen).
 */
export async function openFencedProducer(client: Client, transactionalId: string, topics: readonly string[]) {
  const cluster = clusterOf(client);
  const close = () => cluster.disconnect().catch(() => {}); // it is thrown away whatever it says
  try {
    await cluster.connect();
    await cluster.addMultipleTargetTopics(topics);
    const leaders: Leaders = new Map(topics.map((topic) => [topic, new Map(cluster.findTopicPartitionMetadata(topic).map((p) => [p.partitionId, p.leader]))]));
    const all = [...leaders].map(([topic, of]) => ({ topic, partitions: [...of.keys()] }));
    const { producerId, producerEpoch } = await fence(cluster, transactionalId, all);
    const sequences = new Map<string, number>();

    async function ask(leader: number, parts: readonly Part[], records: readonly OutRecord[]): Promise<ProduceAnswer> {
      const topicData = [...Map.groupBy(parts, (p) => p.topic)].map(([topic, mine]) => ({
        topic,
        partitions: mine.map(({ name, partition, places }) => ({
          partition,
          firstSequence: sequences.get(name) ?? 0,
          messages: places.map((place) => records[place] as OutRecord),
        })),
      }));
      const size = parts.flatMap((p) => p.places).reduce((sum, place) => sum + (records[place] as OutRecord).value.length, 0);
      const compression = size < WORTH_GZIP ? kafkajs.CompressionTypes.None : kafkajs.CompressionTypes.GZIP;
      const broker = await cluster.findBroker({ nodeId: leader });
      return produce(broker, { producerId, producerEpoch, acks: -1, timeout: REPLICAS_MS, compression, topicData });
    }
    return {
      /** All that is not refused is written, on all replicas in sync, when this returns. Throws where that is not known. */
      async send(records: readonly OutRecord[]): Promise<Sent> {
        const parts = partsOf(records, leaders);
        const answers = await Promise.all([...Map.groupBy(parts, (p) => p.leader)].map(([leader, mine]) => ask(leader, mine, records)));
        const said = new Map<string, PartitionAnswer>(answers.flatMap((a) => a.topics.flatMap((t) => t.partitions.map((p) => [`${t.topicName} ${p.partition}`, p] as const))));
        const ends: Ends = {};
        const refused: (readonly number[])[] = [];
        for (const { name, topic, partition, places } of parts) {
          const answer = said.get(name);
          if (!answer) throw new Error(`Kafka said nothing of partition ${partition} of topic ${topic}`);
          if (TOO_LARGE.has(answer.errorCode)) refused.push(places);
          else if (answer.errorCode !== 0) throw errorOfCode(answer.errorCode);
          else {
            sequences.set(name, nextSequence(sequences.get(name) ?? 0, places.length));
            ends[topic] = { ...ends[topic], [partition]: String(BigInt(answer.baseOffset) + BigInt(places.length)) };
          }
        }
        return { ends, refused };
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
export type FencedProducer = Awaited<ReturnType<typeof openFencedProducer>>;
