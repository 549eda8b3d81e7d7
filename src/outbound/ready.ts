import { type Kysely, sql } from 'kysely';
import type { Database } from '../store/tables.ts';

export interface ReadyMessage {
  readonly id: string;
  readonly conversation: string | null;
  readonly priority: number;
  readonly units: number;
  readonly media: number;
}

/** Active channels with something to send: the index is skipped from channel to channel, so the length of no queue matters. */
export async function channelsReady(read: Kysely<Database>): Promise<string[]> {
  const { rows } = await sql<{ channel: string }>`WITH RECURSIVE c(channel) AS (
    SELECT min(channel) FROM messages WHERE queue_state = 'ready'
    UNION ALL SELECT (SELECT min(m.channel) FROM messages m WHERE m.queue_state = 'ready' AND m.channel > c.channel) FROM c WHERE c.channel IS NOT NULL)
    SELECT c.channel FROM c JOIN channels h ON h.id = c.channel WHERE h.state = 'active'`.execute(read);
  return rows.map((r) => r.channel);
}

/** The next messages of one channel (none while it is paused), in the order of their turns. Each is the first of its conversation: what it holds is not ready. */
export async function readyOf(read: Kysely<Database>, channel: string, limit: number): Promise<ReadyMessage[]> {
  const cost = sql.raw("FROM calls c WHERE c.message = m.id AND c.attempt = m.attempt AND c.state = 'pending' ORDER BY c.part LIMIT 1");
  const { rows } = await sql<ReadyMessage>`SELECT m.id, m.conversation, m.priority, coalesce((SELECT c.units ${cost}), 1) AS units, coalesce((SELECT c.media ${cost}), 0) AS media
    FROM messages m WHERE m.channel = ${channel} AND m.queue_state = 'ready' AND EXISTS (SELECT 1 FROM channels h WHERE h.id = ${channel} AND h.state = 'active') ORDER BY m.priority DESC, m.id LIMIT ${sql.lit(limit)}`.execute(
    read,
  );
  return rows;
}
