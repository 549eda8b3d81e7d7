import type { Fact } from '../../adapters/facts.ts';
import { eventId } from '../../schemas/index.ts';
import type { Context } from './context.ts';
import { correct } from './correct.ts';
import type { Channel } from './directory.ts';
import { toldMessage } from './told-messages.ts';

const PLACEHOLDER = 'media_placeholder';

/**
 * A phone's history tells a file as a placeholder first, and the file later under the same id (whatsapp.md 4.16): the event that went out
 * stands, and a correction completes it. False: it completes nothing, and is a duplicate.
 */
export async function completePlaceholder(ctx: Context, fact: Fact, channel: Channel): Promise<boolean> {
  const { body } = fact;
  if (body.kind !== 'message' || body.as !== 'imported' || !('media' in body.content)) return false;
  const known = await toldMessage(ctx.tx, channel, body.platformId);
  if (known?.contentType !== 'unsupported' || (JSON.parse(known.content) as { platformType?: unknown }).platformType !== PLACEHOLDER) return false;
  const content = await correct(ctx, fact, { channel, corrects: eventId(fact.idParts), content: body.content, messageId: known.id });
  if (content === null) return false;
  await ctx.tx.run('UPDATE messages SET content_type = $2, content = $3, updated_at = $4 WHERE id = $1', [known.id, body.content.type, JSON.stringify(content), ctx.nowMs]);
  return true;
}
