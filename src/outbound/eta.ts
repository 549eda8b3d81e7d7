import type { Limits } from '../../adapters/contract.ts';
import type { Tx } from '../store/port.ts';
import { type PacedChannel, perSecondOf } from './pace.ts';

/** When a message goes that has `ahead` before it, at the pace of its lane, and not before `notBefore`. */
export function etaOf(at: { ahead: number; perSecond: number; notBefore: number | null; nowMs: number }): number {
  return Math.max(at.nowMs + Math.ceil((at.ahead * 1000) / at.perSecond), at.notBefore ?? 0);
}

/** How many are queued on a channel that go before a new message of this priority. */
export async function queuedAhead(tx: Tx, channel: string, priority: number): Promise<number> {
  const [row] = await tx.all<{ n: number | null }>('SELECT sum(n) AS n FROM queue_depths WHERE channel = $1 AND priority >= $2', [channel, priority]);
  return Number(row?.n ?? 0);
}

export async function newEta(tx: Tx, channel: PacedChannel & { id: string }, at: { priority: number; limits: Limits; notBefore: number | null; nowMs: number }): Promise<number> {
  const ahead = await queuedAhead(tx, channel.id, at.priority);
  return etaOf({ ahead, perSecond: perSecondOf(at.limits, channel), notBefore: at.notBefore, nowMs: at.nowMs });
}
