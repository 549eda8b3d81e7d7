import kafkajs from 'kafkajs';
import type { Client } from './client.ts';
import { partitionByKey } from './partition-by-key.ts';

export interface OutRecord {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}
/** Topic to partition to the offset after the last record acknowledged there. */
export type Ends = Record<string, Record<string, string>>;

/**
 * One transaction a batch. The default retry time of kafkajs is 300 ms; what passes in a moment (wait-for-markers.ts has the usual case) is
 * tried again sooner. After any failure the object is thrown away (an idempotent kafkajs producer reuses the sequence of a send whose answer
 * was lost, and the broker then acknowledges the next message without writing it).
 */
export async function openTransactionalProducer(client: Client, transactionalId: string) {
  const producer = client.producer({
    transactionalId,
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: partitionByKey,
    transactionTimeout: 30_000,
    retry: { initialRetryTime: 2, maxRetryTime: 200, retries: 24 },
  });
  await producer.connect(); // a connect that fails is fatal for the object: it would go on without a producer id
  const transact = async (records: readonly OutRecord[]): Promise<Ends> => {
    const transaction = await producer.transaction();
    try {
      const topics = new Map<string, OutRecord[]>();
      for (const r of records) {
        const mine = topics.get(r.topic);
        if (mine) mine.push(r);
        else topics.set(r.topic, [r]);
      }
      const ends: Ends = {};
      if (topics.size) {
        const answers = await transaction.sendBatch({
          acks: -1,
          compression: kafkajs.CompressionTypes.GZIP,
          topicMessages: [...topics].map(([topic, all]) => ({ topic, messages: all.map(({ key, value, headers }) => ({ key, value, headers })) })),
        });
        for (const a of answers) ends[a.topicName] = { ...ends[a.topicName], [String(a.partition)]: String(BigInt(a.baseOffset ?? '0') + 1n) };
      }
      await transaction.commit();
      return ends;
    } catch (error) {
      await transaction.abort().catch(() => {}); // fenced or gone: the broker aborts it by itself
      throw error;
    }
  };
  return {
    /** Begins and ends an empty transaction: only this asks for the producer id, and so shuts out an older holder. */
    fence: () => transact([]).then(() => undefined),
    send: transact,
    close: () => producer.disconnect(),
  };
}
export type TransactionalProducer = Awaited<ReturnType<typeof openTransactionalProducer>>;
