import type { OutboundSettings } from '../config/config.ts';
import type { Tx } from '../store/port.ts';
import { loadMessage, note, type QueuedMessage, tell } from './queue.ts';
import { enterQueue, makeReady } from './queue-order.ts';

interface CallRow {
  part: number;
  channel: string;
  state: string;
  method: string;
  path: string;
  content_type: string;
  body: string;
  platform_id: string | null;
  status: string;
  units: number;
  media: number;
}
const SELECT = 'SELECT part, channel, state, method, path, content_type, body, platform_id, status, units, media FROM calls WHERE message = $1 AND attempt = $2 ORDER BY part';
const INSERT =
  'INSERT INTO calls (message, attempt, part, channel, state, status, platform_id, epoch, started_at, ended_at, method, path, content_type, body, failure, units, media) VALUES ($1,$2,$3,$4,$5,$6,$7,0,NULL,NULL,$8,$9,$10,$11,NULL,$12,$13)';

/** A message that failed once more, as a new attempt; what the platform has is not sent twice. */
export async function newAttempt(tx: Tx, m: QueuedMessage, why: { nowMs: number; expires: 'keep' | 'drop'; by: 'hand' | 'table' }): Promise<number> {
  const attempt = m.attempt + 1;
  const calls = await tx.all<CallRow>(SELECT, [m.id, m.attempt]);
  const delivered = (c: CallRow) => c.state === 'sent' && c.status !== 'failed';
  for (const c of calls) {
    // Our id stands in JSON or, on Twilio, in the callback address of a form.
    const body = c.body.replace(new RegExp(`${m.id}\\.${m.attempt}\\.${c.part}(?!\\d)`), `${m.id}.${attempt}.${c.part}`);
    const done = delivered(c);
    const kept = done ? ['sent', c.status, c.platform_id] : ['pending', 'queued', null];
    await tx.run(INSERT, [m.id, attempt, c.part, c.channel, ...kept, c.method, c.path, c.content_type, body, c.units, c.media]);
  }
  const expires = why.expires === 'keep' ? m.expires_at : null;
  await tx.run('UPDATE messages SET attempt = $2, sent_parts = $3, options = NULL, expires_at = $4, again_at = NULL, fallback_at = NULL WHERE id = $1', [
    m.id,
    attempt,
    calls.filter(delivered).length,
    expires,
  ]);
  await enterQueue(tx, m);
  await tx.run("UPDATE messages SET queue_state = 'ready' WHERE id = $1", [m.id]);
  await makeReady(tx, m.id);
  await note(tx, m.id, { kind: 'retried', detail: { attempt, by: why.by }, nowMs: why.nowMs });
  await tell(tx, { ...m, attempt }, { status: 'queued', nowMs: why.nowMs });
  return attempt;
}

const failedBefore = async (tx: Tx, m: QueuedMessage): Promise<number> => {
  const [row] = await tx.all<{ n: number }>('SELECT count(*) AS n FROM timeline WHERE message = $1 AND kind = \'retried\' AND detail LIKE \'%"by":"table"%\'', [m.id]);
  return Number(row?.n ?? 0);
};

/** Failed statuses that the platform's table calls temporary, when their wait is over: a new attempt, so often as configured, and then the fallback. */
export async function startAttempts(tx: Tx, args: { readonly nowMs: number }, settings: OutboundSettings): Promise<void> {
  const due = await tx.all<{ id: string }>('SELECT id FROM messages WHERE again_at <= $1 ORDER BY again_at LIMIT 50', [args.nowMs]);
  for (const { id } of due) {
    const m = await loadMessage(tx, id);
    if (!m) continue;
    const live = m.state === 'failed' && (m.expires_at === null || m.expires_at > args.nowMs);
    if (live && (await failedBefore(tx, m)) < settings.failedStatuses) await newAttempt(tx, m, { nowMs: args.nowMs, expires: 'keep', by: 'table' });
    else
      await tx.run('UPDATE messages SET again_at = NULL, fallback_at = CASE WHEN fallback IS NOT NULL AND $3 = 1 THEN $2 ELSE fallback_at END WHERE id = $1', [
        id,
        args.nowMs,
        m.state === 'failed' ? 1 : 0,
      ]);
  }
}
