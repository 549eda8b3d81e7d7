import type { MenuOption } from '../../adapters/contract.ts';
import type { OutboundContent } from '../../schemas/index.ts';
import type { Tx } from '../store/port.ts';
import type { Context } from './context.ts';
import type { Conversation } from './conversations.ts';
import { own, remember } from './known-conversations.ts';
import { matchReply } from './numbered-reply.ts';

/** After a day a bare "2" is as likely to be about something else. */
const FRESH_MS = 24 * 3_600_000;
/** A message that is this much older than its webhook was held up: then its own time tells what the customer saw, else ours. */
const HELD_UP_MS = 60_000;

/** Keeps what the numbers of a message mean, from the moment when it goes out; options that can be tapped have none, and still take the place of the last menu. */
export async function keepMenu(tx: Tx, menu: { message: string; conversation: string; content: OutboundContent; numbered: readonly MenuOption[] | undefined }): Promise<void> {
  const options = menu.numbered ?? (menu.content.type === 'choices' || menu.content.type === 'cards' ? [] : null);
  if (!options) return;
  await own(tx, 'INSERT INTO menus (message, conversation, options) VALUES ($1,$2,$3)', [menu.message, menu.conversation, JSON.stringify(options)]);
  remember(tx, menu.conversation, { hasMenu: true });
}

/**
 * The menu that the customer saw last: one that was sent, else one whose answer from the platform is still on its way (a customer can be
 * faster). When the call began tells the order: its answer may be written down after the customer's.
 */
async function freshMenu(tx: Tx, conversation: string, seenAt: number): Promise<readonly MenuOption[]> {
  const [row] = await tx.all<{ options: string }>(
    `SELECT n.options FROM menus n JOIN calls c ON c.message = n.message
     WHERE n.conversation = $1 AND c.state IN ('sent', 'calling') AND c.status <> 'failed' AND c.started_at BETWEEN $2 AND $3
     ORDER BY CASE c.state WHEN 'sent' THEN 0 ELSE 1 END, c.started_at DESC, n.message DESC LIMIT 1`,
    [conversation, seenAt - FRESH_MS, seenAt],
  );
  return row ? (JSON.parse(row.options) as MenuOption[]) : [];
}

/** The choice that a text means while the menu of its conversation is fresh; null: it is a text. */
export async function choiceOf(ctx: Context, text: string, at: { conversation: Conversation; sentAt: number }) {
  if (!at.conversation.hasMenu) return null;
  const { receivedAt } = ctx.row;
  const seenAt = receivedAt - at.sentAt > HELD_UP_MS ? at.sentAt : receivedAt;
  const option = matchReply(text, await freshMenu(ctx.tx, at.conversation.id, seenAt));
  return option && { type: 'choice' as const, id: option.id, title: option.title, from: 'numbered_reply' as const };
}

/** What a message said before the gateway made a choice of it: what a replay of its webhook reads again. */
export function asWritten(message: { content?: unknown; platform?: { text?: unknown } } | undefined): unknown {
  const content = message?.content as { type?: unknown; from?: unknown } | undefined;
  return content?.type === 'choice' && content.from === 'numbered_reply' ? { type: 'text', text: message?.platform?.text } : message?.content;
}
