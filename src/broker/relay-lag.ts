import type { LogStore } from '../store/port.ts';

/** Events that wait to be published. */
export async function relayLag(store: Pick<LogStore, 'read' | 'lastOffset'>): Promise<number> {
  const row = await store.read.selectFrom('cursors').select('off').where('name', '=', 'relay').executeTakeFirst();
  return Math.max(0, (await store.lastOffset()) - (row?.off ?? 0));
}
