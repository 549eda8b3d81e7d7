import { GatewayError } from '../gateway-error.ts';
import type { Tx } from '../store/port.ts';
import { type ByHand, ownMessage } from './by-hand.ts';
import { note, tell } from './queue.ts';
import { leaveQueue } from './queue-order.ts';

export interface Recallable {
  readonly channel: string;
  /** The platform's ids of what it has and has not told to be sent; empty: nothing can be called back. */
  readonly platformIds: readonly string[];
}
/** What the platform may still hold of a message that has gone out from here. */
export async function recallable(tx: Tx, args: Omit<ByHand, 'nowMs'>): Promise<Recallable> {
  const m = await ownMessage(tx, args);
  const calls = await tx.all<{ state: string; status: string; platform_id: string | null }>('SELECT state, status, platform_id FROM calls WHERE message = $1 AND attempt = $2', [
    m.id,
    m.attempt,
  ]);
  const held = m.state === 'queued' && calls.every((c) => c.state === 'sent' && c.status === 'queued' && c.platform_id !== null);
  return { channel: m.channel, platformIds: held ? calls.map((c) => c.platform_id ?? '') : [] };
}
/** What came of calling it back: all of it, and then it is canceled; else the timeline says what did not come back. */
export async function recalled(tx: Tx, args: ByHand & { readonly back: number; readonly of: number; readonly why: string | null }): Promise<{ id: string; status: string }> {
  const m = await ownMessage(tx, args);
  if (args.back === args.of) {
    await leaveQueue(tx, m.id);
    await tell(tx, m, { status: 'canceled', nowMs: args.nowMs });
    return { id: m.id, status: 'canceled' };
  }
  await note(tx, m.id, { kind: 'cancel_refused', detail: { calledBack: args.back, parts: args.of, ...(args.why === null ? {} : { error: args.why }) }, nowMs: args.nowMs });
  return { id: m.id, status: m.state };
}
export const notCanceled = (status: string): GatewayError =>
  new GatewayError('conflict', `The message is ${status} and its platform did not let go of it; only what is queued here, or scheduled there, can be canceled.`);
