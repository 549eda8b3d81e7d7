import type { Store, Tx } from '../store/port.ts';

/** The 16 bytes of an event id: the key of `seen`. */
export const seenKey = (id: string): Uint8Array => Buffer.from(id.replaceAll('-', ''), 'hex');

/** Marks an event id as seen, and which message it tells; false where it was already. */
export async function firstSight(tx: Tx, id: string, message: string | null = null): Promise<boolean> {
  const key = seenKey(id);
  if (tx.sight) return tx.sight.add(key, message);
  return (await tx.run('INSERT INTO seen (id, message) VALUES ($1,$2) ON CONFLICT DO NOTHING', [key, message])) === 1;
}

/** Which message a key tells, null where none; undefined where it was not seen. */
export async function seenMessage(tx: Tx, key: Uint8Array): Promise<string | null | undefined> {
  if (tx.sight) return tx.sight.messageOf(key);
  const [row] = await tx.all<{ message: string | null }>('SELECT message FROM seen WHERE id = $1', [key]);
  return row?.message;
}

/** Which of these keys were seen. */
export async function seenAmong(read: Store['read'], keys: readonly Uint8Array[]): Promise<(key: Uint8Array) => boolean> {
  const rows = keys.length ? await read.selectFrom('ever_seen').select('id').where('id', 'in', keys).execute() : [];
  const hex = (key: Uint8Array): string => Buffer.from(key).toString('hex');
  const seen = new Set(rows.map((row) => hex(row.id)));
  return (key) => seen.has(hex(key));
}
