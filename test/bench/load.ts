import { createHmac } from 'node:crypto';

/** The load: signed WhatsApp text webhooks of about 590 bytes, each with an id of its own, from a pool of senders. */
export const SECRET = 'test-app-secret';
const FIRST_NUMBER = 207_700_000_000_000;
const FIRST_PHONE = 447_700_000_000;
const MARK = 'wamid.HBgM';
/** Before the index stands a scramble of it, so that the ids come in no order, as a platform's do. */
const SCRAMBLE_DIGITS = 10;
const MARK_BYTES = Buffer.from(MARK);
const INDEX_DIGITS = 12;

export interface Load {
  /** Index of the first message; an index is used once in a store. */
  readonly first: number;
  readonly count: number;
  readonly senders: number;
  readonly channels: number;
  /** Seconds since 1970 of message 0; the clock of the load goes on by a second with each round through the senders. */
  readonly epoch: number;
}
export const phoneNumberId = (channel: number): string => String(FIRST_NUMBER + channel);
export const phoneOf = (sender: number): string => String(FIRST_PHONE + sender);

const MESSAGE = {
  object: 'whatsapp_business_account',
  entry: [
    {
      id: '118200000000777',
      changes: [
        {
          value: {
            messaging_product: 'whatsapp',
            metadata: { display_phone_number: '15550100199', phone_number_id: 'N'.repeat(15) },
            contacts: [{ profile: { name: 'Ana Benchmark' }, wa_id: 'P'.repeat(12), user_id: `GB.${'P'.repeat(12)}` }],
            messages: [
              {
                from: 'P'.repeat(12),
                from_user_id: `GB.${'P'.repeat(12)}`,
                id: MARK + 'X'.repeat(SCRAMBLE_DIGITS) + 'I'.repeat(INDEX_DIGITS),
                timestamp: 'T'.repeat(10),
                text: { body: 'Hello, my parcel should have been here on Tuesday. Could you please look where it is?' },
                type: 'text',
              },
            ],
          },
          field: 'messages',
        },
      ],
    },
  ],
};
export type Webhook = typeof MESSAGE;
const BODY = JSON.stringify(MESSAGE);
const HEAD = [
  'POST /webhooks/whatsapp HTTP/1.1',
  'host: 127.0.0.1',
  'accept: */*',
  'user-agent: facebookexternalua',
  'content-type: application/json',
  `content-length: ${Buffer.byteLength(BODY)}`,
  `x-hub-signature-256: sha256=${'S'.repeat(64)}`,
  '',
  '',
].join('\r\n');

function placesOf(text: string, field: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(field); at >= 0; at = text.indexOf(field, at + field.length)) places.push(at);
  return places;
}
const BODY_AT = HEAD.length;
const WHOLE = HEAD + BODY;
const SIGNATURE_AT = WHOLE.indexOf('S'.repeat(64));
const NUMBERS = placesOf(WHOLE, 'N'.repeat(15));
const PHONES = placesOf(WHOLE, 'P'.repeat(12));
const INDEX_AT = WHOLE.indexOf('I'.repeat(INDEX_DIGITS));
const SCRAMBLE_AT = WHOLE.indexOf('X'.repeat(SCRAMBLE_DIGITS));
const TIME_AT = WHOLE.indexOf('T'.repeat(10));

function digits(buffer: Buffer, at: number, width: number, value: number): void {
  let rest = value;
  for (let i = at + width - 1; i >= at; i--) {
    const tens = Math.floor(rest / 10);
    buffer[i] = 48 + rest - tens * 10;
    rest = tens;
  }
}

/** A buffer of its own for one connection; `fill` makes it request `index`. */
export const newRequest = (): Buffer => Buffer.from(WHOLE, 'latin1');
export const bodyOf = (request: Buffer): Buffer => request.subarray(BODY_AT);

/** Primes, and more than a load has senders, so that a round meets each once. */
const STRIDES = [7_368_787, 9_576_911, 11_413_531] as const;
/**
 * Who writes message `index`. Every round goes through all senders, and through each half of them in an order of its own: neighbours in
 * the store do not write one after the other, and nobody writes again before half of the others did, so that the order of his messages
 * is told by their index whatever connections they come over.
 */
export function senderOf(index: number, senders: number): number {
  const stride = STRIDES[Math.floor(index / senders) % STRIDES.length] ?? 1;
  const half = Math.ceil(senders / 2);
  const at = index % senders;
  return at < half ? (at * stride) % half : half + (((at - half) * stride) % (senders - half));
}
function fillBody(request: Buffer, load: Load, index: number): void {
  const sender = senderOf(index, load.senders);
  for (const at of NUMBERS) digits(request, at, 15, FIRST_NUMBER + (sender % load.channels));
  for (const at of PHONES) digits(request, at, 12, FIRST_PHONE + sender);
  digits(request, SCRAMBLE_AT, SCRAMBLE_DIGITS, Math.imul(index, 0x9e3779b1) >>> 0);
  digits(request, INDEX_AT, INDEX_DIGITS, index);
  digits(request, TIME_AT, 10, load.epoch + Math.floor(index / load.senders));
}

/** Signs every body beforehand; 64 bytes are kept of each, the rest is written again when it is sent. */
export function signAll(load: Load): Buffer {
  const signatures = Buffer.alloc(load.count * 64);
  const request = newRequest();
  const body = bodyOf(request);
  for (let i = 0; i < load.count; i++) {
    fillBody(request, load, load.first + i);
    signatures.write(createHmac('sha256', SECRET).update(body).digest('hex'), i * 64, 'latin1');
  }
  return signatures;
}
export function fill(request: Buffer, load: Load, signatures: Buffer, index: number): void {
  fillBody(request, load, index);
  const at = (index - load.first) * 64;
  signatures.copy(request, SIGNATURE_AT, at, at + 64);
}
/** The index of the message in an event or a raw body; -1 where there is none. */
export function indexIn(value: Buffer): number {
  const at = value.indexOf(MARK_BYTES);
  const from = at + MARK.length + SCRAMBLE_DIGITS;
  return at < 0 ? -1 : Number(value.toString('latin1', from, from + INDEX_DIGITS));
}
export const INDEX_PATTERN = new RegExp(`"platformId":"${MARK}\\d{${SCRAMBLE_DIGITS}}(\\d{${INDEX_DIGITS}})"`, 'g');
