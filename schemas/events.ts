import { z } from 'zod';
import { InboundContent, Iso, Media, OutboundContent, PlatformError } from './content.ts';
import { FailureCode } from './failures.ts';
import { ChannelType } from './ids.ts';
import { MessageState } from './status.ts';

/** How a customer is addressed: kind of address and its value. Phones are E.164 with `+`; `sender_id` is a short code or a name that sent an SMS. */
export const IdentityType = z.enum(['phone', 'whatsapp_user', 'whatsapp_parent_user', 'username', 'psid', 'igsid', 'user_ref', 'group', 'rcs', 'sender_id']);
export type IdentityType = z.infer<typeof IdentityType>;
export const Identity = z.strictObject({ type: IdentityType, value: z.string() });
export type Identity = z.infer<typeof Identity>;

export const ChannelRef = z.strictObject({ id: z.string(), type: ChannelType, address: z.string().optional(), name: z.string().optional() });
export const ContactRef = z.strictObject({ id: z.string(), name: z.string().optional(), identities: z.array(Identity) });
export const ConversationRef = z.strictObject({ id: z.string(), windowExpiresAt: Iso.nullable().optional() });
/** Where the platform's own bytes are: GET /v1/raw/{journal}; `path` points at the element. `origin: backfill`: no webhook came, the platform's list was asked. */
export const RawRef = z.strictObject({ journal: z.string(), path: z.string(), origin: z.literal('backfill').optional() });
const MessageTarget = z.strictObject({ platformId: z.string(), id: z.string().optional() });

/** Ad, post or link that the customer came by, in the platform's words, camel case. */
export const Referral = z.record(z.string(), z.unknown());
export const Message = z.strictObject({
  id: z.string(),
  platformId: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  content: InboundContent.or(z.strictObject({ type: z.literal('outbound'), platform: z.unknown() })),
  replyTo: MessageTarget.optional(),
  sender: z.strictObject({ name: z.string().optional(), identities: z.array(Identity).optional(), app: z.string().optional(), metadata: z.string().optional() }).optional(),
  forwarded: z.enum(['no', 'yes', 'often']).optional(),
  referral: Referral.optional(),
  /** What else the platform says of the message: referred product, identity hash, group, history status. */
  platform: z.record(z.string(), z.unknown()).optional(),
  sentAt: Iso,
  receivedAt: Iso,
});
export type Message = z.infer<typeof Message>;
export const StatusError = z.strictObject({
  code: FailureCode,
  title: z.string(),
  advice: z.string(),
  retryable: z.boolean(),
  platformCode: z.string().optional(),
  platformMessage: z.string().optional(),
});

const base = { seq: z.number().int().positive(), late: z.literal(true).optional(), tenant: z.string(), channel: ChannelRef };
const withContact = { ...base, contact: ContactRef, conversation: ConversationRef, raw: RawRef.optional() };
const message = z.strictObject({ ...withContact, message: Message });

/** Data of every event type. `previousSeq` is added for readers that filter (DESIGN 5). */
export const EVENT_DATA = {
  'message.received': message,
  'message.echo': message,
  'message.observed': message,
  'message.imported': message,
  'message.edited': z.strictObject({ ...withContact, message: Message, edit: z.strictObject({ platformId: z.string().optional(), target: MessageTarget }) }),
  'message.deleted': z.strictObject({
    ...withContact,
    deletion: z.strictObject({ platformId: z.string().optional(), target: MessageTarget, by: z.enum(['customer', 'business']) }),
  }),
  'message.reaction': z.strictObject({
    ...withContact,
    reaction: z.strictObject({
      action: z.enum(['add', 'remove']),
      emoji: z.string().optional(),
      platformId: z.string().optional(),
      by: z.enum(['customer', 'business']).optional(),
      target: MessageTarget,
    }),
  }),
  'message.corrected': z.strictObject({ ...withContact, corrects: z.string(), revision: z.number().int().positive(), correction: z.record(z.string(), z.unknown()) }),
  'conversation.opened': z.strictObject({
    ...withContact,
    opened: z.strictObject({ by: z.enum(['referral', 'opt_in']), platformId: z.string().optional(), referral: Referral.optional() }),
  }),
  'conversation.control': z.strictObject({
    ...withContact,
    control: z.strictObject({
      change: z.string(),
      owner: z.string().optional(),
      previousOwner: z.string().optional(),
      metadata: z.string().optional(),
      summary: z.string().optional(),
      platform: z.record(z.string(), z.unknown()).optional(),
    }),
  }),
  'contact.changed': z.strictObject({
    ...withContact,
    change: z.strictObject({
      kind: z.enum(['number', 'user_id', 'identity', 'name', 'linked', 'details']),
      previous: z.array(Identity).optional(),
      current: z.array(Identity).optional(),
      movedTo: z.string().optional(),
      name: z.string().optional(),
      platform: z.record(z.string(), z.unknown()).optional(),
    }),
    message: Message.optional(),
  }),
  'contact.consent': z.strictObject({
    ...withContact,
    consent: z.strictObject({
      state: z.enum(['opted_in', 'opted_out']),
      scope: z.string(),
      keyword: z.string().optional(),
      source: z.string(),
      detail: z.string().optional(),
      platform: z.record(z.string(), z.unknown()).optional(),
    }),
  }),
  'contact.activity': z.strictObject({
    ...base,
    contact: ContactRef.optional(),
    conversation: ConversationRef.optional(),
    raw: RawRef.optional(),
    activity: z.strictObject({ kind: z.string(), platformId: z.string().optional(), platform: z.record(z.string(), z.unknown()).optional() }),
  }),
  'contact.erased': z.strictObject({ ...withContact }),
  'media.ready': z.strictObject({ ...withContact, media: Media, messageId: z.string() }),
  'media.failed': z.strictObject({ ...withContact, media: Media, messageId: z.string(), reason: z.string() }),
  'message.status': z.strictObject({
    ...base,
    contact: ContactRef.optional(),
    conversation: ConversationRef.optional(),
    raw: RawRef.optional(),
    messageId: z.string().nullable(),
    platformId: z.string().nullable(),
    commandId: z.string().nullable(),
    metadata: z.unknown().optional(),
    attempt: z.number().int().positive(),
    part: z.number().int().positive(),
    parts: z.number().int().positive(),
    status: MessageState,
    at: Iso,
    /** The message's state after this event. */
    current: MessageState,
    participant: Identity.optional(),
    error: StatusError.optional(),
    pricing: z.record(z.string(), z.unknown()).optional(),
    platform: z.record(z.string(), z.unknown()).optional(),
  }),
  'channel.changed': z.strictObject({
    ...base,
    raw: RawRef.optional(),
    change: z.strictObject({
      kind: z.string(),
      field: z.string().optional(),
      event: z.string().optional(),
      errors: z.array(PlatformError).optional(),
      platform: z.record(z.string(), z.unknown()).optional(),
    }),
  }),
  'webhook.rejected': z.strictObject({
    seq: base.seq,
    late: base.late,
    tenant: z.string().optional(),
    channel: ChannelRef.optional(),
    deadLetter: z.string(),
    code: FailureCode,
    reason: z.string(),
    advice: z.string(),
    retry: z.string(),
    raw: RawRef,
  }),
  'command.rejected': z.strictObject({
    seq: base.seq,
    late: base.late,
    tenant: z.string().optional(),
    channel: ChannelRef.optional(),
    deadLetter: z.string(),
    commandId: z.string().nullable(),
    code: FailureCode,
    reason: z.string(),
    advice: z.string(),
    retry: z.string(),
    pointer: z.string().optional(),
    raw: RawRef.optional(),
  }),
} as const;
export type EventType = keyof typeof EVENT_DATA;
export type EventData<T extends EventType> = z.infer<(typeof EVENT_DATA)[T]>;

/** Topics (names without the configurable prefix `parlance.`) and the event types that each carries. */
export const TOPICS = {
  'messages.v1': [
    'message.received',
    'message.edited',
    'message.deleted',
    'message.reaction',
    'message.echo',
    'message.observed',
    'message.corrected',
    'conversation.opened',
    'conversation.control',
    'contact.changed',
    'contact.consent',
    'contact.activity',
    'contact.erased',
    'media.ready',
    'media.failed',
  ],
  'history.v1': ['message.imported'],
  'statuses.v1': ['message.status'],
  'channels.v1': ['channel.changed'],
  'dead-letters.v1': ['webhook.rejected', 'command.rejected'],
} as const satisfies Record<string, readonly EventType[]>;
export type Topic = keyof typeof TOPICS;
export const COMMANDS_TOPIC = 'commands.v1';
export const TOPIC_OF = Object.fromEntries(Object.entries(TOPICS).flatMap(([topic, types]) => types.map((type) => [type, topic]))) as Record<EventType, Topic>;

/** CloudEvents 1.0 envelope of every event. Property order is the order on the wire; `data` comes last. */
export const cloudEvent = <T extends EventType>(type: T) =>
  z.strictObject({
    specversion: z.literal('1.0'),
    id: z.uuid({ version: 'v5' }),
    type: z.literal(type),
    source: z.string(),
    subject: z.string(),
    time: Iso,
    dataschema: z.literal(`urn:parlance:schema:${type}:1`),
    datacontenttype: z.literal('application/json'),
    data: EVENT_DATA[type],
  });
export { OutboundContent };
