import type { Medium } from '../core/phones.ts';
import { userIdOf, type WhatsappNumber } from './numbers.ts';

/** Shapes of the webhook's `messages` field. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^image\/webp/, 'sticker'],
  [/^image\//, 'image'],
  [/^video\//, 'video'],
  [/^audio\//, 'audio'],
];
export function envelope(number: WhatsappNumber, value: object): object {
  const metadata = { display_phone_number: number.displayNumber, phone_number_id: number.phoneNumberId };
  return {
    object: 'whatsapp_business_account',
    entry: [{ id: number.businessAccountId, changes: [{ field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } }] }],
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
  readonly id: string;
  readonly status: string;
  readonly at: number;
  readonly opaque: unknown;
}
export function statusValue({ number, phone, id, status, at, opaque }: Status): object {
  const user = userIdOf(number, phone);
  return {
    contacts: [{ wa_id: phone, user_id: user }],
    statuses: [
      {
        id,
        status,
        timestamp: String(Math.floor(at / 1000)),
        recipient_id: phone,
        recipient_user_id: user,
        ...(typeof opaque === 'string' ? { biz_opaque_callback_data: opaque } : {}),
        ...(status === 'sent' ? { pricing: { billable: false, pricing_model: 'PMP', type: 'free_customer_service', category: 'service' } } : {}),
      },
    ],
  };
}
