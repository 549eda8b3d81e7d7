import type { LogStore } from '../store/port.ts';
import type { BrokerLog, Client } from './kafkajs/client.ts';
import { openFencedProducer } from './kafkajs/fenced-producer.ts';
import { eventTopics } from './kafkajs/topics.ts';
import type { Publisher } from './publish-rows.ts';

export interface PublisherOptions {
  readonly client: Client;
  readonly store: LogStore;
  readonly prefix: string;
  readonly log: BrokerLog;
  onParked?(off: number): void;
}

/** A publisher under a transactional id of its own; opening it shuts an older holder out. */
export async function openPublisher(options: PublisherOptions, transactionalId: string): Promise<Publisher & { close(): Promise<void> }> {
  const { client, store, prefix, log } = options;
  const producer = await openFencedProducer(client, transactionalId, eventTopics(prefix));
  return {
    prefix,
    producer,
    async park(row) {
      const bytes = Buffer.byteLength(row.json);
      await store.write('parkEvent', { off: row.off, id: row.id, topic: row.topic, bytes, nowMs: Date.now() });
      log('error', `an event of ${bytes} bytes is too large for topic ${prefix}${row.topic} and is not on Kafka; raise max.message.bytes there and republish from its offset`, {
        off: row.off,
        id: row.id,
      });
      options.onParked?.(row.off);
    },
    close: producer.close,
  };
}
