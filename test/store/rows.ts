import { joinMessage, keepJoined } from '../../src/inbound/conversations.ts';
import type { Tx } from '../../src/store/port.ts';

/** Puts a row as it is given into a table. */
export async function put(tx: Tx, table: string, row: Readonly<Record<string, unknown>>): Promise<void> {
  const names = Object.keys(row);
  await tx.run(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')})`, Object.values(row));
}
/** A message of ours that went out; `more` on top. */
export const message = (id: string, at: number, more: object) => ({
  id,
  tenant: 'acme',
  channel: 'ch',
  direction: 'outbound',
  state: 'sent',
  content_type: 'text',
  content: '{}',
  preview: '',
  at,
  created_at: at,
  updated_at: at,
  priority: 0,
  attempt: 1,
  parts: 1,
  sent_parts: 1,
  queue_state: 'done',
  ...more,
});
/** A message that joins its conversation, as those that are taken or sent do. */
export async function putMessage(tx: Tx, row: ReturnType<typeof message> & { readonly conversation: string }): Promise<void> {
  const { id, conversation } = row;
  const [found] = await tx.all<{ lastMessage: string | null; messages: number }>('SELECT last_message AS "lastMessage", messages FROM conversations WHERE id = $1', [conversation]);
  if (!found) throw new Error(`no conversation ${conversation}`);
  const joined = { id: conversation, sendable: null, windowExpiresAt: null, ...found };
  await put(tx, 'messages', { ...row, prev: joinMessage(joined, id) });
  await keepJoined(tx, joined);
}
