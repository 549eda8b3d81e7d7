import { type Conversion, type FileFacts, type FileState, type Files, nameOf } from '../files.ts';
import { CONVERTIBLE, type InsideRule, isHeif, type MediaForm, type MediaKind } from '../natives.ts';
import { mediaTypeOf } from './media-type.ts';

/**
 * What becomes of one file on one channel. `pass`: as it is. `convert`: made into something else first. `look`: it must be fetched, or
 * looked into, before that can be told. `no_tool`: only a program that is not there could make it fit. `unfit`: nothing can.
 */
export type FilePlan =
  | { readonly way: 'pass' }
  | { readonly way: 'convert'; readonly conversion: Conversion }
  | { readonly way: 'look'; readonly step: 'fetch' | 'probe' }
  | { readonly way: 'no_tool'; readonly tool: Tool }
  | { readonly way: 'unfit' };
type Tool = 'ffmpeg' | 'heif';
type Tools = Pick<Files, Tool>;
type Form = Pick<MediaForm, 'mimeTypes' | 'maxBytes' | 'inside' | 'into' | 'intoBytes' | 'side'>;

const has = (list: readonly string[], type: string): boolean => list.includes(type);
const isPicture = (type: string) => has(CONVERTIBLE.pictures, type);
/** A film has a sound that can be had alone; recorders also write sound into files that are sniffed as films. */
const isHeard = (type: string) => has(CONVERTIBLE.sounds, type) || has(CONVERTIBLE.films, type);
const READS: Readonly<Record<Conversion['into'], (type: string) => boolean>> = {
  image: isPicture,
  sticker: isPicture,
  voice: isHeard,
  mp3: isHeard,
  m4a: isHeard,
  mp4: (type) => has(CONVERTIBLE.films, type),
};
/** The program without which it is not made; null: it takes none. */
const toolFor = (into: Conversion['into'], type: string): Tool | null => (into !== 'image' && into !== 'sticker' ? 'ffmpeg' : isHeif(type) ? 'heif' : null);

function obeys(rule: InsideRule, { audio, audioStreams, video }: NonNullable<FileFacts['inside']>): boolean {
  if (rule.audio !== undefined && audio !== undefined && audio.codec !== rule.audio) return false;
  if (rule.audio !== undefined && rule.video === undefined && audio === undefined) return false;
  if (rule.channels !== undefined && audio?.channels !== rule.channels) return false;
  if (rule.video !== undefined && video?.codec !== rule.video) return false;
  return !rule.plain || (audioStreams <= 1 && !(video?.bFrames && /^high/i.test(video.profile)));
}

function converted(type: string, form: Form, at: { state: FileState | undefined; tools: Tools }): FilePlan {
  const { into, maxBytes, intoBytes = maxBytes } = form;
  if (into === undefined || !READS[into](type)) return { way: 'unfit' };
  const conversion = { into, maxBytes: intoBytes };
  const known = at.state?.made?.[nameOf(conversion)];
  if (known && 'fault' in known) return { way: 'unfit' };
  const tool = toolFor(into, type);
  return tool && !at.tools[tool] && !known ? { way: 'no_tool', tool } : { way: 'convert', conversion };
}

/** By the address alone: what it does not tell is the platform's to judge, which fetches it itself. */
function byAddress(ref: string, form: Form, at: { refused: boolean; tools: Tools }): FilePlan {
  const type = mediaTypeOf(ref);
  if (at.refused) return { way: 'look', step: 'fetch' };
  if (type === undefined || form.mimeTypes === 'any' || has(form.mimeTypes, type)) return { way: 'pass' };
  const plan = converted(type, form, { state: undefined, tools: at.tools });
  return plan.way === 'convert' ? { way: 'look', step: 'fetch' } : plan;
}

/** Pure: the same file, form and tools give the same plan. */
export function planFile(ref: string, form: Form, { states, ...tools }: Tools & Pick<Files, 'states'>): FilePlan {
  const state = states[ref];
  if (!state?.facts) return byAddress(ref, form, { refused: state?.refused === true, tools });
  const { mimeType, bytes, width, height, inside } = state.facts;
  const fits = bytes <= form.maxBytes && (form.mimeTypes === 'any' || has(form.mimeTypes, mimeType)) && (form.side === undefined || (width === form.side && height === form.side));
  if (!fits) return converted(mimeType, form, { state, tools });
  const rule = form.inside?.[mimeType];
  if (!rule) return { way: 'pass' };
  if (inside) return obeys(rule, inside) ? { way: 'pass' } : converted(mimeType, form, { state, tools });
  return tools.ffmpeg ? { way: 'look', step: 'probe' } : { way: 'pass' }; // nobody here can look inside: the platform will
}

const FAMILY: Readonly<Record<MediaKind, RegExp | null>> = {
  image: /^image\//,
  sticker: /^image\//,
  audio: /^(audio|video)\//,
  voice: /^(audio|video)\//,
  video: /^video\//,
  document: null,
};
/** Whether a file is of the kind that a message calls it: a document may be anything. */
export const isOfKind = (kind: MediaKind, mimeType: string): boolean => FAMILY[kind]?.test(mimeType) ?? true;
