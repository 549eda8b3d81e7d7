import type { OutboundSettings } from '../config/config.ts';
import type { Tx } from '../store/port.ts';
import { clockStepped, STEP_MS } from './clock-steps.ts';
import { loadMessage, note, type QueuedMessage, tell } from './queue.ts';
import { leaveQueue, makeReady, promote, RANK } from './queue-order.ts';

const SLICE = 50;
const UNKNOWN = { code: 'outcome_unknown', outcome: 'unknown', retryable: false, scope: 'message' } as const;

/** After a start: what is found `calling` may have gone out; it counts as unknown, never as not sent. Deadlines of a clock that was ahead come back to ours. */
export async function recoverCalling(tx: Tx, args: { readonly nowMs: number }, settings: OutboundSettings): Promise<number> {
  const [latest] = await tx.all<{ at: number | null }>("SELECT max(updated_at) AS at FROM messages WHERE queue_state IS NOT NULL AND queue_state <> 'done'");
  const aheadMs = (latest?.at ?? 0) - args.nowMs;
  if (aheadMs > STEP_MS) await clockStepped(tx, { byMs: -aheadMs, nowMs: args.nowMs });
  const rows = await tx.all<{ message: string; part: number }>(
    // By the index of what is queued, however many messages and calls there are.
    "SELECT message, part FROM calls WHERE state = 'calling' AND message IN (SELECT id FROM messages WHERE queue_state IS NOT NULL AND queue_state <> 'done' AND queue_state = 'calling')",
  );
  for (const r of rows) {
    const m = await loadMessage(tx, r.message);
    if (m) await doubt(tx, m, { part: r.part, nowMs: args.nowMs, waitMs: settings.doubtWaitMs });
  }
  return rows.length;
}

/** The outcome of a call is not known: evidence is awaited, and so are later messages of the conversation for a while. */
export async function doubt(tx: Tx, m: QueuedMessage, at: { part: number; nowMs: number; waitMs: number; platformMessage?: string }): Promise<void> {
  await tx.run("UPDATE calls SET state = 'unknown', ended_at = $4 WHERE message = $1 AND attempt = $2 AND part = $3", [m.id, m.attempt, at.part, at.nowMs]);
  if (m.queue_state === 'calling') await tx.run("UPDATE messages SET queue_state = 'doubt', next_at = $2 WHERE id = $1", [m.id, at.nowMs + at.waitMs]);
  await tell(tx, m, { status: 'unknown', part: at.part, nowMs: at.nowMs, failure: { ...UNKNOWN, ...(at.platformMessage ? { platformMessage: at.platformMessage } : {}) } });
}

/** A doubt past its hold lets later messages go first; their timeline says so. */
export async function releaseHolds(tx: Tx, args: { readonly nowMs: number }, settings: OutboundSettings): Promise<void> {
  const past = await tx.all<{ id: string; conversation: string | null }>(
    `SELECT id, conversation FROM messages WHERE queue_state = 'doubt' AND queue_rank > ${RANK.nobody} AND next_at <= $1 LIMIT ${SLICE}`,
    [args.nowMs - settings.doubtHoldMs + settings.doubtWaitMs],
  );
  for (const { id, conversation } of past) {
    await tx.run(`UPDATE messages SET queue_rank = ${RANK.nobody} WHERE id = $1`, [id]);
    if (conversation === null) continue;
    for (const freed of await promote(tx, conversation)) await note(tx, freed, { kind: 'overtakes', detail: { inDoubt: id }, nowMs: args.nowMs });
  }
}

/** Doubts whose time is over: resent or failed, by the channel's policy (settings.onUnknown: resend, or fail). What another channel stands in for is never resent. */
export async function settleDoubts(tx: Tx, args: { readonly nowMs: number }): Promise<void> {
  const due = await tx.all<{ id: string }>(`SELECT id FROM messages WHERE queue_state = 'doubt' AND next_at <= $1 ORDER BY next_at LIMIT ${SLICE}`, [args.nowMs]);
  for (const { id } of due) {
    const m = await loadMessage(tx, id);
    if (!m) continue;
    const [channel] = await tx.all<{ settings: string }>('SELECT settings FROM channels WHERE id = $1', [m.channel]);
    if ((JSON.parse(channel?.settings ?? '{}') as { onUnknown?: string }).onUnknown === 'resend') {
      await tx.run("UPDATE calls SET state = 'pending' WHERE message = $1 AND attempt = $2 AND state = 'unknown'", [m.id, m.attempt]);
      await tx.run('UPDATE messages SET updated_at = $2 WHERE id = $1', [m.id, args.nowMs]);
      await makeReady(tx, m.id);
      await note(tx, m.id, { kind: 'resend', detail: { why: 'no evidence came' }, nowMs: args.nowMs });
      continue;
    }
    await leaveQueue(tx, m.id);
    await tell(tx, m, { status: 'failed', nowMs: args.nowMs, failure: UNKNOWN });
  }
}
