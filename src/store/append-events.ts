import { TOPIC_OF } from '../../schemas/index.ts';
import type { EventDraft, Tx } from './port.ts';

/**
 * Appends events to the log, in order. Embedded they are numbered here (offset, and seq per subject and topic); on PostgreSQL
 * off and seq stay null until the numberer, one holder at a time, gives them in commit order.
 * JSON is made once; seq and late are spliced in at `ins`, the position right after `"data":{`, when the row is read.
 */
export async function appendEvents(tx: Tx, drafts: readonly EventDraft[], nowMs: number): Promise<void> {
  void tx; void drafts; void nowMs; void TOPIC_OF;
  throw new Error('being written');
}
