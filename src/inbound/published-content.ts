import type { Identity } from '../../schemas/index.ts';
import type { Tx } from '../store/port.ts';
import { findConversation } from './conversations.ts';
import { asWritten } from './menus.ts';

/** The content that the event of a message has in the log; undefined where it is gone. A conversation that was linked to an older one left its events under its own name. */
export async function publishedContent(tx: Tx, message: { id: string; channel: string; addresses: readonly Identity[] }): Promise<unknown> {
  const conversation = await findConversation(tx, message.channel, message.addresses);
  if (!conversation) return undefined;
  // From the newest event of the conversation back to it: each names the one before it. CROSS: in this order, or SQLite reads the whole log.
  const [event] = await tx.all<{ body: string }>(
    `WITH RECURSIVE back(off) AS (
       SELECT last_off FROM seqs WHERE subject IN (SELECT $1 UNION ALL SELECT id FROM conversations WHERE moved_to = $1)
       UNION ALL SELECT e.prev_off FROM back CROSS JOIN events e WHERE e.off = back.off AND e.id <> $2)
     SELECT e.body FROM back CROSS JOIN events e WHERE e.off = back.off AND e.id = $2 LIMIT 1`,
    [conversation.id, message.id],
  );
  return event && asWritten((JSON.parse(event.body) as { data: { message?: { content?: unknown } } }).data.message);
}
