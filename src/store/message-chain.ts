import { type Kysely, sql } from 'kysely';
import type { Tx } from './port.ts';
import type { Database } from './tables.ts';

/**
 * The messages of a conversation, found without an index of them: each names the one before it, the conversation names its newest one,
 * and every 32nd is marked, so that a list can begin in the middle. An index by conversation changed more than a page with every message:
 * with 400,000 messages stored that was nearly half of what the store wrote.
 *
 * Ids ascend along a conversation (id.ts). Where the message that is named is gone the chain ends: retention drops the oldest first, and
 * where an older one stays it closes the gap (`unchain`).
 */
const MARK_EVERY = 32;

/** Marks the nth message of a conversation where it is its turn. */
export async function markMessage(tx: Tx, { conversation, id, nth }: { conversation: string; id: string; nth: number }): Promise<void> {
  if (nth % MARK_EVERY === 0) await tx.run('INSERT INTO message_marks (conversation, id) VALUES ($1,$2)', [conversation, id]);
}

/** Takes a message that is about to be dropped out of its conversation's chain. */
export async function unchain(tx: Tx, { conversation, id }: { conversation: string; id: string }): Promise<void> {
  await tx.run('DELETE FROM message_marks WHERE conversation = $1 AND id = $2', [conversation, id]);
  const [older] = await tx.all<{ id: string }>('SELECT o.id FROM messages m JOIN messages o ON o.id = m.prev WHERE m.id = $1', [id]);
  if (!older) return; // what is younger ends here from now on
  const [younger] = await tx.all<{ id: string }>(
    `WITH RECURSIVE chain (id, prev) AS (
      SELECT id, prev FROM messages WHERE id = coalesce((SELECT min(id) FROM message_marks WHERE conversation = $1 AND id > $2), (SELECT last_message FROM conversations WHERE id = $1))
      UNION ALL SELECT m.id, m.prev FROM chain JOIN messages m ON m.id = chain.prev WHERE m.id > $2)
    SELECT id FROM chain WHERE prev = $2`,
    [conversation, id],
  );
  if (younger) await tx.run('UPDATE messages SET prev = $2 WHERE id = $1', [younger.id, older.id]);
  else await tx.run('UPDATE conversations SET last_message = $2 WHERE id = $1', [conversation, older.id]);
}

/** The platform's id of what the customer wrote last; null where there is nothing that has one. */
export async function lastOfCustomer(tx: Tx, conversation: string): Promise<string | null> {
  const [last] = await tx.all<{ platform_id: string }>(
    `WITH RECURSIVE chain (platform_id, direction, prev) AS (
      SELECT platform_id, direction, prev FROM messages WHERE id = (SELECT last_message FROM conversations WHERE id = $1)
      UNION ALL SELECT m.platform_id, m.direction, m.prev FROM chain JOIN messages m ON m.id = chain.prev)
    SELECT platform_id FROM chain WHERE direction = 'inbound' AND platform_id IS NOT NULL LIMIT 1`,
    [conversation],
  );
  return last?.platform_id ?? null;
}

type Read = Kysely<Database>;
/** After every id of a message. */
const LAST = `ms_${'z'.repeat(32)}`;

/** The ids of a conversation's messages before `before`, newest first. */
export async function idsBefore(read: Read, conversation: string, { before = LAST, limit }: { before?: string | undefined; limit: number }): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`WITH RECURSIVE chain (id, prev) AS (
      SELECT id, prev FROM messages WHERE id = coalesce((SELECT min(id) FROM message_marks WHERE conversation = ${conversation} AND id >= ${before}),
        (SELECT last_message FROM conversations WHERE id = ${conversation}))
      UNION ALL SELECT m.id, m.prev FROM chain JOIN messages m ON m.id = chain.prev)
    SELECT id FROM chain WHERE id < ${before} LIMIT ${limit}`.execute(read);
  return rows.map((r) => r.id);
}

/** The ids of a conversation's messages after `after`, oldest first: `limit`, or fewer where there are no more. */
export async function idsAfter(read: Read, conversation: string, { after, limit }: { after: string; limit: number }): Promise<string[]> {
  const marks = Math.ceil(limit / MARK_EVERY);
  const { rows } = await sql<{ id: string }>`WITH RECURSIVE chain (id, prev) AS (
      SELECT id, prev FROM messages WHERE id > ${after} AND id = coalesce((SELECT id FROM message_marks WHERE conversation = ${conversation} AND id > ${after} ORDER BY id LIMIT 1 OFFSET ${sql.lit(marks)}),
        (SELECT last_message FROM conversations WHERE id = ${conversation}))
      UNION ALL SELECT m.id, m.prev FROM chain JOIN messages m ON m.id = chain.prev WHERE m.id > ${after})
    SELECT id FROM chain`.execute(read);
  return rows
    .map((r) => r.id)
    .reverse()
    .slice(0, limit);
}
