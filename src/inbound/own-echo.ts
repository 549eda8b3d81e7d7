import type { Fact, MessageFact } from '../../adapters/facts.ts';
import type { Context } from './context.ts';
import { addAddresses, findConversation } from './conversations.ts';
import type { Channel } from './directory.ts';
import { applyStatus, type Call, callOf, conversationOf, type Disposition, type StatusFact } from './statuses.ts';
import { applyWatermarks } from './watermarks.ts';

/** The only call of this conversation whose answer is missing and that says the same: an echo may come before the answer that names its message. */
async function callThatSays(ctx: Context, fact: Fact, body: MessageFact, channel: Channel): Promise<Call | undefined> {
  if (!body.mayBeOurs || body.content.type !== 'text') return undefined;
  const conversation = await findConversation(ctx.tx, channel.id, fact.addresses);
  if (!conversation) return undefined;
  const open = await ctx.tx.all<Call & { body: string }>(
    "SELECT c.message, c.attempt, c.part, c.status, c.state, c.platform_id, c.body FROM calls c JOIN messages m ON m.id = c.message WHERE m.conversation = $1 AND m.direction = 'outbound' AND c.channel = $2 AND c.state IN ('calling', 'unknown') AND c.platform_id IS NULL",
    [conversation.id, channel.id],
  );
  const words = JSON.stringify(body.content.text);
  const same = open.filter((call) => call.body.includes(words));
  return same.length === 1 ? same[0] : undefined;
}

/** An echo of a call of ours: nothing new, or the evidence that a call in doubt (or whose answer is still on its way) went out. Null: the echo of another's. */
export async function resolveOwnEcho(ctx: Context, fact: Fact, body: MessageFact, channel: Channel): Promise<Disposition | null> {
  const call = (await callOf(ctx.tx, channel.id, body)) ?? (await callThatSays(ctx, fact, body, channel));
  if (!call) return null;
  const status: StatusFact = { kind: 'status', platformId: body.platformId, status: 'sent' };
  const idParts = [fact.channelType, fact.account, 'status', body.platformId, '', 'sent'];
  const news = call.state !== 'sent' || !(await findConversation(ctx.tx, channel.id, fact.addresses));
  const told = await applyStatus(ctx, { fact: { ...fact, idParts, body: status }, body: status, channel }, call);
  if (news) await joinCustomer(ctx, fact, { call, channel, platformId: body.platformId });
  return told.term === 'published' ? told : { term: 'absorbed', reason: 'own_echo' };
}

/** A send to a user_ref learns the customer's id from its echo; and a watermark may have come before either. */
async function joinCustomer(ctx: Context, fact: Fact, { call, channel, platformId }: { call: Call; channel: Channel; platformId: string }): Promise<void> {
  const [message] = await ctx.tx.all<{ conversation: string | null }>('SELECT conversation FROM messages WHERE id = $1', [call.message]);
  const conversation = await conversationOf(ctx, message?.conversation ?? null);
  if (!conversation) return;
  await addAddresses(ctx.tx, conversation, fact.addresses);
  await applyWatermarks(ctx.tx, { conversation: conversation.id, platformId, channel: channel.id }, ctx.nowMs);
}
