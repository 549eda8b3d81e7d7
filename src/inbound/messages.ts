import type { Fact, FactBody, MessageFact } from '../../adapters/facts.ts';
import type { EventType, Identity, InboundContent } from '../../schemas/index.ts';
import { eventId } from '../../schemas/index.ts';
import { newId } from '../id.ts';
import { isoTime } from '../iso-time.ts';
import type { Context } from './context.ts';
import { type Conversation, joinMessage, keepJoined } from './conversations.ts';
import type { Channel } from './directory.ts';
import { rememberEarly, takeEarly } from './early-changes.ts';
import { type NamedBy, suspectGap } from './gaps.ts';
import { choiceOf } from './menus.ts';
import { publish, timeOf } from './publish.ts';
import { messageIdOf } from './told-messages.ts';

const WINDOW_MS = 24 * 3_600_000;
const PREVIEW = 120;
/** Older than this, a message has left the platform's window of a second by the time it is counted. */
const FRESH_MS = 2000;
const TYPES: Readonly<Record<MessageFact['as'], EventType>> = { received: 'message.received', echo: 'message.echo', observed: 'message.observed', imported: 'message.imported' };
export interface Where {
  readonly channel: Channel;
  readonly conversation: Conversation;
}

const target = (platformId: string, id: string | undefined) => ({ platformId, ...(id === undefined ? {} : { id }) });
/** A message that another one names; one that nobody here has seen may be missing. */
async function namedMessage(ctx: Context, { channel, conversation }: Where, named: { platformId: string; namedBy: NamedBy }) {
  const id = await messageIdOf(ctx.tx, channel, named.platformId);
  if (id === undefined) await suspectGap(ctx, { channel: channel.id, conversation: conversation.id, ...named });
  return target(named.platformId, id);
}

/** Gives every medium of the content its id (from the event's id, so that a replay gives the same) and its link. */
export function withMedia<T>(ctx: Context, content: T, event: string): T {
  let n = 0;
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (!value || typeof value !== 'object') return value;
    const o = value as Record<string, unknown>;
    if ('platformRef' in o && 'state' in o) {
      const id = `md_${event.replaceAll('-', '')}${n++}`;
      return { ...o, id, url: ctx.mediaUrl(id) };
    }
    return Object.fromEntries(Object.entries(o).map(([key, item]) => [key, walk(item)]));
  };
  const type = (content as { type?: string }).type;
  return type === 'text' || type === 'choice' ? content : (walk(content) as T);
}

function previewOf(content: MessageFact['content']): string {
  const c = content as { text?: unknown; caption?: unknown; title?: unknown };
  const words = [c.text, c.caption, c.title].find((v) => typeof v === 'string');
  return typeof words === 'string' ? words.slice(0, PREVIEW).toWellFormed() : '';
}
/** Where answers go: the phone as the platform gave it, else the user id; a group is its own address. */
export function sendableOf(addresses: readonly Identity[]): Identity | undefined {
  const named = (...types: Identity['type'][]) => addresses.find((a) => types.includes(a.type));
  return named('group') ?? named('phone', 'psid', 'igsid') ?? addresses.find((a) => a.type !== 'whatsapp_parent_user');
}

const INSERT = `INSERT INTO messages (id, tenant, channel, conversation, contact, direction, platform_id, state, content_type, content, preview, at, created_at, updated_at, priority, attempt, parts, sent_parts, prev)
  VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$13,0,0,1,0,$14)`;

/** A message: delivery log, window, event. `id`: what `seen` says that it is. */
export async function resolveMessage(ctx: Context, fact: Fact, body: MessageFact, { id, ...where }: Where & { readonly id: string }): Promise<void> {
  const { channel, conversation } = where;
  const at = fact.at?.getTime() ?? ctx.row.receivedAt;
  const inbound = body.direction === 'inbound';
  if (inbound && body.as === 'received' && ctx.row.origin === 'webhook' && ctx.nowMs - ctx.row.receivedAt < FRESH_MS) {
    const times = ctx.inbound.get(channel.id) ?? [];
    if (times.push(ctx.row.receivedAt) === 1) ctx.inbound.set(channel.id, times);
  }
  const prev = joinMessage(conversation, id, {
    sendable: inbound && body.as === 'received' ? sendableOf(fact.addresses) : undefined,
    windowExpiresAt: body.opensWindow ? at + WINDOW_MS : undefined,
  });
  const event = eventId(fact.idParts);
  const choice = body.as === 'received' && inbound && body.content.type === 'text' ? await choiceOf(ctx, body.content.text, { conversation, sentAt: at }) : null;
  const content = choice ?? withMedia(ctx, body.content, event);
  const early = await takeEarly(ctx, { channel: channel.id, platformId: body.platformId });
  const current = early?.kind === 'edit' ? withMedia(ctx, early.content, event) : content;
  const state = early?.kind === 'delete' ? 'deleted' : inbound ? 'received' : 'sent';
  await ctx.tx.run(INSERT, [
    id,
    channel.tenant,
    channel.id,
    conversation.id,
    conversation.contact,
    body.direction,
    body.platformId,
    state,
    current.type,
    JSON.stringify(current),
    previewOf(current),
    at,
    ctx.nowMs,
    prev,
  ]);
  const replyTo = body.replyTo && (await namedMessage(ctx, where, { platformId: body.replyTo.platformId, namedBy: 'reply' }));
  const { sender, forwarded, referral } = body;
  // The customer's own words stay beside the choice that they mean.
  const platform = choice && body.content.type === 'text' ? { ...body.platform, text: body.content.text } : body.platform;
  const message = {
    id,
    platformId: body.platformId,
    direction: body.direction,
    content,
    ...(replyTo ? { replyTo } : {}),
    ...(sender ? { sender } : {}),
    ...(forwarded ? { forwarded } : {}),
    ...(referral ? { referral } : {}),
    ...(platform ? { platform } : {}),
    sentAt: timeOf(ctx, fact),
    receivedAt: isoTime(ctx.row.receivedAt),
  };
  await publish(ctx, fact, { type: TYPES[body.as], channel, conversation, data: { message }, id: event });
  await keepJoined(ctx.tx, conversation);
}

export async function resolveEdit(ctx: Context, fact: Fact, body: FactBody & { kind: 'edit' }, { channel, conversation }: Where): Promise<void> {
  const original = await messageIdOf(ctx.tx, channel, body.target);
  const content = withMedia(ctx, body.content, eventId(fact.idParts));
  if (original)
    await ctx.tx.run('UPDATE messages SET content_type = $2, content = $3, preview = $4, updated_at = $5 WHERE id = $1', [
      original,
      content.type,
      JSON.stringify(content),
      previewOf(content),
      ctx.nowMs,
    ]);
  else await rememberEarly(ctx, { channel: channel.id, platformId: body.target }, { kind: 'edit', content: body.content as InboundContent });
  const message = {
    id: original ?? newId('ms_', ctx.nowMs),
    platformId: body.target,
    direction: body.direction,
    content,
    sentAt: timeOf(ctx, fact),
    receivedAt: isoTime(ctx.row.receivedAt),
  };
  await publish(ctx, fact, { type: 'message.edited', channel, conversation, data: { message, edit: { platformId: body.platformId, target: target(body.target, original) } } });
}

export async function resolveDelete(ctx: Context, fact: Fact, body: FactBody & { kind: 'delete' }, { channel, conversation }: Where): Promise<void> {
  const original = await messageIdOf(ctx.tx, channel, body.target);
  if (original) await ctx.tx.run("UPDATE messages SET state = 'deleted', updated_at = $2 WHERE id = $1 AND direction = 'inbound'", [original, ctx.nowMs]);
  else await rememberEarly(ctx, { channel: channel.id, platformId: body.target }, { kind: 'delete' });
  await publish(ctx, fact, {
    type: 'message.deleted',
    channel,
    conversation,
    data: { deletion: { platformId: body.platformId, target: target(body.target, original), by: body.by } },
  });
}

export async function resolveReaction(ctx: Context, fact: Fact, body: FactBody & { kind: 'reaction' }, { channel, conversation }: Where): Promise<void> {
  const to = await namedMessage(ctx, { channel, conversation }, { platformId: body.target, namedBy: 'reaction' });
  const reaction = { action: body.action, ...(body.emoji === undefined ? {} : { emoji: body.emoji }), platformId: body.platformId, by: body.by, target: to };
  await publish(ctx, fact, { type: 'message.reaction', channel, conversation, data: { reaction } });
}
