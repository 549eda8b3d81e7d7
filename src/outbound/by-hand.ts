import { GatewayError } from '../gateway-error.ts';
import type { Tx } from '../store/port.ts';
import { loadMessage, note, type QueuedMessage, tell } from './queue.ts';

export interface ByHand {
  readonly id: string;
  readonly tenant: string | null;
  readonly nowMs: number;
}
async function own(tx: Tx, args: ByHand): Promise<QueuedMessage> {
  const m = await loadMessage(tx, args.id);
  if (!m || (args.tenant !== null && m.tenant !== args.tenant)) throw new GatewayError('not_found', 'There is no such outbound message.');
  return m;
}

/** Stops a message that has not begun to go out. */
export async function cancelMessage(tx: Tx, args: ByHand): Promise<{ id: string; status: string }> {
  const m = await own(tx, args);
  if (!['ready', 'waiting'].includes(m.queue_state ?? '') || m.sent_parts > 0)
    throw new GatewayError('conflict', `The message is ${m.state}; only what is queued can be canceled.`);
  await tx.run("UPDATE messages SET queue_state = 'done', next_at = NULL WHERE id = $1", [m.id]);
  await tell(tx, m, { status: 'canceled', nowMs: args.nowMs });
  return { id: m.id, status: 'canceled' };
}

/** A failed message again, as a new attempt; what the platform has is not sent twice. */
export async function retryMessage(tx: Tx, args: ByHand): Promise<{ id: string; status: string; attempt: number }> {
  const m = await own(tx, args);
  if (m.state !== 'failed' && m.state !== 'expired') throw new GatewayError('conflict', `The message is ${m.state}; only what failed can be retried.`);
  const attempt = m.attempt + 1;
  const calls = await tx.all<{
    part: number;
    channel: string;
    state: string;
    method: string;
    path: string;
    content_type: string;
    body: string;
    platform_id: string | null;
    status: string;
  }>('SELECT part, channel, state, method, path, content_type, body, platform_id, status FROM calls WHERE message = $1 AND attempt = $2 ORDER BY part', [m.id, m.attempt]);
  const delivered = (c: { state: string; status: string }) => c.state === 'sent' && c.status !== 'failed';
  for (const c of calls) {
    // Our id stands in JSON or, on Twilio, in the callback address of a form.
    const body = c.body.replace(new RegExp(`${m.id}\\.${m.attempt}\\.${c.part}(?!\\d)`), `${m.id}.${attempt}.${c.part}`);
    const done = delivered(c);
    await tx.run(
      'INSERT INTO calls (message, attempt, part, channel, state, status, platform_id, epoch, started_at, ended_at, method, path, content_type, body, failure) VALUES ($1,$2,$3,$4,$5,$6,$7,0,NULL,NULL,$8,$9,$10,$11,NULL)',
      [m.id, attempt, c.part, c.channel, done ? 'sent' : 'pending', done ? c.status : 'queued', done ? c.platform_id : null, c.method, c.path, c.content_type, body],
    );
  }
  await tx.run("UPDATE messages SET attempt = $2, sent_parts = $3, queue_state = 'ready', next_at = NULL, options = NULL, expires_at = NULL WHERE id = $1", [
    m.id,
    attempt,
    calls.filter(delivered).length,
  ]);
  await note(tx, m.id, { kind: 'retried', detail: { attempt }, nowMs: args.nowMs });
  await tell(tx, { ...m, attempt }, { status: 'queued', nowMs: args.nowMs });
  return { id: m.id, status: 'queued', attempt };
}
