import { z } from 'zod';

const Iso = z.iso.datetime({ offset: true });

/** A file inside content. `url` is the gateway's own signed link; it works from the first moment (it waits for the fetch). */
export const Media = z.strictObject({
  id: z.string(),
  url: z.string(),
  /** By the bytes once they are here, by the platform's word before. */
  mimeType: z.string().optional(),
  /** The platform's word, once the bytes are here. */
  declaredType: z.string().optional(),
  filename: z.string().optional(),
  bytes: z.number().int().nonnegative().optional(),
  sha256: z.string().optional(),
  durationMs: z.number().int().nonnegative().optional(),
  width: z.number().int().positive().optional(),
  height: z.number().int().positive().optional(),
  state: z.enum(['pending', 'ready', 'failed']),
  /** The platform's own name of the file: WhatsApp media id, CDN address, Twilio media SID. */
  platformRef: z.string(),
});
export type Media = z.infer<typeof Media>;

const withMedia = <T extends string>(type: T) =>
  z.strictObject({ type: z.literal(type), media: Media, caption: z.string().optional(), animated: z.boolean().optional(), truncated: z.literal(true).optional() });

export const Text = z.strictObject({ type: z.literal('text'), text: z.string(), truncated: z.literal(true).optional() });
export const Image = withMedia('image');
/** An audio file, not a voice note. */
export const Audio = withMedia('audio');
/** A voice note, recorded in the app (WhatsApp `audio.voice: true`). */
export const Voice = withMedia('voice');
export const Video = withMedia('video');
export const Document = withMedia('document');
export const Sticker = withMedia('sticker');
/** Degrees, WGS 84. */
export const Location = z.strictObject({
  type: z.literal('location'),
  latitude: z.number(),
  longitude: z.number(),
  name: z.string().optional(),
  address: z.string().optional(),
  url: z.string().optional(),
});
/** One shared contact card. What the platform gives beyond the named fields stays under `platform`. */
export const ContactCard = z.strictObject({
  name: z
    .strictObject({
      formatted: z.string().optional(),
      first: z.string().optional(),
      last: z.string().optional(),
      middle: z.string().optional(),
      prefix: z.string().optional(),
      suffix: z.string().optional(),
    })
    .optional(),
  phones: z.array(z.strictObject({ phone: z.string().optional(), type: z.string().optional(), waId: z.string().optional(), userId: z.string().optional() })).optional(),
  emails: z.array(z.strictObject({ email: z.string().optional(), type: z.string().optional() })).optional(),
  addresses: z.array(z.record(z.string(), z.string())).optional(),
  urls: z.array(z.strictObject({ url: z.string().optional(), type: z.string().optional() })).optional(),
  org: z.record(z.string(), z.string()).optional(),
  birthday: z.string().optional(),
  origin: z.string().optional(),
  vcard: z.string().optional(),
});
export const Contacts = z.strictObject({ type: z.literal('contacts'), contacts: z.array(ContactCard) });
/** A tapped option. `id` is what the sender of the menu chose; absent where the platform gives none. */
export const Choice = z.strictObject({
  type: z.literal('choice'),
  id: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  from: z.enum(['button', 'list', 'quick_reply', 'postback', 'numbered_reply']),
});
/** Answers of a flow or lead form. `answers` is the platform's JSON, `text` the raw string where it is not an object. */
export const Form = z.strictObject({
  type: z.literal('form'),
  name: z.string().optional(),
  body: z.string().optional(),
  answers: z.unknown().optional(),
  text: z.string().optional(),
  truncated: z.literal(true).optional(),
});
export const Order = z.strictObject({
  type: z.literal('order'),
  catalogId: z.string().optional(),
  text: z.string().optional(),
  items: z.array(z.strictObject({ sku: z.string().optional(), quantity: z.number().optional(), price: z.number().optional(), currency: z.string().optional() })),
});
/** A shared post, reel or story. */
export const Post = z.strictObject({
  type: z.literal('post'),
  kind: z.string(),
  url: z.string().optional(),
  title: z.string().optional(),
  platformId: z.string().optional(),
  media: Media.optional(),
});
/** A notice of the platform about the customer (number or id changed, security key changed). */
export const System = z.strictObject({ type: z.literal('system'), kind: z.string(), text: z.string().optional() });
/** An error as the platform words it. */
export const PlatformError = z.strictObject({
  code: z.string(),
  title: z.string().optional(),
  message: z.string().optional(),
  details: z.string().optional(),
  href: z.string().optional(),
});
export type PlatformError = z.infer<typeof PlatformError>;
/** What the platform could not deliver or what we do not know: the platform's own type name, its errors, and its own value. */
export const Unsupported = z.strictObject({
  type: z.literal('unsupported'),
  platformType: z.string(),
  errors: z.array(PlatformError).optional(),
  platform: z.unknown().optional(),
  truncated: z.literal(true).optional(),
});

const single = [Text, Image, Audio, Voice, Video, Document, Sticker, Location, Contacts, Choice, Form, Order, Post, System, Unsupported] as const;
/** Several contents in one message, in the platform's order. */
export const Multi = z.strictObject({ type: z.literal('multi'), parts: z.array(z.discriminatedUnion('type', single)) });
export const InboundContent = z.discriminatedUnion('type', [...single, Multi]);
export type InboundContent = z.infer<typeof InboundContent>;

// ---- outbound ------------------------------------------------------------------------------------------------------
/** A file by the id of `POST /v1/media`, or by an https address. */
export const OutMedia = z.union([z.strictObject({ id: z.string() }), z.strictObject({ url: z.url({ protocol: /^https$/ }) })]);
export type OutMedia = z.infer<typeof OutMedia>;
const outMedia = <T extends string>(type: T) =>
  z.strictObject({ type: z.literal(type), media: OutMedia, caption: z.string().optional(), filename: z.string().optional(), voice: z.boolean().optional() });
const Target = z.union([z.strictObject({ platformId: z.string() }), z.strictObject({ id: z.string() })]);
export type Target = z.infer<typeof Target>;
const outbound = [
  z.strictObject({ type: z.literal('text'), text: z.string().min(1), format: z.literal('markdown').optional() }),
  outMedia('image'),
  outMedia('audio'),
  outMedia('voice'),
  outMedia('video'),
  outMedia('document'),
  outMedia('sticker'),
  z.strictObject({
    type: z.literal('location'),
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
    name: z.string().optional(),
    address: z.string().optional(),
  }),
  z.strictObject({
    type: z.literal('contacts'),
    contacts: z
      .array(
        z.strictObject({
          name: z.strictObject({ formatted: z.string(), first: z.string().optional(), last: z.string().optional() }),
          phones: z.array(z.strictObject({ phone: z.string(), type: z.string().optional() })),
        }),
      )
      .min(1),
  }),
  z.strictObject({ type: z.literal('reaction'), emoji: z.string(), target: Target }),
  z.strictObject({
    type: z.literal('choices'),
    body: z.string(),
    header: z.string().optional(),
    footer: z.string().optional(),
    options: z.array(z.strictObject({ id: z.string(), title: z.string(), description: z.string().optional() })).min(1),
    style: z.enum(['buttons', 'list']).optional(),
  }),
  z.strictObject({
    type: z.literal('cards'),
    body: z.string(),
    cards: z
      .array(
        z.strictObject({
          title: z.string(),
          body: z.string().optional(),
          media: OutMedia.optional(),
          buttons: z.array(z.strictObject({ type: z.enum(['url', 'reply']), title: z.string(), url: z.url().optional(), id: z.string().optional() })).optional(),
        }),
      )
      .min(1),
  }),
  z.strictObject({ type: z.literal('link'), body: z.string(), title: z.string(), url: z.url() }),
  z.strictObject({
    type: z.literal('template'),
    name: z.string().optional(),
    language: z.string().optional(),
    components: z.array(z.unknown()).optional(),
    contentSid: z.string().optional(),
    variables: z.record(z.string(), z.string()).optional(),
  }),
  z.strictObject({ type: z.literal('request'), what: z.enum(['location', 'contact']), body: z.string() }),
  z.strictObject({ type: z.literal('raw'), payload: z.record(z.string(), z.unknown()) }),
] as const;
export const OutboundContent = z.discriminatedUnion('type', outbound);
export type OutboundContent = z.infer<typeof OutboundContent>;
export { Iso, Target };
