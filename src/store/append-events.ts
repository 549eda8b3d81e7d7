import { TOPIC_OF } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import type { EventDraft, Tx } from './port.ts';

/** No event is longer, in bytes (DESIGN 4, Bounds); seq and late come on top and stay within the reserve. */
export const MAX_EVENT_BYTES = 900_000;
const DATA = '"data":{';

/** The CloudEvent as it is kept: made once, `data` last, without seq and late. */
export function eventJson(draft: EventDraft): string {
  return JSON.stringify({
    specversion: '1.0',
    id: draft.id,
    type: draft.type,
    source: draft.source,
    subject: draft.subject,
    time: draft.time,
    dataschema: `urn:parlance:schema:${draft.type}:1`,
    datacontenttype: 'application/json',
    data: draft.data,
  });
}

/** Puts seq (and late) first into `data`. The marker cannot stand in a JSON string, whose quotes are escaped. */
export function spliceSeq(body: string, seq: number, late: boolean): string {
  const at = body.indexOf(DATA) + DATA.length;
  const tail = body.charCodeAt(at) === 0x7d ? '' : ','; // an empty data object
  return `${body.slice(0, at)}"seq":${seq}${late ? ',"late":true' : ''}${tail}${body.slice(at)}`;
}

const INSERT =
  'INSERT INTO events (off, id, topic, type, subject, seq, late, tenant, channel, time, created_at, body, prev_off) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)';

/** Given by the numberer. */
const LATER = { off: null, seq: null, late: false, before: null };

/**
 * Appends events to the log, in order. Embedded they are numbered here (offset, and seq per subject and topic); on PostgreSQL
 * off and seq stay null until the numberer, one holder at a time, gives them in commit order.
 */
export async function appendEvents(tx: Tx, drafts: readonly EventDraft[], nowMs: number): Promise<void> {
  for (const draft of drafts) {
    const body = eventJson(draft);
    if (body.length > MAX_EVENT_BYTES / 3 && Buffer.byteLength(body) > MAX_EVENT_BYTES)
      throw new GatewayError('internal', `An event of type ${draft.type} is longer than ${MAX_EVENT_BYTES} bytes.`);
    const topic = TOPIC_OF[draft.type];
    const time = Date.parse(draft.time);
    const { off, seq, late, before } = tx.numbers?.place(draft.subject, topic, time) ?? LATER;
    await tx.run(INSERT, [off, draft.id, topic, draft.type, draft.subject, seq, late ? 1 : 0, draft.tenant, draft.channel, time, nowMs, body, before]);
  }
}
