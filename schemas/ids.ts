import { hash } from 'node:crypto';
import { z } from 'zod';

/** Channel types of the contract. `rcs` and `whatsapp` may also be carried by provider `twilio`. */
export const ChannelType = z.enum(['whatsapp', 'messenger', 'instagram', 'sms', 'rcs']);
export type ChannelType = z.infer<typeof ChannelType>;

export type ChannelId = string & { readonly __brand?: 'ChannelId' };
export type ConversationId = string & { readonly __brand?: 'ConversationId' };
export type ContactId = string & { readonly __brand?: 'ContactId' };
export type MessageId = string & { readonly __brand?: 'MessageId' };

/** Prefixes of our own ids: prefix, underscore, 26 characters of time-ordered Crockford base32. */
export const ID_PREFIXES = {
  channel: 'ch_',
  contact: 'ct_',
  conversation: 'cv_',
  message: 'ms_',
  journal: 'jr_',
  deadLetter: 'dl_',
  key: 'key_',
  replay: 'rp_',
} as const;

/**
 * The fixed, published UUIDv5 namespace of event ids: the same webhook gives the same id on any installation.
 * It is itself UUIDv5(DNS namespace, 'events.parlance.dev').
 */
export const EVENT_NAMESPACE = '49c76def-cdc7-5b47-b9b7-9cdab9cd3f17';

const NAMESPACE_BYTES = 16;
/** What is hashed: the namespace, then the parts; a longer one is made when it is needed, and not kept. */
const input = Buffer.alloc(1024);
input.write(EVENT_NAMESPACE.replaceAll('-', ''), 'hex');

function hashedHex(text: string): string {
  const most = NAMESPACE_BYTES + 3 * text.length; // a character takes three bytes at most
  const bytes = most > input.length ? Buffer.concat([input], most) : input;
  return hash('sha1', bytes.subarray(0, NAMESPACE_BYTES + bytes.write(text, NAMESPACE_BYTES)), 'hex');
}
/** The two bits of RFC 9562's variant, in the digit that they stand in. */
const variant = (digit: string): string => ((Number.parseInt(digit, 16) & 0x3) | 0x8).toString(16);

/** The id made last: what turns a fact into its events asks for the same one several times. */
let made: { parts: readonly string[]; id: string } | null = null;

/** UUIDv5 (RFC 9562) over the JSON array of `parts`; see ID_PARTS for what the parts are, kind by kind. */
export function eventId(parts: readonly string[]): string {
  if (made?.parts === parts) return made.id;
  const hex = hashedHex(JSON.stringify(parts));
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant(hex.charAt(16))}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  made = { parts, id };
  return id;
}

/**
 * What an event id is made of, kind by kind: [channel type, platform account, meaning, platform id, ...discriminators].
 * `meaning` is what happened, not the field it came by: the same message through `messages` and `standby` is one message.
 * The table is documentation that tests read; adapters build the arrays.
 */
export const ID_PARTS = {
  message: ['channelType', 'account', 'message', 'platformId'],
  edit: ['channelType', 'account', 'edit', 'platformId'],
  delete: ['channelType', 'account', 'delete', 'platformId'],
  reaction: ['channelType', 'account', 'reaction', 'platformId'],
  status: ['channelType', 'account', 'status', 'platformId', 'participant', 'status'],
  payment: ['channelType', 'account', 'payment', 'platformId', 'status', 'transactionId'],
  consent: ['channelType', 'account', 'consent', 'customer', 'category', 'value', 'timestamp'],
  activity: ['channelType', 'account', 'activity', 'kind', 'platformId', 'discriminator'],
  contact: ['channelType', 'account', 'contact', 'platformId'],
  control: ['channelType', 'account', 'control', 'canonicalValue'],
  opened: ['channelType', 'account', 'opened', 'by', 'customer', 'canonicalValue'],
  watermark: ['channelType', 'account', 'watermark', 'status', 'customer', 'until', 'platformIds'],
  absorbed: ['channelType', 'account', 'absorbed', 'field', 'canonicalValue'],
  channel: ['channelType', 'account', 'channel', 'field', 'canonicalValue'],
  ownStatus: ['parlance', 'status', 'messageId', 'attempt', 'part', 'status'],
  deadLetter: ['parlance', 'dead-letter', 'code', 'path', 'sha256 of the element or body'],
  command: ['parlance', 'command-rejected', 'tenant', 'source', 'commandId'],
} as const;
export type IdMeaning = keyof typeof ID_PARTS;
