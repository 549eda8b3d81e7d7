import { randomBytes } from 'node:crypto';
import type { Asked } from '../core/platform-server.ts';

/** A number (or channel sender) of an account. */
export interface TwilioSender {
  readonly accountSid: string;
  readonly authToken: string;
  readonly apiKey?: string;
  readonly apiSecret?: string;
  /** As Twilio writes it: E.164, a short code, or scheme:address. */
  readonly address: string;
  readonly messagingServiceSid?: string;
  /** Segments a second; 10 is typical of a long code outside the US (sms.md 5). */
  readonly perSecond?: number;
}
export const newSid = (prefix: string): string => prefix + randomBytes(16).toString('hex');

/** The senders that a request may use: Basic with the account's token or an API key. */
export function sendersOf(asked: Asked, senders: readonly TwilioSender[]): readonly TwilioSender[] {
  const [, encoded = ''] = /^Basic (\S+)$/i.exec(asked.headers.authorization ?? '') ?? [];
  const [, user, password] = /^([^:]*):(.*)$/.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  return senders.filter((s) => (user === s.accountSid && password === s.authToken) || (s.apiKey !== undefined && user === s.apiKey && password === s.apiSecret));
}
export const schemeOf = (address: string): string => /^([a-z]+):/.exec(address)?.[1] ?? 'sms';
