import type { Asked } from '../core/platform-server.ts';
import type { TwilioSender } from './senders.ts';

/** An account or subaccount. What is not said of one is derived from its senders. */
export interface TwilioAccount {
  readonly sid: string;
  readonly authToken: string;
  readonly apiKeys?: Readonly<Record<string, string>>;
  /** Its parent's SID and token act for it too (sms.md 3.1). */
  readonly parent?: string;
  /** Test credentials: nothing is really sent, and nothing called back (sms.md 9.1). */
  readonly test?: boolean;
  /** A trial account writes to these alone (21608). */
  readonly verified?: readonly string[];
  /** Callback of each TwiML application. */
  readonly applications?: Readonly<Record<string, string>>;
  /** Features that must be enabled: 30029 and 30030 without them. */
  readonly retention?: { readonly content?: boolean; readonly address?: boolean };
}
/** Each account as given, with the keys of its senders; those that only senders name are made of them. */
export function accountsOf(senders: readonly TwilioSender[], given: readonly TwilioAccount[]): TwilioAccount[] {
  const sids = [...new Set([...given.map((a) => a.sid), ...senders.map((s) => s.accountSid)])];
  return sids.map((sid) => {
    const own = senders.filter((s) => s.accountSid === sid);
    const known = given.find((a) => a.sid === sid) ?? { sid, authToken: own[0]?.authToken ?? '' };
    const keys = own.flatMap((s) => (s.apiKey !== undefined && s.apiSecret !== undefined ? [[s.apiKey, s.apiSecret] as const] : []));
    return { ...known, apiKeys: { ...Object.fromEntries(keys), ...known.apiKeys } };
  });
}
/** The accounts that a request may act for: Basic with the account's token, its parent's, or an API key. */
export function allowedTo(asked: Asked, accounts: readonly TwilioAccount[]): readonly TwilioAccount[] {
  const [, encoded = ''] = /^Basic (\S+)$/i.exec(asked.headers.authorization ?? '') ?? [];
  const [, user = '', password = ''] = /^([^:]*):(.*)$/.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  if (user === '' || password === '') return [];
  const own = accounts.filter((a) => (a.sid === user && a.authToken === password) || a.apiKeys?.[user] === password);
  return accounts.filter((a) => own.includes(a) || own.some((o) => o.sid === a.parent));
}
