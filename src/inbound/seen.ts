import type { Tx } from '../store/port.ts';

/** The 16 bytes of an event id: the key of `seen`. */
export const seenKey = (id: string): Uint8Array => Buffer.from(id.replaceAll('-', ''), 'hex');

/** Marks an event id as seen, and which message it tells; false where it was already. */
export async function firstSight(tx: Tx, id: string, message: string | null = null): Promise<boolean> {
  return (await tx.run('INSERT INTO seen (id, message) VALUES ($1,$2) ON CONFLICT DO NOTHING', [seenKey(id), message])) === 1;
}
