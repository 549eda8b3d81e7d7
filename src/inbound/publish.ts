import type { Fact } from '../../adapters/facts.ts';
import type { EventType } from '../../schemas/index.ts';
import { eventId } from '../../schemas/index.ts';
import { isoTime } from '../iso-time.ts';
import { appendEvents } from '../store/append-events.ts';
import type { EventDraft } from '../store/port.ts';
import type { Context } from './context.ts';
import type { Conversation } from './conversations.ts';
import type { Channel } from './directory.ts';
import { fitEvent } from './fit-event.ts';

export const channelRef = (channel: Pick<Channel, 'id' | 'type' | 'address' | 'name'>) => ({
  id: channel.id,
  type: channel.type,
  ...(channel.address ? { address: channel.address } : {}),
  ...(channel.name ? { name: channel.name } : {}),
});
export const contactRef = (c: Conversation) => ({ id: c.contact, ...(c.name ? { name: c.name } : {}), identities: c.identities });
export const conversationRef = (c: Conversation) => ({ id: c.id, windowExpiresAt: c.windowExpiresAt === null ? null : isoTime(c.windowExpiresAt) });

/** ISO time of a fact: the platform's, else that of receipt. */
export const timeOf = (ctx: Context, fact: Fact): string => isoTime(fact.at?.getTime() ?? ctx.row.receivedAt);

const LARGE = 150_000;
/** Publishes one event of a fact. `conversation` null: it is about the channel. */
export async function publish(
  ctx: Context,
  fact: Fact,
  event: { type: EventType; channel: Channel; conversation: Conversation | null; data: Readonly<Record<string, unknown>>; id?: string },
): Promise<void> {
  const { channel, conversation } = event;
  const draft: EventDraft = {
    id: event.id ?? eventId(fact.idParts),
    type: event.type,
    subject: conversation?.id ?? channel.id,
    source: `/channels/${channel.id}`,
    tenant: channel.tenant,
    channel: channel.id,
    time: timeOf(ctx, fact),
    data: {
      tenant: channel.tenant,
      channel: channelRef(channel),
      ...(conversation ? { contact: contactRef(conversation), conversation: conversationRef(conversation) } : {}),
      ...event.data,
      raw: { journal: ctx.ref, path: fact.path, ...(ctx.row.origin === 'backfill' ? { origin: 'backfill' } : {}) },
    },
  };
  await appendEvents(ctx.tx, [ctx.row.body.length > LARGE ? fitEvent(draft) : draft], ctx.nowMs);
}
