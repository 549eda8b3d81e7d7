import { createHmac, randomBytes } from 'node:crypto';

/** A business number on the Cloud API. */
export interface WhatsappNumber {
  readonly phoneNumberId: string;
  readonly businessAccountId: string;
  /** Digits. */
  readonly displayNumber: string;
  readonly accessToken: string;
  readonly appSecret: string;
  /** Secrets before the current one, newest first. */
  readonly olderSecrets?: readonly string[];
  readonly appId?: string;
  /** As verified; what customers see. */
  readonly name?: string;
}
export const newWamid = () => `wamid.${randomBytes(21).toString('base64')}`;

/** The business-scoped user id of a phone (whatsapp.md 2.17.1): the same in one portfolio, not to be told from the number. */
export function userIdOf(number: WhatsappNumber, phone: string): string {
  const digest = createHmac('sha256', number.businessAccountId).update(phone).digest();
  return `GB.${(digest.readBigUInt64BE() % 10n ** 16n).toString().padStart(16, '0')}`;
}
