import { sql } from 'kysely';
import { GatewayError } from '../../gateway-error.ts';
import { followLog } from '../../store/follow-log.ts';
import type { LogQuery, LogRow, Store } from '../../store/port.ts';
import { scanLog } from '../../store/scan-log.ts';
import type { Route } from '../deps.ts';
import { logQuery } from '../query.ts';

const MAX_WAIT_S = 60;
const HEARTBEAT_MS = 15_000;

/** The seq of the newest event of these types, from an offset back along its conversation and topic. */
async function lastOf(store: Store, from: number, types: readonly string[]): Promise<number | null> {
  const { rows } = await sql<{ seq: number }>`WITH RECURSIVE back(off, prev, seq, type) AS (
      SELECT off, prev_off, seq, type FROM events WHERE off = ${from}
      UNION ALL SELECT e.off, e.prev_off, e.seq, e.type FROM back JOIN events e ON e.off = back.prev WHERE back.type NOT IN (${sql.join(types)}))
    SELECT seq FROM back WHERE type IN (${sql.join(types)})`.execute(store.read);
  return rows[0] ? Number(rows[0].seq) : null;
}

/** For readers that filter by type: the last seq of the same conversation and topic that this filter let through. */
async function withPrevious(store: Store, query: LogQuery, rows: readonly LogRow[]): Promise<readonly string[]> {
  if (!query.types) return rows.map((r) => r.json);
  const last = new Map<string, number | null>();
  const out: string[] = [];
  for (const row of rows) {
    const key = `${row.subject} ${row.topic}`;
    if (!last.has(key)) {
      last.set(key, row.before === null ? null : await lastOf(store, row.before, query.types));
    }
    out.push(row.json.replace('"data":{', `"data":{"previousSeq":${last.get(key) ?? 'null'},`));
    last.set(key, row.seq);
  }
  return out;
}

export const eventRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/events',
    scope: 'read',
    summary: 'Events in log order; wait= holds the answer until there are some',
    async handle(asked, { store }) {
      const query = await logQuery(asked, store, asked.query.after);
      const wait = asked.query.wait === undefined ? 0 : Number(asked.query.wait);
      if (!(wait >= 0)) throw new GatewayError('invalid_request', 'wait: seconds', { pointer: '/wait' });
      const until = performance.now() + Math.min(wait, MAX_WAIT_S) * 1000;
      const log = followLog(store, asked.signal);
      try {
        let { rows, reached } = await scanLog(store, query, asked);
        while (!rows.length && performance.now() < until && !asked.signal.aborted) {
          await log.past(reached, until - performance.now());
          ({ rows, reached } = await scanLog(store, { ...query, after: reached }, asked));
        }
        const json = await withPrevious(store, query, rows);
        const events = rows.map((r, i) => `{"offset":"${r.off}","topic":"${r.topic}","event":${json[i]}}`);
        return { json: `{"events":[${events.join(',')}],"next":"${reached}"}` };
      } finally {
        log.end();
      }
    },
  },
  {
    method: 'get',
    path: '/v1/events/stream',
    scope: 'read',
    summary: 'Events as server-sent events; Last-Event-ID goes on',
    async handle(asked, { store }) {
      const last = asked.headers['last-event-id'];
      const query = await logQuery(asked, store, typeof last === 'string' && last ? last : (asked.query.after ?? 'latest'));
      return {
        type: 'text/event-stream',
        async stream(write, signal) {
          let after = query.after;
          let wroteAt = performance.now();
          const log = followLog(store, signal);
          try {
            await write(': connected\n\n');
            while (!signal.aborted) {
              const { rows, reached } = await scanLog(store, { ...query, after }, { signal });
              const json = await withPrevious(store, query, rows);
              for (const [i, r] of rows.entries()) await write(`id: ${r.off}\nevent: ${r.type}\ndata: ${json[i]}\n\n`);
              after = reached;
              if (rows.length) wroteAt = performance.now();
              else if (performance.now() - wroteAt >= HEARTBEAT_MS) {
                await write(': still here\n\n');
                wroteAt = performance.now();
              } else await log.past(after, wroteAt + HEARTBEAT_MS - performance.now());
            }
          } finally {
            log.end();
          }
        },
      };
    },
  },
];
