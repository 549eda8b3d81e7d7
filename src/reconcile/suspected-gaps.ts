import type { ChannelType } from '../../schemas/index.ts';
import { seenAmong } from '../inbound/seen.ts';
import { toldKey } from '../inbound/told-messages.ts';
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
  const found: SuspectedGap[] = [];
  for (let skip = 0; found.length < MOST; skip += MOST) {
    const rows = await named(read, tenant, skip);
    found.push(...(await notCome(read, rows)));
    if (rows.length < MOST) break;
  }
  return found.slice(0, MOST);
}

async function named(read: Store['read'], tenant: string | null, skip: number) {
  let query = read
    .selectFrom('suspected_gaps as g')
    .innerJoin('channels as ch', 'ch.id', 'g.channel')
    .select(['g.channel', 'g.platform_id', 'g.named_by', 'g.conversation', 'g.named_at', 'ch.type', 'ch.account'])
    .where('ch.state', '<>', 'deleted')
    .where((e) => e.not(e.exists(e.selectFrom('calls as c').select('c.message').whereRef('c.channel', '=', 'g.channel').whereRef('c.platform_id', '=', 'g.platform_id'))))
    .orderBy('g.named_at', 'desc')
    .orderBy('g.platform_id')
    .limit(MOST)
    .offset(skip);
  if (tenant !== null) query = query.where('ch.tenant', '=', tenant);
  return await query.execute();
}
type Named = Awaited<ReturnType<typeof named>>[number];

/** Without those that a webhook told since. */
async function notCome(read: Store['read'], rows: readonly Named[]): Promise<SuspectedGap[]> {
  const keyOf = (g: Named) => toldKey({ type: g.type as ChannelType, account: g.account }, g.platform_id);
  const came = await seenAmong(read, rows.map(keyOf));
  return rows
    .filter((g) => !came(keyOf(g)))
    .map((g) => ({ channel: g.channel, platformId: g.platform_id, namedBy: g.named_by, conversation: g.conversation, namedAt: new Date(Number(g.named_at)).toISOString() }));
}
