import { createHash } from 'node:crypto';
import { GatewayError } from '../gateway-error.ts';
import type { Tx } from '../store/port.ts';
import { newAttempt } from './attempts.ts';
import { loadMessage, type QueuedMessage, tell } from './queue.ts';
import { leaveQueue } from './queue-order.ts';

export interface ByHand {
  readonly id: string;
  readonly tenant: string | null;
  readonly nowMs: number;
}
export async function ownMessage(tx: Tx, args: Omit<ByHand, 'nowMs'>): Promise<QueuedMessage> {
  const m = await loadMessage(tx, args.id);
  if (!m || (args.tenant !== null && m.tenant !== args.tenant)) throw new GatewayError('not_found', 'There is no such outbound message.');
  return m;
}

/** Stops a message that has not begun to go out. */
export async function cancelMessage(tx: Tx, args: ByHand): Promise<{ id: string; status: string }> {
  const m = await ownMessage(tx, args);
  if (!['ready', 'waiting', 'held'].includes(m.queue_state ?? '') || m.sent_parts > 0)
    throw new GatewayError('conflict', `The message is ${m.state}; only what is queued can be canceled.`);
  await leaveQueue(tx, m.id);
  await tell(tx, m, { status: 'canceled', nowMs: args.nowMs });
  return { id: m.id, status: 'canceled' };
}

/** As cancelMessage, by the commands topic: once per (tenant, source, id) of the command, so that reading it again finds it done. */
export async function cancelByCommand(
  tx: Tx,
  args: { readonly source: string; readonly key: string; readonly channel: string; readonly message: string; readonly nowMs: number },
): Promise<void> {
  const m = await loadMessage(tx, args.message);
  if (!m || m.channel !== args.channel) throw new GatewayError('not_found', 'There is no such outbound message on this channel.', { pointer: '/id' });
  const hash = createHash('sha256').update(`cancel:${m.id}`).digest('hex');
  const [known] = await tx.all<{ body_hash: string }>('SELECT body_hash FROM idempotency WHERE tenant = $1 AND source = $2 AND key = $3', [m.tenant, args.source, args.key]);
  if (known && known.body_hash !== hash) throw new GatewayError('idempotency_conflict', 'This command id was used for another command.');
  if (known) return;
  await cancelMessage(tx, { id: m.id, tenant: m.tenant, nowMs: args.nowMs });
  await tx.run('INSERT INTO idempotency (tenant, source, key, message, body_hash, created_at) VALUES ($1,$2,$3,$4,$5,$6)', [
    m.tenant,
    args.source,
    args.key,
    m.id,
    hash,
    args.nowMs,
  ]);
}

/** A failed message again, as a new attempt; what the platform has is not sent twice. */
export async function retryMessage(tx: Tx, args: ByHand): Promise<{ id: string; status: string; attempt: number }> {
  const m = await ownMessage(tx, args);
  if (m.state !== 'failed' && m.state !== 'expired') throw new GatewayError('conflict', `The message is ${m.state}; only what failed can be retried.`);
  const attempt = await newAttempt(tx, m, { nowMs: args.nowMs, expires: 'drop', by: 'hand' });
  return { id: m.id, status: 'queued', attempt };
}
