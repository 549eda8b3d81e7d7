import { hash as hashOf } from 'node:crypto';
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

const namespaceBytes = Buffer.from(EVENT_NAMESPACE.replaceAll('-', ''), 'hex');

/** The id made last: what turns a fact into its events asks for the same one several times. */
let made: { parts: readonly string[]; id: string } | null = null;

/** UUIDv5 (RFC 9562) over the JSON array of `parts`; see ID_PARTS for what the parts are, kind by kind. */
export function eventId(parts: readonly string[]): string {
  if (made?.parts === parts) return made.id;
  const hash = hashOf('sha1', Buffer.concat([namespaceBytes, Buffer.from(JSON.stringify(parts))]), 'buffer');
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
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
