import { GatewayError } from '../../gateway-error.ts';
import { suspectedGaps } from '../../reconcile/suspected-gaps.ts';
import type { ApiDeps, Asked, Route } from '../deps.ts';
import { timeOf } from '../query.ts';

/** An answer is given when every channel is done, or after so long while they go on. */
const WAIT_MS = 30_000;

async function ownChannels(deps: ApiDeps, asked: Asked): Promise<string[]> {
  let query = deps.store.read.selectFrom('channels').select('id').where('state', '<>', 'deleted').orderBy('id');
  if (asked.caller.tenant !== null) query = query.where('tenant', '=', asked.caller.tenant);
  return (await query.execute()).map((c) => c.id);
}
function sinceOf(value: unknown): number | null {
  if (value === undefined) return null;
  const ms = timeOf(value);
  if (Number.isNaN(ms)) throw new GatewayError('invalid_request', 'since: an ISO time, such as 2026-11-22T09:00:00Z', { pointer: '/since' });
  return ms;
}

export const reconcileRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/reconcile',
    scope: 'admin',
    summary: 'Fetch what came by no webhook, from the platforms that keep a list: { channel?, since? }',
    async handle(asked, deps) {
      const { channel, since } = (asked.body ?? {}) as { channel?: unknown; since?: unknown };
      const from = sinceOf(since);
      const own = await ownChannels(deps, asked);
      if (channel !== undefined && !(typeof channel === 'string' && own.includes(channel)))
        throw new GatewayError('unknown_channel', 'channel: there is no such channel.', { pointer: '/channel' });
      const wanted = channel === undefined ? own : [channel];
      const passes = deps.reconciler.run((c) => wanted.includes(c.id) && (channel !== undefined || deps.reconciler.keepsList(c)), from);
      const late = AbortSignal.timeout(WAIT_MS);
      const done = await Promise.race([passes, new Promise<null>((resolve) => late.addEventListener('abort', () => resolve(null)))]);
      return done ? { body: { state: 'done', channels: done } } : { status: 202, body: { state: 'running', channels: [] } };
    },
  },
  {
    method: 'get',
    path: '/v1/reconcile',
    scope: 'read',
    summary: 'The last pass of each channel, and messages that are named by others and were never seen',
    async handle(asked, deps) {
      const passes = (await ownChannels(deps, asked)).flatMap((id) => {
        const last = deps.reconciler.last(id);
        return last ? [{ ...last.outcome, at: new Date(last.at).toISOString() }] : [];
      });
      return { body: { channels: passes, suspectedGaps: await suspectedGaps(deps.store.read, asked.caller.tenant) } };
    },
  },
];
