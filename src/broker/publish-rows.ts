import type { LogRow } from '../store/port.ts';
import type { Ends, FencedProducer } from './kafkajs/fenced-producer.ts';
import { toRecord } from './to-record.ts';

export interface Publisher {
  readonly prefix: string;
  readonly producer: FencedProducer;
  /** The topic takes this event in no batch. */
  park(row: LogRow): Promise<void>;
}

/**
 * Publishes rows in order. What a partition refuses for its size is halved until a single event is left, which is parked, so that it costs
 * only itself. A refusal is definite and for one partition, and the others' events are written: only what was refused is sent again.
 */
export async function publishRows(publisher: Publisher, rows: readonly LogRow[], onEnds: (ends: Ends) => void = () => {}): Promise<void> {
  if (!rows.length) return;
  const { ends, refused } = await publisher.producer.send(rows.map((r) => toRecord(r, publisher.prefix)));
  onEnds(ends);
  for (const places of refused) {
    const again = places.map((place) => rows[place] as LogRow);
    const [only] = again;
    if (again.length === 1 && only) await publisher.park(only);
    else {
      const half = Math.ceil(again.length / 2);
      await publishRows(publisher, again.slice(0, half), onEnds);
      await publishRows(publisher, again.slice(half), onEnds);
    }
  }
}
