/** What an address is, by how it is written (sms.md 9.1). */
export type SenderClass = 'longCode' | 'tollFree' | 'shortCode' | 'alphanumeric' | 'whatsapp' | 'rcs';

const E164 = /^\+[1-9]\d{7,14}$/;
const SHORT_CODE = /^\d{3,8}$/;
const ALPHANUMERIC = /^(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}$/;
const TOLL_FREE = /^\+1(?:800|888|877|866|855|844|833)\d{7}$/;
/** A business-scoped user id; with its scheme at most 140 characters (sms.md 1.3). */
const USER_ID = /^[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}$/;
const AGENT = /^[a-z0-9_]{1,100}$/;

export const schemeOf = (address: string): string => /^([a-z]+):/.exec(address)?.[1] ?? 'sms';
export const bareOf = (address: string): string => address.replace(/^[a-z]+:/, '');
export const isUserId = (address: string): boolean => schemeOf(address) === 'whatsapp' && USER_ID.test(bareOf(address));

/** Null: nothing that Twilio sends from. */
export function classOf(address: string): SenderClass | null {
  const [scheme, bare] = [schemeOf(address), bareOf(address)];
  if (scheme === 'whatsapp') return E164.test(bare) ? 'whatsapp' : null;
  if (scheme === 'rcs') return E164.test(bare) || AGENT.test(bare) ? 'rcs' : null;
  if (scheme !== 'sms') return null;
  if (E164.test(bare)) return TOLL_FREE.test(bare) ? 'tollFree' : 'longCode';
  return SHORT_CODE.test(bare) ? 'shortCode' : ALPHANUMERIC.test(bare) ? 'alphanumeric' : null;
}
/** A customer: a number on some channel, or a WhatsApp user who hides it. */
export function isRecipient(address: string): boolean {
  const scheme = schemeOf(address);
  return (['sms', 'whatsapp', 'rcs'].includes(scheme) && E164.test(bareOf(address))) || isUserId(address);
}
/** The longest prefix decides. */
const COUNTRIES: Readonly<Record<string, string>> = {
  '+1': 'US',
  '+33': 'FR',
  '+34': 'ES',
  '+351': 'PT',
  '+44': 'GB',
  '+47': 'NO',
  '+49': 'DE',
  '+52': 'MX',
  '+53': 'CU',
  '+55': 'BR',
  '+61': 'AU',
  '+91': 'IN',
  '+963': 'SY',
  '+98': 'IR',
  '+850': 'KP',
};
/** Empty where this table does not know it, as Twilio's own often is (sms.md 1.2). */
export function countryOf(address: string): string {
  const bare = bareOf(address);
  const prefix = [4, 3, 2].map((n) => bare.slice(0, n)).find((p) => Object.hasOwn(COUNTRIES, p));
  return prefix === undefined ? '' : (COUNTRIES[prefix] ?? '');
}
/** Countries that no account here may write to: Geo Permissions that are off (21408). */
export const GEO_OFF: ReadonlySet<string> = new Set(['CU', 'IR', 'KP', 'SY']);
/** MMS goes between numbers of these alone, and to the same region (sms.md 9.2). */
export const MMS_COUNTRIES: ReadonlySet<string> = new Set(['US', 'AU']);

/** Segments a second of each kind of sender, where the number has no rate of its own (sms.md 5). */
export const PER_SECOND: Readonly<Record<SenderClass, number>> = { longCode: 10, tollFree: 3, shortCode: 100, alphanumeric: 10, whatsapp: 80, rcs: 100 };
