import type { Store } from '../store/port.ts';
import type { Database } from '../store/tables.ts';

export type DueRow = Pick<
  Database['media'],
  'id' | 'channel' | 'kind' | 'platform_ref' | 'platform_message' | 'link' | 'platform_sha256' | 'declared_type' | 'attempts' | 'created_at' | 'updated_at'
>;
const COLUMNS = ['id', 'channel', 'kind', 'platform_ref', 'platform_message', 'link', 'platform_sha256', 'declared_type', 'attempts', 'created_at', 'updated_at'] as const;

/** Files whose fetch is due: those of today's messages before those of a phone's history, the longest overdue first. */
export const readDue = (store: Store, nowMs: number, most: number): Promise<DueRow[]> =>
  store.read.selectFrom('media').select(COLUMNS).where('state', '=', 'pending').where('next_at', '<=', nowMs).orderBy('rank').orderBy('next_at').limit(most).execute();
export const readPending = (store: Store, id: string): Promise<DueRow | undefined> =>
  store.read.selectFrom('media').select(COLUMNS).where('id', '=', id).where('state', '=', 'pending').executeTakeFirst();
/** When the next one comes due, in ms from now; null: none will. */
export async function nextDue(store: Store, nowMs: number): Promise<number | null> {
  const row = await store.read.selectFrom('media').select('next_at').where('state', '=', 'pending').where('next_at', '>', nowMs).orderBy('next_at').limit(1).executeTakeFirst();
  return row?.next_at == null ? null : Math.max(0, Number(row.next_at) - nowMs);
}
