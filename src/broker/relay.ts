import { setTimeout as sleep } from 'node:timers/promises';
import { followLog } from '../store/follow-log.ts';
import type { LogRow, LogStore } from '../store/port.ts';
import type { BrokerLog, Client } from './kafkajs/client.ts';
import type { Ends } from './kafkajs/fenced-producer.ts';
import { readIds } from './kafkajs/read-range.ts';
import { endOffsets, eventTopics } from './kafkajs/topics.ts';
import { keepPlace, type Place } from './keep-place.ts';
import { openPublisher } from './open-publisher.ts';
import { type Publisher, publishRows } from './publish-rows.ts';

export interface RelayOptions {
  readonly client: Client;
  readonly store: LogStore;
  readonly prefix: string;
  readonly installation: string;
  readonly log: BrokerLog;
  onProgress?(): void;
  /** An event was parked: the topic refuses it for its size. */
  onParked?(off: number): void;
}
const BATCH = 500;
const BATCH_BYTES = 512 * 1024;
const CURSOR = 'relay';
/** Batches begin so far apart, unless more is waiting: each costs Kafka and us many times what an event does. */
const COMPANY_MS = 2;
/** A batch of so many is worth its request. */
const ENOUGH = 128;

/** Rows of a batch within its bytes; at least one. */
export function fitBatch(rows: readonly LogRow[]): readonly LogRow[] {
  let bytes = 0;
  const end = rows.findIndex((r, i) => {
    bytes += r.json.length;
    return bytes > BATCH_BYTES && i > 0;
  });
  return end < 0 ? rows : rows.slice(0, end);
}

/**
 * One life of the relay: fences an older holder, finds what the last unacknowledged batch left on Kafka, and publishes the log from
 * there, batch by batch. Ends by throwing (anything failed: a new life with a new producer) or when `signal` aborts.
 */
export async function relayOnce(options: RelayOptions, signal: AbortSignal): Promise<void> {
  const { client, store, prefix, log } = options;
  const publisher = await openPublisher(options, `${prefix}relay-${options.installation}`);
  try {
    const row = await store.read.selectFrom('cursors').selectAll().where('name', '=', CURSOR).executeTakeFirst();
    const ends = (row?.detail ? JSON.parse(row.detail) : {}) as Ends;
    const now = await endOffsets(client, eventTopics(prefix)); // nothing of an older holder comes after these
    const there = await readIds(client, { groupId: `${prefix}relay-check-${options.installation}`, from: row ? ends : {}, to: now });
    if (there.size) log('info', 'the relay goes on after a batch that was not recorded', { events: there.size });
    await publishFrom({ ...options, publisher, ends: now, there }, row?.off ?? 0, signal);
  } finally {
    await publisher.close();
  }
}

export interface Publishing extends RelayOptions {
  readonly publisher: Publisher;
  readonly ends: Ends;
  readonly there: Set<string>;
}
export async function publishFrom(p: Publishing, from: number, signal: AbortSignal): Promise<void> {
  let after = from;
  const place = keepPlace((kept) => p.store.write('saveCursor', { name: CURSOR, off: kept.off, detail: kept.detail, nowMs: Date.now() }));
  const log = followLog(p.store, signal);
  try {
    for (let at = 0; !signal.aborted; ) {
      const began = performance.now();
      const batch = await publishNext(p, place, after);
      if (batch) {
        after = batch.last;
        at = batch.events < ENOUGH ? began + COMPANY_MS : 0;
      } else {
        await log.past(after);
        place.check(); // where it could not be kept, the next life tries again
      }
      if (performance.now() < at) await sleep(at - performance.now());
    }
    await place.kept();
  } finally {
    log.end();
  }
}
/** One batch: how many events, and the offset of the last; null where there is nothing after `after`. */
async function publishNext(p: Publishing, place: Place, after: number): Promise<{ readonly events: number; readonly last: number } | null> {
  const rows = fitBatch(await p.store.readLog({ after, limit: BATCH }));
  const last = rows.at(-1);
  if (!last) return null;
  const fresh = rows.filter((r) => !p.there.has(r.id));
  await publishRows(p.publisher, fresh, (ends) => {
    for (const [topic, partitions] of Object.entries(ends)) p.ends[topic] = { ...p.ends[topic], ...partitions };
  });
  for (const r of rows) p.there.delete(r.id);
  await place.keep({ off: last.off, detail: JSON.stringify(p.ends) });
  p.onProgress?.();
  return { events: rows.length, last: last.off };
}
/** Sends the log again under the same ids, from an offset to the relay's place; consumers that know the ids pass them over. What was parked there gets another try. */
export async function republish(options: Omit<RelayOptions, 'onProgress'>, from: number): Promise<number> {
  const { store, prefix, installation } = options;
  const again: number[] = [];
  const publisher = await openPublisher({ ...options, onParked: (off) => again.push(off) }, `${prefix}republish-${installation}`);
  let sent = 0;
  try {
    const end = await store.lastOffset();
    for (let after = from - 1; ; ) {
      const rows = fitBatch(await store.readLog({ after: Math.max(0, after), limit: BATCH })).filter((r) => r.off <= end);
      const last = rows.at(-1);
      if (!last) {
        await store.write('forgetParked', { from, to: end, again });
        return sent;
      }
      await publishRows(publisher, rows);
      sent += rows.length;
      after = last.off;
    }
  } finally {
    await publisher.close();
  }
}
