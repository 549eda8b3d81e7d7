import type { Fact, FactBody } from '../../adapters/facts.ts';
import { advance, eventId, FAILURES, type Failure, type MessageState } from '../../schemas/index.ts';
import { newId } from '../id.ts';
import { forgetUploads } from '../outbound/media/forget-uploads.ts';
import { leaveQueue, makeReady } from '../outbound/queue-order.ts';
import type { Tx } from '../store/port.ts';
import { learnFromRefusal } from './consents.ts';
import type { Context } from './context.ts';
import { type Conversation, findConversation } from './conversations.ts';
import type { Channel } from './directory.ts';
import { suspectGap } from './gaps.ts';
import { publish, timeOf } from './publish.ts';

export type StatusFact = FactBody & { kind: 'status' };
/** What became of a status: published, or absorbed with a reason. */
export type Disposition = { readonly term: 'published' } | { readonly term: 'absorbed'; readonly reason: string };
export interface Call {
  message: string;
  attempt: number;
  part: number;
  status: MessageState;
  state: string;
  platform_id: string | null;
}
interface Message {
  id: string;
  state: MessageState;
  attempt: number;
  parts: number;
  sent_parts: number;
  conversation: string | null;
  command_id: string | null;
  metadata: string | null;
  queue_state: string | null;
  awaits: number | null;
  channel: string;
  tenant: string;
  contact: string | null;
}
const MESSAGE = 'id, state, attempt, parts, sent_parts, conversation, command_id, metadata, queue_state, awaits, channel, tenant, contact';
const WAIT_MS = 10 * 60_000;
const RANK: Readonly<Record<MessageState, number>> = { failed: 0, expired: 0, canceled: 0, unknown: 1, queued: 2, sent: 3, delivered: 4, read: 5, played: 6 };

/** The call that a status speaks of: by our own id where the platform returns it, else by the platform's. */
export async function callOf(tx: Tx, channel: string, body: Pick<StatusFact, 'ownId' | 'platformId'>): Promise<Call | undefined> {
  const own = /^(ms_[0-9a-z]+)\.(\d+)\.(\d+)$/.exec(body.ownId ?? '');
  if (own) {
    const [row] = await tx.all<Call>('SELECT message, attempt, part, status, state, platform_id FROM calls WHERE message = $1 AND attempt = $2 AND part = $3 AND channel = $4', [
      own[1],
      Number(own[2]),
      Number(own[3]),
      channel,
    ]);
    if (row) return row;
  }
  const [row] = await tx.all<Call>('SELECT message, attempt, part, status, state, platform_id FROM calls WHERE channel = $1 AND platform_id = $2', [channel, body.platformId]);
  return row;
}

/** A message's state from its parts: the least advanced, a failed one first. */
function stateOfParts(parts: readonly { status: MessageState }[], current: MessageState): MessageState {
  const least = parts.reduce<MessageState>((a, p) => (RANK[p.status] < RANK[a] ? p.status : a), 'played');
  return parts.length === 1
    ? advance(current, least)
    : RANK[least] === 0
      ? advance(current, least)
      : RANK[least] > RANK[current] || current === 'unknown' || current === 'failed'
        ? advance(current, least)
        : current;
}

export function statusError(failure: Failure) {
  const { title, advice } = FAILURES[failure.code];
  return {
    code: failure.code,
    title,
    advice,
    retryable: failure.retryable,
    ...(failure.platformCode === undefined ? {} : { platformCode: failure.platformCode }),
    ...(failure.platformMessage === undefined ? {} : { platformMessage: failure.platformMessage }),
  };
}

/** Evidence that the platform has the call: whatever doubt there was is settled, and the queue goes on. */
async function settle(ctx: Context, call: Call, message: Message, platformId: string): Promise<void> {
  await ctx.tx.run(
    "UPDATE calls SET status = $4, state = 'sent', platform_id = coalesce(platform_id, $5), ended_at = coalesce(ended_at, $6) WHERE message = $1 AND attempt = $2 AND part = $3",
    [call.message, call.attempt, call.part, call.status, platformId, ctx.nowMs],
  );
  if (call.state === 'sent' || call.attempt !== message.attempt) return;
  const sent = message.sent_parts + 1;
  await ctx.tx.run('UPDATE messages SET sent_parts = $2 WHERE id = $1', [message.id, sent]);
  message.sent_parts = sent;
  if (sent >= message.parts) await leaveQueue(ctx.tx, message.id);
  else if (message.queue_state !== 'done') await makeReady(ctx.tx, message.id);
}

/** What a status means for the queue: the part that waits for this one may go, and what is delivered is not sent again. */
async function moveQueue(ctx: Context, call: Call, message: Message): Promise<void> {
  if (message.awaits === call.part && call.attempt === message.attempt && RANK[call.status] >= RANK.sent) await makeReady(ctx.tx, message.id);
  if (RANK[call.status] < RANK.delivered) return;
  // An earlier attempt arrived after all: the new one is called off, or, where it is in doubt, not resent. (Stand-ins: fallbacks.ts.)
  if (call.attempt < message.attempt && message.sent_parts === 0 && message.queue_state !== 'calling') await leaveQueue(ctx.tx, message.id);
  await ctx.tx.run('UPDATE messages SET again_at = NULL WHERE id = $1 AND again_at IS NOT NULL', [message.id]);
}

/** A failed status ends the message; whether it is tried again, or another channel takes over, is looked at by the queue (attempts.ts, fallbacks.ts). */
async function endFailed(ctx: Context, message: Message, at: { current: MessageState; failure: Failure | undefined; part: number }): Promise<void> {
  const { failure, current } = at;
  const now = ctx.nowMs;
  const anew = failure?.staleMedia === true && (await forgetUploads(ctx.tx, message.id, { attempt: message.attempt, part: at.part }));
  const again = (failure?.retryable && failure.outcome === 'not_sent') || anew ? now + (failure?.retryAfterMs ?? 0) : null;
  await ctx.tx.run(
    'UPDATE messages SET state = $2, error_code = $3, platform_code = $4, platform_message = $5, updated_at = $6, again_at = $7, fallback_at = CASE WHEN fallback IS NOT NULL AND $8 = 1 THEN $6 ELSE fallback_at END WHERE id = $1',
    [message.id, current, failure?.code ?? 'request_rejected', failure?.platformCode, failure?.platformMessage, now, again, again === null ? 1 : 0],
  );
  await leaveQueue(ctx.tx, message.id);
  if (failure) await learnFromRefusal(ctx.tx, message, { failure, nowMs: now });
}

/** What a status means for a call that is known: its state, its message's, timeline and event; absorbed where it tells nothing new. */
export async function applyStatus(ctx: Context, at: { fact: Fact; body: StatusFact; channel: Channel }, call: Call): Promise<Disposition> {
  const { fact, body } = at;
  const [message] = await ctx.tx.all<Message>(`SELECT ${MESSAGE} FROM messages WHERE id = $1`, [call.message]);
  if (!message) return { term: 'absorbed', reason: 'message_gone' };
  const next = advance(call.status, body.status);
  if (next === call.status && !body.participant) {
    // It tells no new state, and still that the platform has the call.
    if (call.state === 'calling' || call.state === 'unknown') await settle(ctx, call, message, body.platformId);
    return { term: 'absorbed', reason: call.status === body.status ? 'repeated_status' : 'late_status' };
  }
  call.status = next;
  await settle(ctx, call, message, body.platformId);
  const parts = await ctx.tx.all<{ status: MessageState }>('SELECT status FROM calls WHERE message = $1 AND attempt = $2', [call.message, call.attempt]);
  const current = call.attempt === message.attempt || RANK[next] >= RANK.delivered ? stateOfParts(parts, message.state) : message.state;
  const failure = body.failure;
  await moveQueue(ctx, call, message);
  if (body.status === 'failed' && call.attempt === message.attempt) await endFailed(ctx, message, { current, failure, part: call.part });
  else
    await ctx.tx.run('UPDATE messages SET state = $2, updated_at = $3, platform_id = coalesce(platform_id, $4) WHERE id = $1', [message.id, current, ctx.nowMs, body.platformId]);
  await ctx.tx.run('INSERT INTO timeline (id, message, at, recorded_at, kind, detail) VALUES ($1,$2,$3,$4,$5,$6)', [
    newId('tl_', ctx.nowMs),
    message.id,
    Date.parse(timeOf(ctx, fact)),
    ctx.nowMs,
    body.status,
    JSON.stringify({ part: call.part, attempt: call.attempt, ...(failure ? { error: statusError(failure) } : {}) }),
  ]);
  await publishStatus(ctx, at, { call, message, current, conversation: await conversationOf(ctx, message.conversation) });
  return { term: 'published' };
}

/** A conversation by id. */
export async function conversationOf(ctx: Context, id: string | null): Promise<Conversation | null> {
  if (!id) return null;
  const [alias] = await ctx.tx.all<{ channel: string; kind: string; value: string }>(
    "SELECT channel, kind, value FROM aliases WHERE conversation = $1 AND kind <> 'phone_variant' LIMIT 1",
    [id],
  );
  return alias ? findConversation(ctx.tx, alias.channel, [{ type: alias.kind as 'phone', value: alias.value }]) : null;
}

interface Known {
  readonly call: Call;
  readonly message: Message;
  readonly current: MessageState;
  readonly conversation: Conversation | null;
}
async function publishStatus(ctx: Context, { fact, body, channel }: { fact: Fact; body: StatusFact; channel: Channel }, known: Known | null): Promise<void> {
  const conversation = known ? known.conversation : await findConversation(ctx.tx, channel.id, fact.addresses);
  const data = {
    messageId: known?.message.id ?? null,
    platformId: body.platformId,
    commandId: known?.message.command_id ?? null,
    ...(known?.message.metadata ? { metadata: JSON.parse(known.message.metadata) as unknown } : {}),
    attempt: known?.call.attempt ?? 1,
    part: known?.call.part ?? 1,
    parts: known?.message.parts ?? 1,
    status: body.status,
    at: timeOf(ctx, fact),
    current: known?.current ?? body.status,
    ...(body.participant ? { participant: body.participant } : {}),
    ...(body.failure ? { error: statusError(body.failure) } : {}),
    ...(body.pricing ? { pricing: body.pricing } : {}),
    ...(body.platform ? { platform: body.platform } : {}),
  };
  await publish(ctx, fact, { type: 'message.status', channel, conversation, data });
}

/** A status: joined with its message, or kept waiting for the send response that names it. */
export async function resolveStatus(ctx: Context, fact: Fact, body: StatusFact, channel: Channel): Promise<Disposition | { readonly term: 'waiting' }> {
  const call = await callOf(ctx.tx, channel.id, body);
  if (call) return applyStatus(ctx, { fact, body, channel }, call);
  const kept = { fact, ref: ctx.ref, receivedAt: ctx.row.receivedAt };
  await ctx.tx.run('INSERT INTO waiting_statuses (channel, platform_id, event_id, fact, arrived_at, deadline, day) VALUES ($1,$2,$3,$4,$5,$6,$7) ON CONFLICT DO NOTHING', [
    channel.id,
    body.platformId,
    eventId(fact.idParts),
    JSON.stringify(kept),
    ctx.nowMs,
    ctx.nowMs + WAIT_MS,
    ctx.day,
  ]);
  return { term: 'waiting' };
}

/** A waiting status whose call is known now, or whose time is over (then it goes out with messageId null). */
export async function resolveWaiting(ctx: Context, fact: Fact, channel: Channel, overdue: boolean): Promise<Disposition | null> {
  const body = fact.body as StatusFact;
  const call = await callOf(ctx.tx, channel.id, body);
  if (call) return applyStatus(ctx, { fact, body, channel }, call);
  if (!overdue) return null;
  await suspectGap(ctx, { channel: channel.id, platformId: body.platformId, namedBy: 'status', conversation: null });
  await publishStatus(ctx, { fact, body, channel }, null);
  return { term: 'published' };
}
