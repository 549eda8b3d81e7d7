import { createHmac } from 'node:crypto';
import { bareOf, countryOf, isUserId, schemeOf } from './addresses.ts';
import type { TwilioMessage } from './messages.ts';

type Form = Record<string, string>;
interface Told {
  readonly base: string;
  readonly profileName: string | undefined;
  /** Parameters of an act: a tapped button, a place, a referral. */
  readonly more: Readonly<Form>;
}
/** The id that WhatsApp gives a customer within a business's portfolio (sms.md 1.3); an id itself stays as it is. */
export function userIdOf(accountSid: string, customer: string): string {
  if (isUserId(customer)) return customer;
  const digest = createHmac('sha256', accountSid).update(bareOf(customer)).digest('hex');
  return `whatsapp:${countryOf(customer) || 'GB'}.${digest.slice(0, 24)}`;
}
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^image\/webp/, 'sticker'],
  [/^image\//, 'image'],
  [/^audio\//, 'audio'],
  [/^video\//, 'video'],
  [/^text\/(?:x-)?vcard/, 'contacts'],
  [/./, 'document'],
];
const kindOf = (m: TwilioMessage) => KINDS.find(([type]) => type.test(m.media[0]?.mimeType ?? ''))?.[1] ?? 'text';

/** What WhatsApp adds (sms.md 1.3): flat parameters, and the same once more in `ChannelMetadata`. */
function whatsappForm(m: TwilioMessage, { profileName, more }: Told): Form {
  const from = m.from ?? '';
  const waId: Form = isUserId(from) ? {} : { WaId: from.replace(/\D/g, '') }; // who hides the number has none
  const name = profileName ?? 'Sandbox customer';
  const context = {
    ProfileName: name,
    ...waId,
    ...(more.ButtonText === undefined ? {} : { ButtonText: more.ButtonText }),
    ...(more.Forwarded === undefined ? {} : { Forwarded: more.Forwarded }),
  };
  return {
    ...waId,
    ProfileName: name,
    ExternalUserId: userIdOf(m.accountSid, from),
    MessageType: kindOf(m),
    ReferralNumMedia: '0',
    ChannelMetadata: JSON.stringify({ type: 'whatsapp', data: { context } }),
  };
}
/** Parameters of the inbound webhook; those that are empty are sent too, and signed (sms.md 1.2). */
export function inboundForm(m: TwilioMessage, told: Told): Form {
  const form: Form = {
    ToCountry: countryOf(m.to),
    ToState: '',
    ToCity: '',
    ToZip: '',
    FromCountry: countryOf(m.from ?? ''),
    FromState: '',
    FromCity: '',
    FromZip: '',
    SmsMessageSid: m.sid,
    SmsSid: m.sid,
    MessageSid: m.sid,
    AccountSid: m.accountSid,
    From: m.from ?? '',
    To: m.to,
    Body: m.body,
    SmsStatus: 'received',
    NumMedia: String(m.media.length),
    NumSegments: String(m.segments),
    ApiVersion: '2010-04-01',
  };
  if (m.messagingServiceSid) form.MessagingServiceSid = m.messagingServiceSid;
  for (const [i, medium] of m.media.entries()) {
    form[`MediaContentType${i}`] = medium.mimeType;
    form[`MediaUrl${i}`] = `${told.base}/2010-04-01/Accounts/${m.accountSid}/Messages/${m.sid}/Media/${medium.sid}`;
  }
  return { ...form, ...(schemeOf(m.to) === 'whatsapp' ? whatsappForm(m, told) : {}), ...told.more };
}
