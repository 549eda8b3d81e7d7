import type { Tx } from '../store/port.ts';
import type { OutboundEnvironment } from './admit.ts';
import { startAttempts } from './attempts.ts';
import { releaseHolds, settleDoubts } from './doubts.ts';
import { callOffFallbacks, runFallbacks } from './fallbacks.ts';
import { notBegun } from './not-begun.ts';
import { loadMessage, tell } from './queue.ts';
import { leaveQueue, makeReady } from './queue-order.ts';

const SLICE = 500;

/** What waited for a moment that has come. */
async function wakeDue(tx: Tx, nowMs: number): Promise<boolean> {
  const due = await tx.all<{ id: string }>(`SELECT id FROM messages WHERE queue_state = 'waiting' AND next_at <= $1 ORDER BY next_at LIMIT ${SLICE}`, [nowMs]);
  for (const { id } of due) await makeReady(tx, id);
  return due.length === SLICE;
}
/** What waits longer than it matters, on a paused channel or for a retry, expires at its time and not at its turn. */
async function expire(tx: Tx, nowMs: number): Promise<void> {
  const due = await tx.all<{ id: string }>(
    `SELECT id FROM messages WHERE expires_at IS NOT NULL AND ${notBegun('messages')} AND expires_at <= $1 AND sent_parts = 0 LIMIT ${SLICE}`,
    [nowMs],
  );
  for (const { id } of due) {
    const m = await loadMessage(tx, id);
    if (m && (await leaveQueue(tx, id))) await tell(tx, m, { status: 'expired', nowMs });
  }
}

/** All that the queue does by the clock; call it every second. Each step takes a slice, so that none holds up the store. True: a campaign is due at one moment, and there is more of it. */
export async function keepQueue(tx: Tx, args: { readonly nowMs: number }, env: OutboundEnvironment): Promise<boolean> {
  await expire(tx, args.nowMs);
  const more = await wakeDue(tx, args.nowMs);
  await releaseHolds(tx, args, env.outbound);
  await settleDoubts(tx, args);
  await startAttempts(tx, args, env.outbound);
  await callOffFallbacks(tx, args);
  await runFallbacks(tx, args, env);
  return more;
}
