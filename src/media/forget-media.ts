import type { Tx } from '../store/port.ts';

export type Forgotten = { readonly reason: string; readonly nowMs: number } & (
  | { readonly ids: readonly string[] }
  | { readonly message: string }
  /** Everything of a contact, in all of its conversations: for its erasure. */
  | { readonly contact: string }
);

interface Row {
  readonly id: string;
  readonly state: string;
  readonly key: string | null;
}
/** Those that are meant, and what was made of them; one query after another, as a connection takes them. */
async function idsOf(tx: Tx, what: Forgotten): Promise<Row[]> {
  const select = 'SELECT id, state, key FROM media WHERE ';
  const each = async (where: string, ids: readonly string[]) => {
    const rows: Row[] = [];
    for (const id of ids) rows.push(...(await tx.all<Row>(`${select}${where}`, [id])));
    return rows;
  };
  const rows =
    'ids' in what
      ? await each('id = $1', what.ids)
      : 'message' in what
        ? await each('message = $1', [what.message])
        : await each('conversation IN (SELECT id FROM conversations WHERE contact = $1)', [what.contact]);
  return [
    ...rows,
    ...(await each(
      'parent = $1',
      rows.map((r) => r.id),
    )),
  ];
}

/**
 * Ends media for good, inside the caller's transaction: nothing leads to the bytes any more, nothing fetches them again, and what a
 * platform holds under an upload id is not used again. `fail` says so of a file that is still waited for. Returns the keys whose bytes
 * nobody refers to now: they are marked, so that a crash forgets none, and `MediaWorker.remove` takes them out of the store.
 */
export async function forgetMedia(tx: Tx, what: Forgotten, fail: (id: string, reason: string) => Promise<void>): Promise<string[]> {
  const rows = await idsOf(tx, what);
  for (const { id, state } of rows) {
    if (state === 'pending') await fail(id, what.reason);
    await tx.run("UPDATE media SET state = 'failed', key = NULL, platform_ref = NULL, link = NULL, filename = NULL, next_at = NULL, reason = $2, updated_at = $3 WHERE id = $1", [
      id,
      what.reason,
      what.nowMs,
    ]);
    await tx.run('DELETE FROM media_uploads WHERE media = $1', [id]);
    await tx.run('DELETE FROM media_insides WHERE media = $1', [id]);
  }
  const out: string[] = [];
  for (const key of new Set(rows.flatMap((r) => (r.key === null ? [] : [r.key]))))
    if ((await tx.run('UPDATE media_blobs SET removing = 1 WHERE key = $1 AND NOT EXISTS (SELECT 1 FROM media WHERE key = $1)', [key])) === 1) out.push(key);
  return out;
}
