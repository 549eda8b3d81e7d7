import { createHash, randomBytes } from 'node:crypto';

/** A number (or channel sender) of an account. */
export interface TwilioSender {
  readonly accountSid: string;
  readonly authToken: string;
  readonly apiKey?: string;
  readonly apiSecret?: string;
  /** As Twilio writes it: E.164, a short code, an alphanumeric, or scheme:address. */
  readonly address: string;
  readonly messagingServiceSid?: string;
  /** Segments a second, where it is not what its kind has (addresses.ts). */
  readonly perSecond?: number;
  /** MMS, where a number of its country may have it; it has, where nothing is said. */
  readonly mms?: boolean;
  /** Of its own webhook; else the one that the simulator was given, by POST, without a fallback. */
  readonly webhook?: Partial<Webhook>;
  /** Of a WhatsApp or RCS sender (sms.md 2.3). */
  readonly statusCallback?: string;
}
/** What is set on a number or a service: the address that Twilio calls, and the one for when it is away. */
export interface Webhook {
  readonly url: string | null;
  readonly method: 'GET' | 'POST';
  readonly fallbackUrl: string | null;
  readonly fallbackMethod: 'GET' | 'POST';
}
export const newSid = (prefix: string): string => prefix + randomBytes(16).toString('hex');
/** The same at each start. */
export const sidOf = (prefix: string, name: string): string => prefix + createHash('sha256').update(name).digest('hex').slice(0, 32);
export const keyOf = (sender: TwilioSender): string => `${sender.accountSid} ${sender.address}`;
