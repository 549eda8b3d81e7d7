import type { Call } from '../../adapters/contract.ts';
import type { Tx } from '../store/port.ts';
import { clockStepped, STEP_MS } from './clock-steps.ts';
import { DOUBT_MS, HOLD_MS, loadMessage, note, QUEUED, type QueuedMessage, READY, tell } from './queue.ts';

export interface ClaimArgs {
  readonly id: string;
  readonly epoch: number;
  readonly nowMs: number;
}
export interface Claimed {
  readonly message: string;
  readonly attempt: number;
  readonly part: number;
  readonly channel: string;
  readonly conversation: string | null;
  readonly call: Call;
}

/** Journals the next call of a message as `calling`, before it is made; null where it may not be sent now. */
export async function claim(tx: Tx, args: ClaimArgs): Promise<Claimed | null> {
  const [row] = await tx.all<{ id: string }>(`SELECT m.id FROM messages m WHERE m.id = $3 AND ${READY}`, [args.nowMs, args.nowMs - HOLD_MS, args.id]);
  const m = row ? await loadMessage(tx, row.id) : null;
  if (!m) return null;
  if (m.expires_at !== null && m.expires_at <= args.nowMs && m.sent_parts === 0) {
    await tx.run("UPDATE messages SET queue_state = 'done' WHERE id = $1", [m.id]);
    await tell(tx, m, { status: 'expired', nowMs: args.nowMs });
    return null;
  }
  const [call] = await tx.all<{ part: number; method: string; path: string; content_type: string; body: string }>(
    "SELECT part, method, path, content_type, body FROM calls WHERE message = $1 AND attempt = $2 AND state = 'pending' ORDER BY part LIMIT 1",
    [m.id, m.attempt],
  );
  if (!call) {
    await tx.run("UPDATE messages SET queue_state = 'done', updated_at = $2 WHERE id = $1", [m.id, args.nowMs]);
    return null;
  }
  await tx.run("UPDATE messages SET queue_state = 'calling', epoch = $2, next_at = NULL, updated_at = $3 WHERE id = $1", [m.id, args.epoch, args.nowMs]);
  await tx.run("UPDATE calls SET state = 'calling', epoch = $4, started_at = $5 WHERE message = $1 AND attempt = $2 AND part = $3", [
    m.id,
    m.attempt,
    call.part,
    args.epoch,
    args.nowMs,
  ]);
  return {
    message: m.id,
    attempt: m.attempt,
    part: call.part,
    channel: m.channel,
    conversation: m.conversation,
    call: { method: call.method as Call['method'], path: call.path, contentType: call.content_type as Call['contentType'], body: call.body },
  };
}

/** After a start: what is found `calling` may have gone out; it counts as unknown, never as not sent. Deadlines of a clock that was ahead come back to ours. */
export async function recoverCalling(tx: Tx, args: { readonly nowMs: number }): Promise<number> {
  const [latest] = await tx.all<{ at: number | null }>("SELECT max(updated_at) AS at FROM messages WHERE queue_state IS NOT NULL AND queue_state <> 'done'");
  const aheadMs = (latest?.at ?? 0) - args.nowMs;
  if (aheadMs > STEP_MS) await clockStepped(tx, { byMs: -aheadMs, nowMs: args.nowMs });
  const rows = await tx.all<{ message: string; attempt: number; part: number }>(
    `SELECT c.message, c.attempt, c.part FROM messages m JOIN calls c ON c.message = m.id WHERE ${QUEUED} AND m.queue_state = 'calling' AND c.state = 'calling'`,
  );
  for (const r of rows) {
    const m = await loadMessage(tx, r.message);
    if (m) await doubt(tx, m, { part: r.part, nowMs: args.nowMs });
  }
  return rows.length;
}

/** The outcome of a call is not known: evidence is awaited, later messages of the conversation after HOLD_MS. */
export async function doubt(tx: Tx, m: QueuedMessage, at: { part: number; nowMs: number; platformMessage?: string }): Promise<void> {
  await tx.run("UPDATE calls SET state = 'unknown', ended_at = $4 WHERE message = $1 AND attempt = $2 AND part = $3", [m.id, m.attempt, at.part, at.nowMs]);
  await tx.run("UPDATE messages SET queue_state = 'doubt', next_at = $2 WHERE id = $1", [m.id, at.nowMs + DOUBT_MS]);
  const failure = {
    code: 'outcome_unknown',
    outcome: 'unknown',
    retryable: false,
    scope: 'message',
    ...(at.platformMessage ? { platformMessage: at.platformMessage } : {}),
  } as const;
  await tell(tx, m, { status: 'unknown', part: at.part, nowMs: at.nowMs, failure });
}

/** Doubts whose time is over: resent or failed, by the channel's policy (settings.onUnknown: resend, or fail). */
export async function settleDoubts(tx: Tx, args: { readonly nowMs: number }): Promise<void> {
  const due = await tx.all<{ id: string }>(`SELECT m.id FROM messages m WHERE ${QUEUED} AND m.queue_state = 'doubt' AND m.next_at <= $1 ORDER BY m.id LIMIT 50`, [args.nowMs]);
  for (const { id } of due) {
    const m = await loadMessage(tx, id);
    if (!m) continue;
    const [channel] = await tx.all<{ settings: string }>('SELECT settings FROM channels WHERE id = $1', [m.channel]);
    if ((JSON.parse(channel?.settings ?? '{}') as { onUnknown?: string }).onUnknown === 'resend') {
      await tx.run("UPDATE calls SET state = 'pending' WHERE message = $1 AND attempt = $2 AND state = 'unknown'", [m.id, m.attempt]);
      await tx.run("UPDATE messages SET queue_state = 'ready', next_at = NULL, updated_at = $2 WHERE id = $1", [m.id, args.nowMs]);
      await note(tx, m.id, { kind: 'resend', detail: { why: 'no evidence came' }, nowMs: args.nowMs });
      continue;
    }
    await tx.run("UPDATE messages SET queue_state = 'done', next_at = NULL WHERE id = $1", [m.id]);
    await tell(tx, m, { status: 'failed', nowMs: args.nowMs, failure: { code: 'outcome_unknown', outcome: 'unknown', retryable: false, scope: 'message' } });
  }
}
