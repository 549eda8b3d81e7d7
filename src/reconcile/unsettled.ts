import type { Store } from '../store/port.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** When a message without a final status is asked about, counted from its call: often at first, then seldom. Carriers without receipts stop at `sent` for good. */
export const ASK_AT_MS: readonly number[] = [2 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, 36 * HOUR];
const MOST = 500;

/** Whether one of the moments to ask lies in (after, now]. */
export const isDue = (startedAt: number, { after, now }: { after: number; now: number }): boolean => ASK_AT_MS.some((wait) => startedAt + wait > after && startedAt + wait <= now);

/** Calls of this channel whose final state nobody told, and whose turn to be asked about came since the pass before. The newest first. */
export async function unsettledOf(store: Pick<Store, 'read'>, channel: string, at: { after: number; now: number }): Promise<{ platformId: string; ownId: string }[]> {
  const rows = await store.read
    .selectFrom('calls')
    .select(['message', 'attempt', 'part', 'platform_id', 'started_at'])
    .where('channel', '=', channel)
    .where('started_at', '>', at.after - (ASK_AT_MS.at(-1) ?? 0))
    .where('started_at', '<=', at.now - (ASK_AT_MS[0] ?? 0))
    .where('state', '=', 'sent')
    .where('status', 'in', ['queued', 'sent', 'unknown'])
    .where('platform_id', 'is not', null)
    .orderBy('started_at', 'desc')
    .execute();
  return rows
    .filter((c) => isDue(Number(c.started_at), at))
    .slice(0, MOST)
    .map((c) => ({ platformId: c.platform_id ?? '', ownId: `${c.message}.${c.attempt}.${c.part}` }));
}
