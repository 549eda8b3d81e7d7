import type { Medium } from '../core/phones.ts';
import { newSid } from './senders.ts';

export interface TwilioMedium extends Medium {
  readonly sid: string;
}
export interface TwilioMessage {
  readonly sid: string;
  readonly accountSid: string;
  readonly messagingServiceSid: string | null;
  from: string | null;
  readonly to: string;
  body: string;
  status: string;
  readonly direction: 'inbound' | 'outbound-api' | 'outbound-reply';
  segments: number;
  media: readonly TwilioMedium[];
  /** What can be tapped under it. */
  readonly buttons?: readonly { readonly title: string; readonly payload: string }[];
  readonly createdAt: number;
  updatedAt: number;
  sentAt: number | null;
  errorCode: number | null;
}
/** `Sun, 22 Nov 2026 10:05:00 +0000` */
export const rfc2822 = (ms: number): string => new Date(ms).toUTCString().replace('GMT', '+0000');
const FINAL = new Set(['delivered', 'undelivered', 'failed', 'canceled', 'received', 'read']);
export const isFinal = (m: TwilioMessage): boolean => FINAL.has(m.status);

/** The Message resource (sms.md 3.2): counts are strings. */
export function showMessage(m: TwilioMessage): Record<string, unknown> {
  const uri = `/2010-04-01/Accounts/${m.accountSid}/Messages/${m.sid}`;
  return {
    sid: m.sid,
    account_sid: m.accountSid,
    messaging_service_sid: m.messagingServiceSid,
    to: m.to,
    from: m.from,
    body: m.body,
    status: m.status,
    direction: m.direction,
    num_segments: String(m.segments),
    num_media: String(m.media.length),
    price: m.sentAt === null ? null : '-0.00750',
    price_unit: m.sentAt === null ? null : 'USD',
    error_code: m.errorCode,
    error_message: null,
    date_created: rfc2822(m.createdAt),
    date_updated: rfc2822(m.updatedAt),
    date_sent: m.sentAt === null ? null : rfc2822(m.sentAt),
    api_version: '2010-04-01',
    uri: `${uri}.json`,
    subresource_uris: { media: `${uri}/Media.json` },
  };
}

/** Messages of all accounts, in the order in which they were made. */
export function createMessages() {
  const all: TwilioMessage[] = [];
  const bySid = new Map<string, TwilioMessage>();
  /** When each customer last wrote to each sender: asked at every send on WhatsApp. */
  const heard = new Map<string, number>();
  return {
    add(message: Omit<TwilioMessage, 'sid' | 'updatedAt'>, isMms = message.media.length > 0): TwilioMessage {
      const made = { ...message, sid: newSid(isMms ? 'MM' : 'SM'), updatedAt: message.createdAt };
      all.push(made);
      bySid.set(made.sid, made);
      if (made.direction === 'inbound') heard.set(`${made.from} ${made.to}`, made.createdAt);
      return made;
    },
    find: (accountSid: string, sid: string): TwilioMessage | undefined => {
      const found = bySid.get(sid);
      return found?.accountSid === accountSid ? found : undefined;
    },
    remove(message: TwilioMessage): void {
      bySid.delete(message.sid);
      all.splice(all.indexOf(message), 1);
    },
    /** The newest first. */
    of: (accountSid: string): TwilioMessage[] => all.filter((m) => m.accountSid === accountSid).reverse(),
    /** When this customer last wrote to this sender. */
    heardAt: (customer: string, sender: string): number | undefined => heard.get(`${customer} ${sender}`),
    /** The newest from one address to another. */
    last: (from: string, to: string): TwilioMessage | undefined => all.findLast((m) => m.from === from && m.to === to),
  };
}
export type TwilioMessages = ReturnType<typeof createMessages>;
