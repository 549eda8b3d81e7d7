import { advance, type Failure, type Identity } from '../../schemas/index.ts';
import type { OutboundSettings } from '../config/config.ts';
import { newId } from '../id.ts';
import { learnFromRefusal } from '../inbound/consents.ts';
import { addAddresses } from '../inbound/conversations.ts';
import { joinWaiting } from '../inbound/waiting.ts';
import { applyWatermarks } from '../inbound/watermarks.ts';
import type { Tx } from '../store/port.ts';
import { another, backoffMs, decide, type Tries } from './decide.ts';
import { doubt } from './doubts.ts';
import { forgetUploads } from './media/forget-uploads.ts';
import { askAgain } from './media/preparations.ts';
import { pauseChannel, resumeChannel } from './pause-channel.ts';
import { loadMessage, note, type QueuedMessage, tell } from './queue.ts';
import { leaveQueue, makeReady } from './queue-order.ts';
import { loadConversation } from './recipient.ts';

export interface Exchange {
  readonly at: number;
  readonly ms: number;
  readonly request: string;
  readonly status: number | null;
  readonly response: string | null;
}
export type CallOutcome =
  | {
      readonly kind: 'sent';
      readonly platformId: string | null;
      readonly aliases: readonly Identity[] /** The platform sends no `sent` of its own. */;
      readonly final?: boolean /** See Capabilities. */;
      readonly partWaitMs?: number;
    }
  | { readonly kind: 'failed'; readonly failure: Failure };
export interface OutcomeArgs {
  readonly message: string;
  readonly attempt: number;
  readonly part: number;
  readonly outcome: CallOutcome;
  readonly exchange: Exchange;
  readonly random: number;
  readonly nowMs: number;
  /** The call was made to see whether the platform takes a channel again. */
  readonly trial?: true;
}

/** Writes how a call ended: sent, surely not sent, or unknown; and what follows from it. True: something became ready to go by it. */
export async function recordOutcome(tx: Tx, args: OutcomeArgs, settings: OutboundSettings): Promise<boolean> {
  const m = await loadMessage(tx, args.message);
  if (!m) return false;
  const end = args.outcome.kind === 'sent' ? 'sent' : args.outcome.failure.outcome;
  await tx.run('INSERT INTO exchanges (id, message, attempt, part, at, ms, request, status, response, outcome) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)', [
    newId('ex_', args.nowMs),
    m.id,
    args.attempt,
    args.part,
    args.exchange.at,
    args.exchange.ms,
    args.exchange.request,
    args.exchange.status,
    args.exchange.response,
    end,
  ]);
  const [call] = await tx.all<{ state: string }>('SELECT state FROM calls WHERE message = $1 AND attempt = $2 AND part = $3', [m.id, args.attempt, args.part]);
  if (args.outcome.kind === 'sent') return accepted(tx, m, { ...args, outcome: args.outcome, before: call?.state ?? '' });
  if (call?.state === 'sent') return false; // a status came first: it did go out
  return failed(tx, m, { ...args, failure: args.outcome.failure, settings });
}

type Accepted = OutcomeArgs & { outcome: CallOutcome & { kind: 'sent' }; before: string };
async function accepted(tx: Tx, m: QueuedMessage, args: Accepted): Promise<boolean> {
  const { platformId, aliases } = args.outcome;
  if (args.trial) await takenAgain(tx, m, args.nowMs);
  await tx.run("UPDATE calls SET state = 'sent', platform_id = $4, ended_at = $5 WHERE message = $1 AND attempt = $2 AND part = $3", [
    m.id,
    args.attempt,
    args.part,
    platformId,
    args.nowMs,
  ]);
  const counts = args.before !== 'sent' && args.attempt === m.attempt;
  const sent = counts ? m.sent_parts + 1 : m.sent_parts;
  await tx.run('UPDATE messages SET platform_id = coalesce(platform_id, $2), sent_parts = $3, updated_at = CASE WHEN $4 = 1 THEN $5 ELSE updated_at END WHERE id = $1', [
    m.id,
    platformId,
    sent,
    counts ? 1 : 0,
    args.nowMs,
  ]);
  let freed = args.trial === true;
  if (counts && sent >= m.parts) freed = ((await leaveQueue(tx, m.id)) ?? []).length > 0 || freed;
  else if (counts && m.queue_state !== 'done') freed = (await nextPart(tx, m, args)) || freed;
  await note(tx, m.id, { kind: 'accepted', detail: { attempt: args.attempt, part: args.part, platformId }, nowMs: args.nowMs });
  const conversation = m.conversation && aliases.length ? await loadConversation(tx, 'c.id', m.conversation) : null;
  if (conversation) await addAddresses(tx, conversation, aliases);
  if (args.outcome.final) await sentByAcceptance(tx, m, args);
  if (platformId === null) return freed;
  await joinWaiting(tx, { channel: m.channel, platformId }, args.nowMs);
  if (m.conversation) await applyWatermarks(tx, { conversation: m.conversation, platformId, channel: m.channel }, args.nowMs);
  return freed;
}

/** A part goes when the one before was answered; where the platform keeps no order, when it was sent, but soon in any case. */
async function nextPart(tx: Tx, m: QueuedMessage, args: Accepted): Promise<boolean> {
  const { partWaitMs } = args.outcome;
  const [call] = await tx.all<{ status: string }>('SELECT status FROM calls WHERE message = $1 AND attempt = $2 AND part = $3', [m.id, args.attempt, args.part]);
  if (partWaitMs === undefined || (call?.status !== 'queued' && call?.status !== 'unknown')) {
    await makeReady(tx, m.id);
    return true;
  }
  await tx.run("UPDATE messages SET queue_state = 'waiting', next_at = $2, awaits = $3 WHERE id = $1", [m.id, args.nowMs + partWaitMs, args.part]);
  return false;
}

/** Where acceptance is all that a platform says of sending, it is the status `sent`: of the last part, for the message. */
async function sentByAcceptance(tx: Tx, m: QueuedMessage, args: Accepted): Promise<void> {
  await tx.run("UPDATE calls SET status = 'sent' WHERE message = $1 AND attempt = $2 AND part = $3 AND status IN ('queued', 'unknown')", [m.id, args.attempt, args.part]);
  const now = await loadMessage(tx, m.id);
  if (now && now.sent_parts >= now.parts && args.attempt === now.attempt && advance(now.state, 'sent') === 'sent' && now.state !== 'sent')
    await tell(tx, now, { status: 'sent', part: args.part, nowMs: args.nowMs });
}

async function takenAgain(tx: Tx, m: QueuedMessage, nowMs: number): Promise<void> {
  const [channel] = await tx.all<{ state_reason: string | null }>('SELECT state_reason FROM channels WHERE id = $1', [m.channel]);
  if (channel?.state_reason) await resumeChannel(tx, { id: m.channel, reason: channel.state_reason, nowMs });
}

const endCall = (tx: Tx, m: QueuedMessage, end: { attempt: number; part: number; state: string; failure: Failure; nowMs: number }): Promise<unknown> =>
  tx.run('UPDATE calls SET state = $4, failure = $5, ended_at = $6 WHERE message = $1 AND attempt = $2 AND part = $3', [
    m.id,
    end.attempt,
    end.part,
    end.state,
    JSON.stringify(end.failure),
    end.nowMs,
  ]);

async function failed(tx: Tx, m: QueuedMessage, args: OutcomeArgs & { failure: Failure; settings: OutboundSettings }): Promise<boolean> {
  const { failure, part, nowMs, settings } = args;
  if (m.queue_state === 'done') {
    await endCall(tx, m, { ...args, state: failure.outcome });
    return false; // it has its end already: by a status, or since another channel took over
  }
  if (failure.staleMedia && (await forgetUploads(tx, m.id, args))) {
    await endCall(tx, m, { ...args, state: 'pending' });
    await askAgain(tx, m.id, nowMs);
    await note(tx, m.id, { kind: 'uploading_anew', detail: { attempt: m.attempt, part, error: failure }, nowMs });
    return false;
  }
  const refusesChannel = failure.scope === 'channel' && !failure.retryable && failure.outcome === 'not_sent';
  if (args.trial && refusesChannel) {
    await endCall(tx, m, { ...args, state: 'pending' });
    await makeReady(tx, m.id); // it was only the one that asked; it goes when the channel does
    await note(tx, m.id, { kind: 'refused_still', detail: { attempt: m.attempt, part, error: failure }, nowMs });
    return false;
  }
  const so = another(failure, JSON.parse(m.options ?? 'null') as Tries | null, nowMs);
  const next = decide(failure, { ...so, nowMs }, settings);
  if (next === 'doubt') {
    await doubt(tx, m, { part, nowMs, waitMs: settings.doubtWaitMs, ...(failure.platformMessage ? { platformMessage: failure.platformMessage } : {}) });
    return false;
  }
  await endCall(tx, m, { ...args, state: next === 'retry' ? 'pending' : 'not_sent' });
  if (next === 'retry') {
    const at = nowMs + Math.max(failure.retryAfterMs ?? 0, backoffMs(so.tries + so.throttled, args.random, settings));
    await tx.run("UPDATE messages SET queue_state = 'waiting', next_at = $2, options = $3, updated_at = $4 WHERE id = $1", [m.id, at, JSON.stringify(so), nowMs]);
    await note(tx, m.id, { kind: 'retry', detail: { attempt: m.attempt, part, tries: so.tries, next: new Date(at).toISOString(), error: failure }, nowMs });
    return false;
  }
  const freed = (await leaveQueue(tx, m.id)) ?? [];
  await learnFromRefusal(tx, m, { failure, nowMs });
  await tell(tx, m, { status: 'failed', part, nowMs, failure: next === 'exhausted' ? { ...failure, code: 'attempts_exhausted' } : failure });
  if (refusesChannel) await pauseChannel(tx, { id: m.channel, failure, nowMs });
  return freed.length > 0;
}
