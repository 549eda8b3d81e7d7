import type { Call } from '../../adapters/contract.ts';
import type { Failure, OutboundContent } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Tx } from '../store/port.ts';
import type { OutboundEnvironment } from './admit.ts';
import { loadChannel } from './channel-row.ts';
import { checkPolicy } from './check-policy.ts';
import { filesReady, keepPreparation, mayNameFiles, park } from './media/preparations.ts';
import { loadMessage, note, type QueuedMessage, tell } from './queue.ts';
import { BULK, FREE, leaveQueue } from './queue-order.ts';
import { quietUntil } from './quiet-hours.ts';
import { loadConversation } from './recipient.ts';
import { renderAgain } from './render-again.ts';
import { tenantSettings } from './tenant-settings.ts';

export interface ClaimArgs {
  readonly id: string;
  readonly epoch: number;
  readonly nowMs: number;
  /** To see whether the platform takes a channel again that it stopped. */
  readonly trial?: true;
}
export interface Claimed {
  readonly message: string;
  readonly attempt: number;
  readonly part: number;
  readonly channel: string;
  readonly conversation: string | null;
  readonly call: Call;
}

async function end(tx: Tx, m: QueuedMessage, told: { status: 'expired' | 'failed'; nowMs: number; failure?: Failure }): Promise<null> {
  await leaveQueue(tx, m.id);
  await tell(tx, m, told);
  return null;
}
const refusal = (code: Failure['code'], platformMessage: string): Failure => ({ code, outcome: 'not_sent', retryable: false, scope: 'message', platformMessage });

/** The policy once more, since the customer may have opted out and the window closed while the message waited. True: it may go. */
async function stillAllowed(tx: Tx, m: QueuedMessage, at: { env: OutboundEnvironment; nowMs: number }): Promise<boolean> {
  const { env, nowMs } = at;
  const channel = await loadChannel(tx, m.channel);
  const adapter = channel && env.adapters.of(channel.type, channel.provider);
  const conversation = m.conversation ? await loadConversation(tx, 'c.id', m.conversation) : null;
  if (!channel || !adapter || !conversation) return true; // what the platform makes of it is its own word
  const content = JSON.parse(m.content) as OutboundContent;
  const swap = m.on_closed !== null && m.sent_parts === 0;
  const verdict = await checkPolicy(tx, { content, author: m.author, category: m.category ?? null, bulk: m.priority === BULK, swap, nowMs }, { channel, adapter, conversation });
  if (!verdict.ok) {
    await end(tx, m, { status: 'failed', nowMs, failure: refusal(verdict.code, verdict.detail) });
    return false;
  }
  // Once part of it went out as a template it stays one.
  if (verdict.mode === (m.mode ?? 'plain') || (m.sent_parts > 0 && m.mode === 'template')) return true;
  try {
    const { rendered, named } = await renderAgain(tx, m, { channel, adapter, env, mode: verdict.mode, nowMs });
    if (!(await keepPreparation(tx, { message: m.id, channel: m.channel, nowMs }, { rendered, named, now: true }))) return true;
    await park(tx, m.id, nowMs);
    return false;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    await end(tx, m, { status: 'failed', nowMs, failure: refusal(error.code, error.message) });
    return false;
  }
}

/** Bulk messages wait for the end of the tenant's quiet hours. */
async function isQuiet(tx: Tx, m: QueuedMessage, nowMs: number): Promise<boolean> {
  const until = m.priority === BULK && m.sent_parts === 0 ? quietUntil((await tenantSettings(tx, m.tenant)).quietHours, nowMs) : null;
  if (until === null) return false;
  await tx.run("UPDATE messages SET queue_state = 'waiting', next_at = $2 WHERE id = $1", [m.id, until]);
  await note(tx, m.id, { kind: 'waiting', detail: { quietUntil: new Date(until).toISOString() }, nowMs });
  return true;
}

/** Whether it is this message's turn; one that is not is held. */
async function isItsTurn(tx: Tx, m: QueuedMessage, trial: boolean): Promise<boolean> {
  if (m.queue_state !== 'ready') return false;
  const [channel] = await tx.all<{ state: string; state_reason: string | null }>('SELECT state, state_reason FROM channels WHERE id = $1', [m.channel]);
  if (trial ? channel?.state !== 'paused' || channel.state_reason === 'operator' : channel?.state !== 'active') return false;
  const [free] = await tx.all<{ id: string }>(`SELECT m.id FROM messages m WHERE m.id = $1 AND ${FREE}`, [m.id]);
  if (!free) await tx.run("UPDATE messages SET queue_state = 'held' WHERE id = $1", [m.id]);
  return free !== undefined;
}

interface CallRow {
  part: number;
  method: string;
  path: string;
  content_type: string;
  body: string;
}
const claimedOf = (m: QueuedMessage, call: CallRow): Claimed => ({
  message: m.id,
  attempt: m.attempt,
  part: call.part,
  channel: m.channel,
  conversation: m.conversation,
  call: { method: call.method as Call['method'], path: call.path, contentType: call.content_type as Call['contentType'], body: call.body },
});
/** The same claim once more, since the answer to the first was lost on its way from the store: it is as good as that one. Another's is not ours. */
async function claimedBefore(tx: Tx, m: QueuedMessage, { epoch, nowMs }: ClaimArgs): Promise<Claimed | null> {
  const [call] = await tx.all<CallRow>(
    "SELECT part, method, path, content_type, body FROM calls WHERE message = $1 AND attempt = $2 AND state = 'calling' AND epoch = $3 AND started_at = $4",
    [m.id, m.attempt, epoch, nowMs],
  );
  return call ? claimedOf(m, call) : null;
}

/** Journals the next call of a message as `calling`, before it is made; null where it may not be sent now. */
export async function claim(tx: Tx, args: ClaimArgs, env: OutboundEnvironment): Promise<Claimed | null> {
  const { nowMs } = args;
  const m = await loadMessage(tx, args.id);
  if (m?.queue_state === 'calling') return claimedBefore(tx, m, args);
  if (!m || !(await isItsTurn(tx, m, args.trial === true))) return null;
  if (m.expires_at !== null && m.expires_at <= nowMs && m.sent_parts === 0) return end(tx, m, { status: 'expired', nowMs });
  if ((await isQuiet(tx, m, nowMs)) || !(await stillAllowed(tx, m, { env, nowMs }))) return null;
  if (mayNameFiles(m.content) && !(await filesReady(tx, m.id, nowMs))) return null;
  const [call] = await tx.all<CallRow>("SELECT part, method, path, content_type, body FROM calls WHERE message = $1 AND attempt = $2 AND state = 'pending' ORDER BY part LIMIT 1", [
    m.id,
    m.attempt,
  ]);
  if (!call) {
    await leaveQueue(tx, m.id);
    return null;
  }
  await tx.run("UPDATE messages SET queue_state = 'calling', epoch = $2, next_at = NULL, updated_at = $3 WHERE id = $1", [m.id, args.epoch, nowMs]);
  await tx.run("UPDATE calls SET state = 'calling', epoch = $4, started_at = $5 WHERE message = $1 AND attempt = $2 AND part = $3", [
    m.id,
    m.attempt,
    call.part,
    args.epoch,
    nowMs,
  ]);
  return claimedOf(m, call);
}
