import type { Fact, FactBody } from '../../adapters/facts.ts';
import { eventId } from '../../schemas/index.ts';
import { newId } from '../id.ts';
import { isoTime } from '../iso-time.ts';
import { asFetched } from './backfill.ts';
import { completePlaceholder } from './complete-placeholder.ts';
import { recordConsent } from './consents.ts';
import type { Context } from './context.ts';
import { addAddresses, type Conversation, conversationFor, type Link, touch } from './conversations.ts';
import { deadLetter } from './dead-letters.ts';
import type { Channel } from './directory.ts';
import { resolveDelete, resolveEdit, resolveMessage, resolveReaction, sendableOf, withMedia } from './messages.ts';
import { resolveOwnEcho } from './own-echo.ts';
import { publish, timeOf } from './publish.ts';
import { firstSight } from './seen.ts';
import { type Disposition, resolveStatus } from './statuses.ts';
import { messageIdOf } from './told-messages.ts';
import { resolveWatermark } from './watermarks.ts';

const WINDOW_MS = 24 * 3_600_000;
type Outcome = Disposition | { readonly term: 'waiting' };
const PUBLISHED: Outcome = { term: 'published' };

/** One fact: counted as one element, its channel and key checked, once only, and turned into its events. */
export async function resolveFact(ctx: Context, fact: Fact): Promise<void> {
  const channel = await channelOf(ctx, fact);
  if (!channel)
    return deadLetter(ctx, { code: 'unknown_channel', reason: `no channel is connected for this ${fact.channelType} account`, path: fact.path, element: null, channel: null });
  if (!channel.keyIds.includes(ctx.row.keyId))
    return deadLetter(ctx, { code: 'wrong_key', reason: 'the signing key is not one of the channel that the element names', path: fact.path, element: null, channel: null });
  if (!ctx.again) ctx.tally.count(channel.id, ctx.day, 'elements');
  const message = fact.body.kind === 'message' ? newId('ms_', ctx.nowMs) : null;
  if (!(await firstSight(ctx.tx, eventId(fact.idParts), message))) {
    if (await completePlaceholder(ctx, fact, channel)) return ctx.tally.count(channel.id, ctx.day, 'published');
    if (!ctx.again) ctx.tally.count(channel.id, ctx.day, 'duplicate');
    return;
  }
  const outcome = await turn(ctx, asFetched(ctx, fact), { channel, message });
  ctx.tally.count(channel.id, ctx.day, outcome.term, outcome.term === 'absorbed' ? { reason: outcome.reason } : {});
}

/** The channel that a fact speaks of: by its account; a status that carries our own id, by the message (a sender pool may have sent from another number). */
async function channelOf(ctx: Context, fact: Fact): Promise<Channel | undefined> {
  if (fact.accountKind === 'business') return ctx.directory.byBusiness(fact.channelType, fact.account, ctx.row.keyId);
  const named = ctx.directory.byAccount(fact.channelType, fact.account);
  if (named || fact.body.kind !== 'status' || fact.body.ownId === undefined) return named;
  const [message] = await ctx.tx.all<{ channel: string }>("SELECT channel FROM messages WHERE id = $1 AND direction = 'outbound'", [fact.body.ownId.split('.')[0]]);
  return message && ctx.directory.byId(message.channel);
}

async function turn(ctx: Context, fact: Fact, { channel, message }: { channel: Channel; message: string | null }): Promise<Outcome> {
  const { body } = fact;
  if (body.kind === 'absorbed') return { term: 'absorbed', reason: body.reason };
  if (body.kind === 'status') return resolveStatus(ctx, fact, body, channel);
  if (body.kind === 'watermark') return resolveWatermark(ctx, fact, body, channel);
  if (body.kind === 'message' && body.direction === 'outbound') {
    const own = await resolveOwnEcho(ctx, fact, body, channel);
    if (own) return own;
  }
  if (body.kind === 'channel' || !fact.addresses.length) {
    await aboutChannel(ctx, fact, channel);
    return PUBLISHED;
  }
  const { conversation, links } = await conversationFor(ctx.tx, { id: channel.id, tenant: channel.tenant }, { addresses: fact.addresses, name: fact.name, nowMs: ctx.nowMs });
  for (const link of links) await tellMoved(ctx, fact, { channel, link, into: conversation });
  await aboutCustomer(ctx, fact, { channel, conversation, message });
  return PUBLISHED;
}

const detail = (v: Readonly<Record<string, unknown>> | undefined) => (v ? { platform: v } : {});
async function aboutChannel(ctx: Context, fact: Fact, channel: Channel): Promise<void> {
  const { body } = fact;
  if (body.kind === 'channel') {
    const change = {
      kind: body.change,
      field: body.field,
      ...(body.event === undefined ? {} : { event: body.event }),
      ...(body.errors ? { errors: body.errors } : {}),
      ...detail(body.platform),
    };
    return publish(ctx, fact, { type: 'channel.changed', channel, conversation: null, data: { change } });
  }
  if (body.kind === 'activity') return publish(ctx, fact, { type: 'contact.activity', channel, conversation: null, data: { activity: activityOf(body) } });
  const change = { kind: `${body.kind}_without_customer`, ...detail(body as unknown as Record<string, unknown>) };
  return publish(ctx, fact, { type: 'channel.changed', channel, conversation: null, data: { change } });
}
const activityOf = (body: FactBody & { kind: 'activity' }) => ({
  kind: body.activity,
  ...(body.platformId === undefined ? {} : { platformId: body.platformId }),
  ...detail(body.platform),
});

/** `message`: the id that a message has got. */
type Where = { readonly channel: Channel; readonly conversation: Conversation; readonly message: string | null };
async function aboutCustomer(ctx: Context, fact: Fact, where: Where): Promise<void> {
  const { body } = fact;
  if (body.kind !== 'message' && 'opensWindow' in body && body.opensWindow)
    await touch(ctx.tx, where.conversation, { windowExpiresAt: (fact.at?.getTime() ?? ctx.row.receivedAt) + WINDOW_MS });
  switch (body.kind) {
    case 'message':
      return resolveMessage(ctx, fact, body, { ...where, id: where.message ?? newId('ms_', ctx.nowMs) });
    case 'edit':
      return resolveEdit(ctx, fact, body, where);
    case 'delete':
      return resolveDelete(ctx, fact, body, where);
    case 'reaction':
      return resolveReaction(ctx, fact, body, where);
    case 'contact':
      return resolveContact(ctx, fact, body, where);
    case 'activity':
      return publish(ctx, fact, { type: 'contact.activity', ...where, data: { activity: activityOf(body) } });
    case 'consent': {
      const { kind: _kind, ...consent } = body;
      const { contact, tenant } = where.conversation;
      const at = fact.at?.getTime() ?? ctx.row.receivedAt;
      const { scope, state, source, keyword, detail: words } = consent;
      await recordConsent(ctx.tx, { tenant, contact, channel: where.channel.id, scope, state, source, keyword, detail: words, at });
      return publish(ctx, fact, { type: 'contact.consent', ...where, data: { consent } });
    }
    case 'control': {
      const { kind: _kind, ...control } = body;
      return publish(ctx, fact, { type: 'conversation.control', ...where, data: { control } });
    }
    case 'opened': {
      const { kind: _kind, opensWindow: _opens, ...opened } = body;
      return publish(ctx, fact, { type: 'conversation.opened', ...where, data: { opened } });
    }
    case 'status':
    case 'absorbed':
    case 'watermark':
    case 'channel':
      return; // taken before
  }
}

/** The customer's number, id or details changed: the new names lead to the same conversation, answers go to the new number. */
async function resolveContact(ctx: Context, fact: Fact, body: FactBody & { kind: 'contact' }, where: Where): Promise<void> {
  const { channel, conversation } = where;
  if (body.current.length) {
    const joined = await conversationFor(
      ctx.tx,
      { id: channel.id, tenant: channel.tenant },
      { addresses: [...fact.addresses, ...body.current], name: fact.name, nowMs: ctx.nowMs },
    );
    for (const link of joined.links) await tellMoved(ctx, fact, { channel, link, into: joined.conversation });
    await addAddresses(ctx.tx, joined.conversation, body.current);
    await touch(ctx.tx, joined.conversation, { sendable: sendableOf(body.current) });
    conversation.identities = joined.conversation.identities;
  }
  const content = body.message && withMedia(ctx, body.message.content, eventId(fact.idParts));
  const known = body.message && (await messageIdOf(ctx.tx, channel, body.message.platformId));
  const message = body.message && {
    id: known ?? `ms_${eventId(fact.idParts).replaceAll('-', '')}`,
    platformId: body.message.platformId,
    direction: 'inbound' as const,
    content,
    sentAt: timeOf(ctx, fact),
    receivedAt: isoTime(ctx.row.receivedAt),
  };
  const change = {
    kind: body.change,
    ...(body.previous.length ? { previous: body.previous } : {}),
    ...(body.current.length ? { current: body.current } : {}),
    ...(fact.name === undefined ? {} : { name: fact.name }),
    ...detail(body.platform),
  };
  await publish(ctx, fact, { type: 'contact.changed', channel, conversation, data: { change, ...(message ? { message } : {}) } });
}

/** Two conversations were one person: the younger ends and says where it went. */
async function tellMoved(ctx: Context, fact: Fact, move: { channel: Channel; link: Link; into: Conversation }): Promise<void> {
  const { channel, link, into } = move;
  const id = eventId([fact.channelType, channel.account, 'contact', 'moved', link.ended.id, into.id]);
  await publish(ctx, fact, { type: 'contact.changed', channel, conversation: link.ended, data: { change: { kind: 'linked', movedTo: into.id } }, id });
}
