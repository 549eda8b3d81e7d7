import type { Store, Tx } from '../store/port.ts';

/** The 16 bytes of an event id: the key of `seen`. */
export const seenKey = (id: string): Uint8Array => Buffer.from(id.replaceAll('-', ''), 'hex');

/** Marks an event id as seen, and which message it tells; false where it was already. */
export async function firstSight(tx: Tx, id: string, message: string | null = null): Promise<boolean> {
  return (await tx.run('INSERT INTO seen (id, message) VALUES ($1,$2) ON CONFLICT DO NOTHING', [seenKey(id), message])) === 1;
}

/** Which of these keys are in `seen`. */
export async function seenAmong(read: Store['read'], keys: readonly Uint8Array[]): Promise<(key: Uint8Array) => boolean> {
  const rows = keys.length ? await read.selectFrom('seen').select('id').where('id', 'in', keys).execute() : [];
  const hex = (key: Uint8Array): string => Buffer.from(key).toString('hex');
  const seen = new Set(rows.map((row) => hex(row.id)));
  return (key) => seen.has(hex(key));
}
