import type { Kysely } from 'kysely';
import type { EventType, Topic } from '../../schemas/index.ts';
import { spliceSeq } from './append-events.ts';
import type { LogQuery, LogRow } from './port.ts';
import type { Database } from './tables.ts';

/** Numbered rows only, in log order. */
export async function readLog(read: Kysely<Database>, query: LogQuery): Promise<LogRow[]> {
  let select = read
    .selectFrom('events')
    .select(['off', 'topic', 'type', 'id', 'subject', 'seq', 'late', 'tenant', 'channel', 'body', 'prev_off'])
    .where('off', '>', query.after)
    .orderBy('off')
    .limit(query.limit);
  if (query.upTo !== undefined) select = select.where('off', '<=', query.upTo);
  if (query.tenant !== undefined) select = select.where('tenant', '=', query.tenant);
  if (query.topics) select = select.where('topic', 'in', query.topics.length ? [...query.topics] : ['']);
  if (query.types) select = select.where('type', 'in', query.types.length ? [...query.types] : ['']);
  const rows = await select.execute();
  return rows.map((r) => ({
    off: r.off ?? 0,
    topic: r.topic as Topic,
    type: r.type as EventType,
    id: r.id,
    subject: r.subject,
    seq: r.seq ?? 0,
    before: r.prev_off,
    tenant: r.tenant,
    channel: r.channel,
    json: spliceSeq(r.body, r.seq ?? 0, r.late === 1),
  }));
}

/** Highest readable offset; 0 where the log is empty. */
export async function lastOffset(read: Kysely<Database>): Promise<number> {
  const row = await read
    .selectFrom('events')
    .select((e) => e.fn.max('off').as('last'))
    .executeTakeFirst();
  return Number(row?.last ?? 0);
}
