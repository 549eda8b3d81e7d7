import type { InboundContent } from '../../schemas/index.ts';
import type { Context } from './context.ts';

/** An edit or deletion whose original is not here yet; published at once, applied when the original comes. */
export type EarlyChange = { readonly kind: 'edit'; readonly content: InboundContent } | { readonly kind: 'delete' };
const keyOf = (channel: string, platformId: string) => `early:${channel}:${platformId}`;

export async function rememberEarly(ctx: Context, { channel, platformId }: { channel: string; platformId: string }, change: EarlyChange): Promise<void> {
  ctx.early.pending++;
  await ctx.tx.run('INSERT INTO meta (key, value) VALUES ($1,$2) ON CONFLICT (key) DO UPDATE SET value = excluded.value', [keyOf(channel, platformId), JSON.stringify(change)]);
}
/** What came before this original; no query is made while nothing waits. */
export async function takeEarly(ctx: Context, { channel, platformId }: { channel: string; platformId: string }): Promise<EarlyChange | null> {
  if (ctx.early.pending === 0) return null;
  const [row] = await ctx.tx.all<{ value: string }>('DELETE FROM meta WHERE key = $1 RETURNING value', [keyOf(channel, platformId)]);
  return row ? (JSON.parse(row.value) as EarlyChange) : null;
}
