import type { InboundContent, PlatformError } from '../../schemas/index.ts';
import { camel, isObject, type Loose, list, number, object, present, text } from '../_graph/loose.ts';

type Content = InboundContent;

/** Errors of messages, statuses and values, in one form. `error_data` is sometimes a plain string. */
export function errorsOf(value: unknown): PlatformError[] {
  return list(value).map((item) => {
    const e = object(item);
    const details = text(object(e.error_data).details) ?? text(e.error_data);
    return present({ code: text(e.code) ?? 'unknown', title: text(e.title), message: text(e.message), details, href: text(e.href) });
  });
}

/** Base64 in webhooks, hex in the Graph API: hex here. */
export function hexSha(value: unknown): string | undefined {
  const given = text(value);
  if (!given) return undefined;
  return /^[0-9a-f]{64}$/i.test(given) ? given.toLowerCase() : Buffer.from(given, 'base64').toString('hex');
}

type MediaType = 'image' | 'audio' | 'voice' | 'video' | 'document' | 'sticker';
function media(type: MediaType, m: Loose): Content {
  const file = present({
    id: '',
    url: '',
    mimeType: text(m.mime_type),
    filename: text(m.filename),
    sha256: hexSha(m.sha256),
    state: 'pending' as const,
    platformRef: text(m.id) ?? text(m.url) ?? '',
  });
  return present({ type, media: file, caption: text(m.caption), animated: type === 'sticker' && m.animated === true ? true : undefined });
}

const strings = (v: unknown): Record<string, string> | undefined => {
  const entries = Object.entries(object(v)).flatMap(([k, item]) => (text(item) === undefined ? [] : [[k, text(item) as string]]));
  return entries.length ? Object.fromEntries(entries) : undefined;
};
function card(value: unknown) {
  const c = object(value);
  const n = object(c.name);
  const name = present({
    formatted: text(n.formatted_name),
    first: text(n.first_name),
    last: text(n.last_name),
    middle: text(n.middle_name),
    prefix: text(n.prefix),
    suffix: text(n.suffix),
  });
  const some = <T>(v: unknown, map: (o: Loose) => T): T[] | undefined => (Array.isArray(v) ? v.map((item) => map(object(item))) : undefined);
  return present({
    name: isObject(c.name) ? name : undefined,
    phones: some(c.phones, (p) => present({ phone: text(p.phone), type: text(p.type), waId: text(p.wa_id), userId: text(p.user_id) })),
    emails: some(c.emails, (e) => present({ email: text(e.email), type: text(e.type) })),
    addresses: some(c.addresses, (a) => strings(a) ?? {}),
    urls: some(c.urls, (u) => present({ url: text(u.url), type: text(u.type) })),
    org: strings(c.org),
    birthday: text(c.birthday),
    origin: text(c.origin),
    vcard: text(c.vcard),
  });
}

/** Answers of a Flow or address message: a JSON string that may be anything. */
function form(reply: Loose): Content {
  const raw = text(reply.response_json);
  let answers: unknown;
  try {
    answers = raw === undefined ? undefined : JSON.parse(raw);
  } catch {
    answers = undefined;
  }
  const structured = typeof answers === 'object' && answers !== null;
  return present({ type: 'form' as const, name: text(reply.name), body: text(reply.body), answers: structured ? answers : undefined, text: raw });
}

function interactive(i: Loose): Content {
  const b = object(i.button_reply);
  const l = object(i.list_reply);
  if (i.type === 'button_reply') return present({ type: 'choice' as const, id: text(b.id), title: text(b.title), from: 'button' as const });
  if (i.type === 'list_reply') return present({ type: 'choice' as const, id: text(l.id), title: text(l.title), description: text(l.description), from: 'list' as const });
  if (i.type === 'nfm_reply') return form(object(i.nfm_reply));
  if (i.type === 'call_permission_reply') return { type: 'form', name: 'call_permission_reply', answers: camel(i.call_permission_reply) };
  return { type: 'unsupported', platformType: `interactive.${text(i.type) ?? 'none'}`, platform: camel(i) };
}

function location(l: Loose, whole: Loose): Content {
  const [latitude, longitude] = [number(l.latitude), number(l.longitude)];
  if (latitude === undefined || longitude === undefined) return unknown('location', whole);
  return present({ type: 'location' as const, latitude, longitude, name: text(l.name), address: text(l.address), url: text(l.url) });
}
function order(o: Loose): Content {
  const items = list(o.product_items).map((item) => {
    const p = object(item);
    return present({ sku: text(p.product_retailer_id), quantity: number(p.quantity), price: number(p.item_price), currency: text(p.currency) });
  });
  return present({ type: 'order' as const, catalogId: text(o.catalog_id), text: text(o.text), items });
}
function unsupported(m: Loose): Content {
  const errors = errorsOf(m.errors);
  return present({ type: 'unsupported' as const, platformType: text(object(m.unsupported).type) ?? 'unsupported', errors: errors.length ? errors : undefined });
}
const ENVELOPE = new Set([
  'id',
  'from',
  'from_user_id',
  'from_parent_user_id',
  'from_logical_id',
  'to',
  'to_user_id',
  'timestamp',
  'type',
  'context',
  'referral',
  'group_id',
  'errors',
  'history_context',
  'identity',
]);
/** A type we do not know: the platform's own word and value. */
function unknown(type: string, m: Loose): Content {
  const errors = errorsOf(m.errors);
  const platform = Object.fromEntries(Object.entries(m).filter(([key]) => !ENVELOPE.has(key)));
  return present({
    type: 'unsupported' as const,
    platformType: type,
    errors: errors.length ? errors : undefined,
    platform: Object.keys(platform).length ? camel(platform) : undefined,
  });
}

const KINDS: Readonly<Record<string, (value: Loose, message: Loose) => Content>> = {
  text: (t, m) => (typeof t.body === 'string' ? { type: 'text', text: t.body } : unknown('text', m)),
  image: (v) => media('image', v),
  video: (v) => media('video', v),
  document: (v) => media('document', v),
  sticker: (v) => media('sticker', v),
  audio: (v) => media(v.voice === true ? 'voice' : 'audio', v),
  location,
  contacts: (_v, m) => ({ type: 'contacts', contacts: list(m.contacts).map(card) }),
  interactive,
  button: (b) => present({ type: 'choice' as const, id: text(b.payload), title: text(b.text), from: 'button' as const }),
  order,
  system: (s) => present({ type: 'system' as const, kind: text(s.type) ?? 'other', text: text(s.body) }),
  unsupported: (_v, m) => unsupported(m),
};
const NEEDS_MEDIA = new Set(['image', 'video', 'document', 'sticker', 'audio']);

/** Content of one message (also of an edit, an echo, a line of history), by its `type`. Total. */
export function contentOf(m: Loose): Content {
  const type = text(m.type) ?? 'none';
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  const value = object(m[type]);
  if (!kind || (NEEDS_MEDIA.has(type) && !text(value.id) && !text(value.url))) return unknown(type, m);
  return kind(value, m);
}

/** What a message says beside its content and is no field of ours: goes to `message.platform`. */
export function mediaUrlOf(m: Loose): string | undefined {
  return text(object(m[text(m.type) ?? '']).url);
}
