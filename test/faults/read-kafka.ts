import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { KafkaRecord } from './evidence.ts';

/**
 * Every committed event of the topics, from the beginning: until `wanted` are there and nothing more has come for a while, or nothing
 * comes any more. By a thread of its own: what is unpacked makes V8 collect again and again, which beside all that the count keeps took
 * half an hour and more.
 */
export async function* readKafka(brokers: string, wanted: number): AsyncGenerator<KafkaRecord> {
  const thread = new Worker(new URL('./read-kafka-thread.ts', import.meta.url), { workerData: { brokers, wanted } });
  for await (const [records] of on(thread, 'message', { close: ['exit'] })) yield* records as KafkaRecord[];
}
