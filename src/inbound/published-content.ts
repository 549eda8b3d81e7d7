import type { Identity } from '../../schemas/index.ts';
import type { Tx } from '../store/port.ts';
import { findConversation } from './conversations.ts';
import { asWritten } from './menus.ts';

/** From an event back to it: each names the one before it. CROSS: in this order, or SQLite reads the whole log. */
const BACK = `WITH RECURSIVE back(off) AS (
    SELECT CAST($1 AS BIGINT) UNION ALL SELECT e.prev_off FROM back CROSS JOIN events e WHERE e.off = back.off AND e.id <> $2)
  SELECT e.body FROM back CROSS JOIN events e WHERE e.off = back.off AND e.id = $2 LIMIT 1`;

/** The content that the event of a message has in the log; undefined where it is gone. A conversation that was linked to an older one left its events under its own name. */
export async function publishedContent(tx: Tx, message: { id: string; channel: string; addresses: readonly Identity[] }): Promise<unknown> {
  const conversation = await findConversation(tx, message.channel, message.addresses);
  if (!conversation) return undefined;
  const moved = await tx.all<{ id: string }>('SELECT id FROM conversations WHERE moved_to = $1', [conversation.id]);
  for (const { id } of [conversation, ...moved])
    for (const newest of await tx.newest(id)) {
      const [event] = await tx.all<{ body: string }>(BACK, [newest, message.id]);
      if (event) return asWritten((JSON.parse(event.body) as { data: { message?: { content?: unknown } } }).data.message);
    }
  return undefined;
}
