import type { InboundContent } from '../../schemas/index.ts';
import type { Tx } from '../store/port.ts';
import type { Context } from './context.ts';

/** An edit or deletion whose original is not here yet; published at once, applied when the original comes. */
export type EarlyChange = { readonly kind: 'edit'; readonly content: InboundContent } | { readonly kind: 'delete' };
const keyOf = (channel: string, platformId: string) => `${channel}:${platformId}`;

export async function rememberEarly(ctx: Context, { channel, platformId }: { channel: string; platformId: string }, change: EarlyChange): Promise<void> {
  ctx.early.pending++;
  await ctx.tx.run('INSERT INTO early_changes (key, change, at) VALUES ($1,$2,$3) ON CONFLICT (key) DO UPDATE SET change = excluded.change, at = excluded.at', [
    keyOf(channel, platformId),
    JSON.stringify(change),
    ctx.nowMs,
  ]);
}
/** What came before this original; no query is made while nothing waits. */
export async function takeEarly(ctx: Context, { channel, platformId }: { channel: string; platformId: string }): Promise<EarlyChange | null> {
  if (ctx.early.pending === 0) return null;
  const [row] = await ctx.tx.all<{ change: string }>('DELETE FROM early_changes WHERE key = $1 RETURNING change', [keyOf(channel, platformId)]);
  return row ? (JSON.parse(row.change) as EarlyChange) : null;
}
/** How many wait. */
export async function countEarly(tx: Tx): Promise<number> {
  const [row] = await tx.all<{ n: number }>('SELECT count(*) AS n FROM early_changes');
  return row?.n ?? 0;
}
