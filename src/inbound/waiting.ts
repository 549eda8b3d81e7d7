import type { Fact } from '../../adapters/facts.ts';
import type { ChannelType } from '../../schemas/index.ts';
import type { Tx } from '../store/port.ts';
import { contextFor, type Kept } from './context-of-kept.ts';
import { createDirectory } from './directory.ts';
import { resolveWaiting } from './statuses.ts';
import { Tally } from './tally.ts';

interface Row {
  channel: string;
  event_id: string;
  fact: string;
  day: string;
}
const reviveFact = (fact: Fact): Fact => ({ ...fact, at: fact.at === null ? null : new Date(fact.at as unknown as string) });

async function join(tx: Tx, rows: readonly Row[], how: { nowMs: number; overdue: boolean }): Promise<void> {
  if (!rows.length) return;
  const directory = createDirectory();
  await directory.refresh(tx);
  const tally = new Tally();
  for (const row of rows) {
    const kept = JSON.parse(row.fact) as Kept;
    const fact = reviveFact(kept.fact);
    const channel = directory.byAccount(fact.channelType as ChannelType, fact.account);
    if (!channel) continue;
    const done = await resolveWaiting(contextFor(tx, kept, { directory, tally, day: row.day, nowMs: how.nowMs }), fact, channel, how.overdue);
    if (!done) continue;
    await tx.run('DELETE FROM waiting_statuses WHERE event_id = $1', [row.event_id]);
    tally.count(row.channel, row.day, 'waiting', { n: -1 });
    tally.count(row.channel, row.day, done.term, done.term === 'absorbed' ? { reason: done.reason } : {});
  }
  await tally.write(tx);
}

/** Joins the statuses that came before the send response which names `platformId`; call it in the transaction that records the response. */
export async function joinWaiting(tx: Tx, { channel, platformId }: { channel: string; platformId: string }, nowMs: number): Promise<void> {
  const rows = await tx.all<Row>('SELECT channel, event_id, fact, day FROM waiting_statuses WHERE channel = $1 AND platform_id = $2 ORDER BY arrived_at', [channel, platformId]);
  await join(tx, rows, { nowMs, overdue: false });
}

/** Statuses that waited ten minutes go out with messageId null. */
export async function releaseOverdue(tx: Tx, nowMs: number): Promise<void> {
  await join(tx, await tx.all<Row>('SELECT channel, event_id, fact, day FROM waiting_statuses WHERE deadline <= $1 ORDER BY arrived_at LIMIT 200', [nowMs]), {
    nowMs,
    overdue: true,
  });
}
