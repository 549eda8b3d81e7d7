import { createHash } from 'node:crypto';
import type { Fact } from '../../adapters/facts.ts';
import { eventId } from '../../schemas/index.ts';
import type { Context } from './context.ts';
import { findConversation } from './conversations.ts';
import type { Channel } from './directory.ts';
import { withMedia } from './messages.ts';
import { publish } from './publish.ts';
import { firstSight } from './seen.ts';

/** Content without what the gateway itself put in. */
export function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (!value || typeof value !== 'object') return value;
  const media = 'platformRef' in value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !(media && ['id', 'url', 'state'].includes(key)) && key !== 'truncated')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, comparable(item)]),
  );
}
/** Publishes what the content of a message is after all, and returns it; null where this correction was published before, or the conversation is not known. */
export async function correct(ctx: Context, fact: Fact, at: { channel: Channel; corrects: string; content: unknown; messageId?: string | undefined }): Promise<unknown> {
  const digest = createHash('sha256')
    .update(JSON.stringify(comparable(at.content)))
    .digest('hex');
  const id = eventId([...fact.idParts, 'corrected', digest]);
  if (!(await firstSight(ctx.tx, id))) return null; // the same correction once
  const [row] = await ctx.tx.all<{ value: string }>(
    "INSERT INTO meta (key, value) VALUES ($1,'1') ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS INTEGER) + 1 AS TEXT) RETURNING value",
    [`revision:${at.corrects}`],
  );
  const conversation = await findConversation(ctx.tx, at.channel.id, fact.addresses);
  if (!conversation) return null;
  const content = withMedia(ctx, at.content, id);
  const correction = { content, ...(at.messageId === undefined ? {} : { messageId: at.messageId }) };
  await publish(ctx, fact, { type: 'message.corrected', channel: at.channel, conversation, id, data: { corrects: at.corrects, revision: Number(row?.value ?? 1), correction } });
  return content;
}
