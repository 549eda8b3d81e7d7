import { advance, type ChannelType, eventId, type Failure, type Identity } from '../../schemas/index.ts';
import { newId } from '../id.ts';
import { addAddresses } from '../inbound/conversations.ts';
import { joinWaiting } from '../inbound/waiting.ts';
import { applyWatermarks } from '../inbound/watermarks.ts';
import { appendEvents } from '../store/append-events.ts';
import type { Tx } from '../store/port.ts';
import { doubt } from './claim.ts';
import { backoffMs, decide } from './decide.ts';
import { loadMessage, note, type QueuedMessage, tell } from './queue.ts';
import { loadConversation } from './recipient.ts';

export interface Exchange {
  readonly at: number;
  readonly ms: number;
  readonly request: string;
  readonly status: number | null;
  readonly response: string | null;
}
export type CallOutcome =
  | { readonly kind: 'sent'; readonly platformId: string | null; readonly aliases: readonly Identity[] /** The platform sends no `sent` of its own. */; readonly final?: boolean }
  | { readonly kind: 'failed'; readonly failure: Failure };
export interface OutcomeArgs {
  readonly message: string;
  readonly attempt: number;
  readonly part: number;
  readonly outcome: CallOutcome;
  readonly exchange: Exchange;
  readonly random: number;
  readonly nowMs: number;
}

/** Writes how a call ended: sent, surely not sent, or unknown; and what follows from it. */
export async function recordOutcome(tx: Tx, args: OutcomeArgs): Promise<void> {
  const m = await loadMessage(tx, args.message);
  if (!m) return;
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
  if (call?.state === 'sent') return; // a status came first: it did go out
  await failed(tx, m, { ...args, failure: args.outcome.failure });
}

type Accepted = OutcomeArgs & { outcome: CallOutcome & { kind: 'sent' }; before: string };
async function accepted(tx: Tx, m: QueuedMessage, args: Accepted): Promise<void> {
  const { platformId, aliases } = args.outcome;
  await tx.run("UPDATE calls SET state = 'sent', platform_id = $4, ended_at = $5 WHERE message = $1 AND attempt = $2 AND part = $3", [
    m.id,
    args.attempt,
    args.part,
    platformId,
    args.nowMs,
  ]);
  await tx.run('UPDATE messages SET platform_id = coalesce(platform_id, $2) WHERE id = $1', [m.id, platformId]);
  if (args.before !== 'sent' && args.attempt === m.attempt) {
    const sent = m.sent_parts + 1;
    await tx.run('UPDATE messages SET sent_parts = $2, queue_state = $3, next_at = NULL, updated_at = $4 WHERE id = $1', [
      m.id,
      sent,
      sent >= m.parts ? 'done' : 'ready',
      args.nowMs,
    ]);
  }
  await note(tx, m.id, { kind: 'accepted', detail: { attempt: args.attempt, part: args.part, platformId }, nowMs: args.nowMs });
  const conversation = m.conversation && aliases.length ? await loadConversation(tx, 'c.id', m.conversation) : null;
  if (conversation) await addAddresses(tx, conversation, aliases);
  if (args.outcome.final) await sentByAcceptance(tx, m, args);
  if (platformId === null) return;
  await joinWaiting(tx, { channel: m.channel, platformId }, args.nowMs);
  if (m.conversation) await applyWatermarks(tx, { conversation: m.conversation, platformId, channel: m.channel }, args.nowMs);
}

/** Where acceptance is all that a platform says of sending, it is the status `sent`: of the last part, for the message. */
async function sentByAcceptance(tx: Tx, m: QueuedMessage, args: Accepted): Promise<void> {
  await tx.run("UPDATE calls SET status = 'sent' WHERE message = $1 AND attempt = $2 AND part = $3 AND status IN ('queued', 'unknown')", [m.id, args.attempt, args.part]);
  const now = await loadMessage(tx, m.id);
  if (now && now.sent_parts >= now.parts && args.attempt === now.attempt && advance(now.state, 'sent') === 'sent' && now.state !== 'sent')
    await tell(tx, now, { status: 'sent', part: args.part, nowMs: args.nowMs });
}

async function failed(tx: Tx, m: QueuedMessage, args: OutcomeArgs & { failure: Failure }): Promise<void> {
  const { failure, part, nowMs } = args;
  const tries = ((JSON.parse(m.options ?? '{}') as { tries?: number }).tries ?? 0) + 1;
  const next = decide(failure, tries);
  if (next === 'doubt') return doubt(tx, m, { part, nowMs, ...(failure.platformMessage ? { platformMessage: failure.platformMessage } : {}) });
  await tx.run('UPDATE calls SET state = $4, failure = $5, ended_at = $6 WHERE message = $1 AND attempt = $2 AND part = $3', [
    m.id,
    m.attempt,
    part,
    next === 'retry' ? 'pending' : 'not_sent',
    JSON.stringify(failure),
    nowMs,
  ]);
  if (next === 'retry') {
    const at = nowMs + Math.max(failure.retryAfterMs ?? 0, backoffMs(tries, args.random));
    await tx.run("UPDATE messages SET queue_state = 'waiting', next_at = $2, options = $3, updated_at = $4 WHERE id = $1", [m.id, at, JSON.stringify({ tries }), nowMs]);
    return note(tx, m.id, { kind: 'retry', detail: { attempt: m.attempt, part, tries, next: new Date(at).toISOString(), error: failure }, nowMs });
  }
  await tx.run("UPDATE messages SET queue_state = 'done', next_at = NULL WHERE id = $1", [m.id]);
  await tell(tx, m, { status: 'failed', part, nowMs, failure: next === 'exhausted' ? { ...failure, code: 'attempts_exhausted' } : failure });
  if (failure.scope === 'channel' && !failure.retryable) await pauseChannel(tx, { id: m.channel, failure, nowMs });
}

/** A channel whose credentials or account are refused is paused: what is queued waits, and an event says why. */
async function pauseChannel(tx: Tx, pause: { id: string; failure: Failure; nowMs: number }): Promise<void> {
  const changed = await tx.run("UPDATE channels SET state = 'paused', state_reason = $2, updated_at = $3 WHERE id = $1 AND state = 'active'", [
    pause.id,
    pause.failure.code,
    pause.nowMs,
  ]);
  const [c] = await tx.all<{ id: string; type: ChannelType; tenant: string; name: string | null; address: string | null }>(
    'SELECT id, type, tenant, name, address FROM channels WHERE id = $1',
    [pause.id],
  );
  if (!changed || !c) return;
  const channel = { id: c.id, type: c.type, ...(c.address ? { address: c.address } : {}), ...(c.name ? { name: c.name } : {}) };
  const { code, platformCode, platformMessage } = pause.failure;
  const change = { kind: 'paused', event: code, platform: { code, ...(platformCode ? { platformCode } : {}), ...(platformMessage ? { platformMessage } : {}) } };
  await appendEvents(
    tx,
    [
      {
        id: eventId(['parlance', 'channel', c.id, 'paused', String(pause.nowMs)]),
        type: 'channel.changed',
        subject: c.id,
        source: `/channels/${c.id}`,
        tenant: c.tenant,
        channel: c.id,
        time: new Date(pause.nowMs).toISOString(),
        data: { tenant: c.tenant, channel, change },
      },
    ],
    pause.nowMs,
  );
}
