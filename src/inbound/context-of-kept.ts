import type { Fact } from '../../adapters/facts.ts';
import type { JournalRow } from '../journal/port.ts';
import type { Tx } from '../store/port.ts';
import type { Context } from './context.ts';
import type { Directory } from './directory.ts';
import type { Tally } from './tally.ts';

/** A fact that waits in the store for something that it speaks of, and where its bytes are. */
export interface Kept {
  readonly fact: Fact;
  readonly ref: string;
  readonly receivedAt: number;
}

/** A context for facts that were journalled before: nothing of the body is needed again. */
export function contextFor(tx: Tx, kept: Pick<Kept, 'ref' | 'receivedAt'>, more: { directory: Directory; tally: Tally; day: string; nowMs: number }): Context {
  const row: JournalRow = {
    offset: 0,
    receivedAt: kept.receivedAt,
    method: 'POST',
    url: '',
    headers: {},
    body: new Uint8Array(),
    keyId: '',
    endpoint: '',
    channel: null,
    origin: 'webhook',
  };
  return { tx, row, ref: kept.ref, ...more, mediaUrl: () => '', early: { pending: 0 }, inbound: new Map(), again: true };
}
