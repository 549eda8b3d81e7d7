import { type Kysely, sql } from 'kysely';
import type { ChannelAdapter, Provider } from '../../adapters/contract.ts';
import type { ChannelType } from '../../schemas/index.ts';
import type { Database } from '../store/tables.ts';
import { etaOf } from './eta.ts';
import { perSecondOf } from './pace.ts';

/** Past so many the position is told as at least that: a look at one message must not count a whole campaign. */
const MOST_COUNTED = 20_000;

interface At {
  adapterOf(type: ChannelType, provider: Provider): ChannelAdapter | undefined;
  readonly nowMs: number;
}
/** When a queued message goes, as things stand now: its position at the pace of its channel, or the moment it waits for. Null: it is not queued, or its channel is paused. */
export async function currentEta(read: Kysely<Database>, id: string, { adapterOf, nowMs }: At): Promise<string | null> {
  const m = await read
    .selectFrom('messages as m')
    .innerJoin('channels as c', 'c.id', 'm.channel')
    .select(['m.channel', 'm.priority', 'm.queue_state', 'm.next_at', 'c.type', 'c.provider', 'c.account', 'c.settings', 'c.state'])
    .where('m.id', '=', id)
    .executeTakeFirst();
  if (!m || m.queue_state === null || m.queue_state === 'done' || m.state !== 'active') return null;
  const adapter = adapterOf(m.type as ChannelType, m.provider as Provider);
  if (!adapter) return null;
  const { rows } = await sql<{ n: number }>`SELECT count(*) AS n FROM (SELECT 1 FROM messages WHERE channel = ${m.channel} AND queue_state = 'ready'
    AND (priority > ${m.priority} OR (priority = ${m.priority} AND id < ${id})) LIMIT ${sql.lit(MOST_COUNTED)}) AS before_it`.execute(read);
  const perSecond = perSecondOf(adapter.capabilities.limits, { ...m, settings: JSON.parse(m.settings) as Record<string, unknown> });
  return new Date(etaOf({ ahead: Number(rows[0]?.n ?? 0), perSecond, notBefore: m.next_at, nowMs })).toISOString();
}
