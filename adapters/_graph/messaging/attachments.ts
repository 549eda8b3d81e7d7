import type { InboundContent } from '../../../schemas/index.ts';
import { camel, camelRest, isObject, type Loose, list, number, object, present, text } from '../loose.ts';

export type Single = Exclude<InboundContent, { type: 'multi' }>;
/** What an attachment is, and what it says beyond that. */
export interface Attached {
  readonly parts: readonly Single[];
  readonly rest?: Loose;
}
type Read = (payload: Loose, attachment: Loose) => { readonly parts: readonly Single[]; readonly taken: readonly string[] } | undefined;

const media =
  (type: 'image' | 'audio' | 'video' | 'document' | 'sticker'): Read =>
  (p, a) => {
    const platformRef = text(p.url) ?? text(a.url);
    return platformRef === undefined ? undefined : { parts: [{ type, media: { id: '', url: '', state: 'pending', platformRef } }], taken: ['url'] };
  };
/** A shared post, reel, story or link. Its address may be relative, and is never fetched: stories must not be kept. */
const post =
  (kind: string): Read =>
  (p, a) => ({
    parts: [
      present({
        type: 'post' as const,
        kind,
        url: text(p.url) ?? text(a.url),
        title: text(p.title) ?? text(a.title),
        platformId: text(p.id) ?? text(p.ig_post_media_id) ?? text(p.reel_video_id),
      }),
    ],
    taken: ['url', 'title', 'id', 'ig_post_media_id', 'reel_video_id'],
  });
const booking: Read = (p) => ({ parts: [{ type: 'form', name: 'appointment_booking', answers: camel(p) }], taken: Object.keys(p) });
const location: Read = (p, a) => {
  const c = object(p.coordinates);
  const [latitude, longitude] = [number(c.lat), number(c.long)];
  if (latitude === undefined || longitude === undefined) return undefined;
  return { parts: [present({ type: 'location' as const, latitude, longitude, name: text(a.title), url: text(a.url) })], taken: ['coordinates', 'title', 'url'] };
};
/** Products that a customer shared, one part each. */
const products: Read = (p) => {
  const elements = list(object(p.product).elements).filter(isObject);
  if (!elements.length) return undefined;
  return { parts: elements.map((e) => present({ type: 'post' as const, kind: 'product', title: text(e.title), platformId: text(e.id) })), taken: [] };
};

const KINDS: Readonly<Record<string, Read>> = {
  image: (p, a) => media(p.sticker_id === undefined ? 'image' : 'sticker')(p, a),
  audio: media('audio'),
  video: media('video'),
  file: media('document'),
  sticker: media('sticker'),
  fallback: post('fallback'),
  reel: post('reel'),
  ig_reel: post('ig_reel'),
  post: post('post'),
  ig_post: post('ig_post'),
  share: post('share'),
  story_mention: post('story_mention'),
  appointment_booking: booking,
  location,
  template: products,
};

/** One attachment. A type that is not known, or that lacks what it needs, is unsupported, by the platform's own word. */
export function readAttachment(value: unknown): Attached {
  const a = object(value);
  const type = text(a.type) ?? 'none';
  const payload = object(a.payload);
  const read = (Object.hasOwn(KINDS, type) ? KINDS[type] : undefined)?.(payload, a);
  if (!read) {
    const platform = isObject(value) ? camelRest(a, ['type']) : { value: camel(value) };
    return { parts: [present({ type: 'unsupported' as const, platformType: type, platform })] };
  }
  const sticker = text(payload.sticker_id); // a number or text, by sample
  const rest = {
    ...camelRest(payload, [...read.taken, 'sticker_id']),
    ...camelRest(a, ['type', 'payload', ...read.taken]),
    ...(sticker === undefined ? {} : { stickerId: sticker }),
  };
  return Object.keys(rest).length ? { parts: read.parts, rest: { type, ...rest } } : { parts: read.parts };
}
