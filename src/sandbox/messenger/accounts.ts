import { createHmac, randomBytes } from 'node:crypto';

/** A Page, or an Instagram professional account (by itself, or by the Page that it is linked to). */
export interface MessengerAccount {
  readonly object: 'page' | 'instagram';
  /** Page id or IGID: `entry.id` of its webhooks. */
  readonly id: string;
  /** Instagram only: the Page through which it is called too. */
  readonly pageId?: string;
  readonly name: string;
  readonly accessToken: string;
  readonly appSecret: string;
  readonly appId: string;
  /** Conversation routing is on: the app that owns idle threads, and those whose "take control" is on (messenger.md 10.1). */
  readonly routing?: { readonly defaultApp: string; readonly takers?: readonly string[] };
  /** Whether the app has the "Human Agent" feature; it has, where nothing is said. */
  readonly humanAgent?: boolean;
  /** "Require App Secret" of the app: each call needs its appsecret_proof. */
  readonly requireProof?: boolean;
  /** People whom the business can message: what the day's calls are measured by (messenger.md 7). */
  readonly engagedUsers?: number;
}
/** The same phone is another person on each account (messenger.md 8.5); an id itself stays as it is. */
export function userIdOf(account: MessengerAccount, phone: string): string {
  const digits = phone.replace(/\D/g, '');
  if (digits.length >= 16) return digits;
  const digest = createHmac('sha256', account.id).update(digits).digest();
  return `${account.object === 'page' ? '7' : '9'}${(digest.readBigUInt64BE() % 10n ** 15n).toString().padStart(15, '0')}`;
}
export const newMid = (account: MessengerAccount): string =>
  account.object === 'page' ? `m_${randomBytes(48).toString('base64url')}` : `aWdfZAG1faXRlbToxOk${randomBytes(48).toString('base64url')}`;
/** The platform's word in routes, faults and counts. */
export const wordOf = (account: MessengerAccount | undefined): 'messenger' | 'instagram' => (account?.object === 'instagram' ? 'instagram' : 'messenger');
