import type { Store } from '../store/port.ts';

export interface SuspectedGap {
  readonly channel: string;
  readonly platformId: string;
  readonly namedBy: string;
  readonly conversation: string | null;
  readonly namedAt: string;
}
const MOST = 1000;

/**
 * Messages that something names and nobody here has seen, the newest first: where a platform keeps no list (WhatsApp), this is how a
 * gap shows. What came since is left out. Messages of before the channel was connected, or sent by another system, are named too.
 */
export async function suspectedGaps(read: Store['read'], tenant: string | null): Promise<SuspectedGap[]> {
  let query = read
    .selectFrom('suspected_gaps as g')
    .innerJoin('channels as ch', 'ch.id', 'g.channel')
    .select(['g.channel', 'g.platform_id', 'g.named_by', 'g.conversation', 'g.named_at'])
    .where('ch.state', '<>', 'deleted')
    .where((e) => e.not(e.exists(e.selectFrom('messages as m').select('m.id').whereRef('m.channel', '=', 'g.channel').whereRef('m.platform_id', '=', 'g.platform_id'))))
    .where((e) => e.not(e.exists(e.selectFrom('calls as c').select('c.message').whereRef('c.channel', '=', 'g.channel').whereRef('c.platform_id', '=', 'g.platform_id'))))
    .orderBy('g.named_at', 'desc')
    .limit(MOST);
  if (tenant !== null) query = query.where('ch.tenant', '=', tenant);
  const rows = await query.execute();
  return rows.map((g) => ({
    channel: g.channel,
    platformId: g.platform_id,
    namedBy: g.named_by,
    conversation: g.conversation,
    namedAt: new Date(Number(g.named_at)).toISOString(),
  }));
}
