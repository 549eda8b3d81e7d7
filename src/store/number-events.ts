import { isLate } from './is-late.ts';
import type { Tx } from './port.ts';

const BATCH = 2000;
interface Unnumbered {
  ord: number;
  subject: string;
  topic: string;
  time: number;
}

/**
 * PostgreSQL: numbers what is committed and not numbered yet, in order of insertion; call it under the numberer's lock. What commits
 * later gets later numbers, whatever its ord, so a cursor that has read 11 never misses a 10.
 */
export async function numberEvents(tx: Tx): Promise<{ last: number; more: boolean }> {
  const rows = await tx.all<Unnumbered>(`SELECT ord, subject, topic, time FROM events WHERE off IS NULL ORDER BY ord LIMIT ${BATCH}`);
  const [top] = await tx.all<{ last: number }>('SELECT coalesce(max(off), 0) AS last FROM events');
  let last = Number(top?.last ?? 0);
  if (!rows.length) return { last, more: false };
  const pairs = [...new Map(rows.map((r) => [`${r.subject}\n${r.topic}`, r])).values()];
  const known = await tx.all<{ subject: string; topic: string; last: number; last_time: number; last_off: number | null }>(
    'SELECT s.subject, s.topic, s.last, s.last_time, s.last_off FROM seqs s JOIN unnest($1::text[], $2::text[]) AS w(subject, topic) ON s.subject = w.subject AND s.topic = w.topic',
    [pairs.map((p) => p.subject), pairs.map((p) => p.topic)],
  );
  const counters = new Map(known.map((k) => [`${k.subject}\n${k.topic}`, { subject: k.subject, topic: k.topic, last: k.last, lastTime: k.last_time, lastOff: k.last_off }]));
  const numbered = rows.map((row) => {
    const key = `${row.subject}\n${row.topic}`;
    const counter = counters.get(key) ?? { subject: row.subject, topic: row.topic, last: 0, lastTime: 0, lastOff: null };
    counters.set(key, counter);
    counter.last++;
    const late = isLate(row.time, counter.lastTime) ? 1 : 0;
    counter.lastTime = Math.max(counter.lastTime, row.time);
    const before = counter.lastOff;
    counter.lastOff = ++last;
    return { ord: row.ord, off: last, seq: counter.last, late, before };
  });
  const changed = [...counters.values()];
  await tx.run(
    'INSERT INTO seqs (subject, topic, last, last_time, last_off) SELECT w.subject, w.topic, w.last, w.time, w.off FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) AS w(subject, topic, last, time, off) ON CONFLICT (subject, topic) DO UPDATE SET last = excluded.last, last_time = excluded.last_time, last_off = excluded.last_off',
    [changed.map((c) => c.subject), changed.map((c) => c.topic), changed.map((c) => c.last), changed.map((c) => c.lastTime), changed.map((c) => c.lastOff)],
  );
  await tx.run(
    'UPDATE events SET off = w.off, seq = w.seq, late = w.late, prev_off = w.before FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) AS w(ord, off, seq, late, before) WHERE events.ord = w.ord',
    [numbered.map((n) => n.ord), numbered.map((n) => n.off), numbered.map((n) => n.seq), numbered.map((n) => n.late), numbered.map((n) => n.before)],
  );
  return { last, more: rows.length === BATCH };
}
