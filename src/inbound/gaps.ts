import type { Context } from './context.ts';

export type NamedBy = 'status' | 'reply' | 'reaction';

/** A platform id that something names and nobody here has seen: a message may be missing. Shown to operators; it counts once, whatever names it again. */
export async function suspectGap(ctx: Pick<Context, 'tx' | 'nowMs'>, gap: { channel: string; platformId: string; namedBy: NamedBy; conversation: string | null }): Promise<void> {
  await ctx.tx.run('INSERT INTO suspected_gaps (channel, platform_id, named_by, conversation, named_at) VALUES ($1,$2,$3,$4,$5) ON CONFLICT (channel, platform_id) DO NOTHING', [
    gap.channel,
    gap.platformId,
    gap.namedBy,
    gap.conversation,
    ctx.nowMs,
  ]);
}
