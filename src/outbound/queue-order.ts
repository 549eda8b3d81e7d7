import type { Tx } from '../store/port.ts';

/**
 * Who holds whom in a conversation (messages.queue_rank): what was asked for now holds all that is younger, scheduled messages hold
 * scheduled and bulk ones, bulk holds bulk alone, so that neither ever holds a reply. A doubt past its time holds nobody.
 */
export const RANK = { now: 2, scheduled: 1, bulk: 0, nobody: -1 } as const;
export const BULK = 0;
export const rankOf = (priority: number, scheduled: boolean): number => (priority === BULK ? RANK.bulk : scheduled ? RANK.scheduled : RANK.now);

const LIVE = "queue_state IS NOT NULL AND queue_state <> 'done'";
/** An older message of that rank which is under way; one that waits for its moment by the clock holds nothing. */
const holder = (
  rank: number,
) => `EXISTS (SELECT 1 FROM messages o WHERE o.conversation = m.conversation AND o.queue_rank = ${rank} AND o.id < m.id AND o.${LIVE.replace('AND ', 'AND o.')}
  AND NOT (o.queue_state = 'waiting' AND o.send_at IS NOT NULL AND o.send_at = o.next_at))`;
/** Whether nothing holds the message `m`: one seek of the index per rank, however long the queue of the conversation is. */
export const FREE = `NOT ${holder(RANK.now)} AND NOT (m.queue_rank < ${RANK.now} AND ${holder(RANK.scheduled)}) AND NOT (m.queue_rank < ${RANK.scheduled} AND ${holder(RANK.bulk)})`;

const ANY_HELD = `SELECT 1 AS one FROM messages WHERE conversation = $1 AND ${LIVE} AND queue_state = 'held' LIMIT 1`;
/** The next ones of a conversation that nothing holds any longer become ready. Returns their ids. */
export async function promote(tx: Tx, conversation: string): Promise<string[]> {
  const [held] = await tx.all<{ one: number }>(ANY_HELD, [conversation]);
  if (!held) return []; // mostly
  const freed: string[] = [];
  for (const rank of [RANK.now, RANK.scheduled, RANK.bulk]) {
    const [next] = await tx.all<{ id: string }>(
      `SELECT m.id FROM (SELECT id, conversation, queue_rank FROM messages WHERE conversation = $1 AND queue_rank = ${rank} AND ${LIVE} AND queue_state = 'held' ORDER BY id LIMIT 1) m WHERE ${FREE}`,
      [conversation],
    );
    if (!next) continue;
    await tx.run("UPDATE messages SET queue_state = 'ready' WHERE id = $1", [next.id]);
    freed.push(next.id);
  }
  return freed;
}

export const enterQueue = (tx: Tx, m: { channel: string; priority: number; tenant: string }): Promise<number> =>
  tx.run('INSERT INTO queue_depths (channel, priority, tenant, n) VALUES ($1,$2,$3,1) ON CONFLICT (channel, priority) DO UPDATE SET n = queue_depths.n + 1', [
    m.channel,
    m.priority,
    m.tenant,
  ]);

const LEAVE = `UPDATE messages SET queue_state = 'done', next_at = NULL, awaits = NULL WHERE id = $1 AND ${LIVE} RETURNING channel, conversation, priority`;
/** A message is over with the queue, however it ended; what it held goes on: the ids of what became ready by it. Null where it had left already. */
export async function leaveQueue(tx: Tx, id: string): Promise<string[] | null> {
  const [m] = await tx.all<{ channel: string; conversation: string | null; priority: number }>(LEAVE, [id]);
  if (!m) return null;
  await tx.run('UPDATE queue_depths SET n = n - 1 WHERE channel = $1 AND priority = $2', [m.channel, m.priority]);
  return m.conversation === null ? [] : promote(tx, m.conversation);
}

/** A message that may go: ready, or held where another one goes first. True: ready. */
export async function makeReady(tx: Tx, id: string): Promise<boolean> {
  const [free] = await tx.all<{ id: string }>(`SELECT m.id FROM messages m WHERE m.id = $1 AND ${FREE}`, [id]);
  await tx.run('UPDATE messages SET queue_state = $2, next_at = NULL, awaits = NULL WHERE id = $1', [id, free ? 'ready' : 'held']);
  return free !== undefined;
}
