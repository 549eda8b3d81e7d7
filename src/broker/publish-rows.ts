import type { LogRow } from '../store/port.ts';
import { isTooLarge } from './kafkajs/too-large.ts';
import type { Ends, TransactionalProducer } from './kafkajs/transactional-producer.ts';
import { toRecord } from './to-record.ts';

export interface Publisher {
  readonly prefix: string;
  readonly producer: TransactionalProducer;
  /** A producer in place of the one whose send failed; it shuts the old one out. */
  reopen(): Promise<void>;
  /** The topic takes this event in no batch. */
  park(row: LogRow): Promise<void>;
}

/**
 * Publishes rows in order. A batch that the topic refuses for its size is halved until a single event is left, which is parked, so
 * that it costs only itself. A refusal is definite and its transaction undone, so nothing is sent twice by trying the halves.
 */
export async function publishRows(publisher: Publisher, rows: readonly LogRow[], onEnds: (ends: Ends) => void = () => {}): Promise<void> {
  if (!rows.length) return;
  try {
    return onEnds(await publisher.producer.send(rows.map((r) => toRecord(r, publisher.prefix))));
  } catch (error) {
    if (!isTooLarge(error)) throw error;
  }
  await publisher.reopen();
  const [only] = rows;
  if (rows.length === 1 && only) return publisher.park(only);
  const half = Math.ceil(rows.length / 2);
  await publishRows(publisher, rows.slice(0, half), onEnds);
  await publishRows(publisher, rows.slice(half), onEnds);
}
