import type { Medium } from '../core/phones.ts';
import { userIdOf, type WhatsappNumber } from './numbers.ts';
import type { Template } from './templates.ts';

/** Shapes of the webhook's `messages` field. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^image\/webp/, 'sticker'],
  [/^image\//, 'image'],
  [/^video\//, 'video'],
  [/^audio\//, 'audio'],
];
const around = (number: WhatsappNumber, change: object, time?: number) => ({
  object: 'whatsapp_business_account',
  entry: [{ id: number.businessAccountId, ...(time === undefined ? {} : { time: Math.floor(time / 1000) }), changes: [change] }],
});
export function envelope(number: WhatsappNumber, value: object): object {
  const metadata = { display_phone_number: number.displayNumber, phone_number_id: number.phoneNumberId };
  return around(number, { field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } });
}
/** Fields of the account have a time, and no metadata (whatsapp.md 4). */
export const accountEnvelope = (number: WhatsappNumber, change: { field: string; value: object }, time: number): object => around(number, change, time);

/** An id as a JSON number that is larger than a JavaScript number holds (whatsapp.md 4.8). */
const bigNumber = (digits: string): unknown => (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(digits);
export function templateValue(t: Template): object {
  return {
    event: t.status,
    message_template_id: bigNumber(t.id),
    message_template_name: t.name,
    message_template_language: t.language,
    reason: t.rejectedReason,
    message_template_category: t.category,
    ...(t.status === 'PAUSED' ? { other_info: { title: 'FIRST_PAUSE', description: 'Paused for its quality' } } : {}),
    ...(t.status === 'DISABLED' ? { disable_info: { disable_date: 'today' } } : {}),
  };
}
interface Inbound {
  readonly number: WhatsappNumber;
  readonly phone: string;
  readonly name: string;
  readonly id: string;
  readonly at: number;
  readonly content: object;
}
export function inboundValue({ number, phone, name, id, at, content }: Inbound): object {
  const user = userIdOf(number, phone);
  return {
    contacts: [{ profile: { name }, wa_id: phone, user_id: user }],
    messages: [{ from: phone, from_user_id: user, id, timestamp: String(Math.floor(at / 1000)), ...content }],
  };
}
export function mediaContent(medium: Medium, at: { id: string; url: string; sha256: string; caption?: string }): object {
  const type = KINDS.find(([pattern]) => pattern.test(medium.mimeType))?.[1] ?? 'document';
  const { caption, ...where } = at;
  const more = {
    ...(caption && type !== 'audio' && type !== 'sticker' ? { caption } : {}),
    ...(type === 'audio' ? { voice: medium.mimeType.startsWith('audio/ogg') } : {}),
    ...(type === 'sticker' ? { animated: false } : {}),
    ...(type === 'document' ? { filename: 'document' } : {}),
  };
  return { type, [type]: { mime_type: medium.mimeType, ...where, ...more } };
}
interface Status {
  readonly number: WhatsappNumber;
  readonly phone: string;
  readonly byUser: boolean;
  readonly id: string;
  readonly status: string;
  readonly at: number;
  readonly opaque: unknown;
  /** Of a template; null: a message of the service window. */
  readonly category: string | null;
  readonly error?: object;
}
const pricingOf = (category: string | null): object =>
  category === null
    ? { billable: false, pricing_model: 'PMP', type: 'free_customer_service', category: 'service' }
    : { billable: true, pricing_model: 'PMP', type: 'regular', category: category.toLowerCase() };

/** A failed one names neither contact nor, where it was addressed by phone, the user (whatsapp.md 2.17.2). */
export function statusValue({ number, phone, byUser, id, status, at, opaque, category, error }: Status): object {
  const user = userIdOf(number, phone);
  const who = error ? (byUser ? { recipient_user_id: user } : { recipient_id: phone }) : { recipient_id: phone, recipient_user_id: user };
  const pricing = status === 'sent' || status === 'delivered' ? { pricing: pricingOf(category) } : {};
  const told = { id, status, timestamp: String(Math.floor(at / 1000)), ...who, ...(typeof opaque === 'string' ? { biz_opaque_callback_data: opaque } : {}) };
  return { ...(error ? {} : { contacts: [{ wa_id: phone, user_id: user }] }), statuses: [{ ...told, ...(error ? { errors: [error] } : pricing) }] };
}
