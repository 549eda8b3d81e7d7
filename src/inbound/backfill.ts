import type { Fact } from '../../adapters/facts.ts';
import type { Context } from './context.ts';

/** Older than this, what the reconciler brings is history: no window opens, no answer is called for. */
const HISTORY_MS = 24 * 3_600_000;

/** A fact as it counts when it was fetched rather than delivered: a message of more than a day ago is imported. */
export function asFetched(ctx: Pick<Context, 'row'>, fact: Fact): Fact {
  const { body } = fact;
  if (ctx.row.origin !== 'backfill' || body.kind !== 'message' || body.as !== 'received') return fact;
  const age = ctx.row.receivedAt - (fact.at?.getTime() ?? ctx.row.receivedAt);
  return age > HISTORY_MS ? { ...fact, body: { ...body, as: 'imported', opensWindow: false } } : fact;
}
