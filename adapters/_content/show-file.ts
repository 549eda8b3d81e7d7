import { type OutMedia, refOf } from '../../schemas/index.ts';
import { type Conversion, type MediaNeed, nameOf } from '../files.ts';
import type { MediaForm, MediaKind } from '../natives.ts';
import { mediaTypeOf } from './media-type.ts';
import type { Sink } from './piece.ts';
import type { FilePlan } from './plan-file.ts';

/** What stands in a call for a file: an id of the platform, or an address; until that is known, a name that tells what will. */
export function showFile(media: OutMedia, at: { plan: FilePlan & { way: 'pass' | 'convert' | 'look' }; form: Pick<MediaForm, 'by'>; kind: MediaKind }, sink: Sink): OutMedia {
  const { plan, form, kind } = at;
  const ref = refOf(media);
  const state = sink.files.states[ref];
  const conversion: Conversion | undefined = plan.way === 'convert' ? plan.conversion : undefined;
  if (plan.way === 'pass' && 'url' in media && !state?.refused) return media; // the platform fetches it where it lies
  const shown = conversion ? state?.made?.[nameOf(conversion)] : plan.way === 'pass' ? state?.own : undefined;
  const there = shown && !('fault' in shown) ? shown : undefined;
  if (there && form.by === 'link') return { url: there.link };
  if (there?.uploaded !== undefined) return { id: there.uploaded };
  const placeholder = [form.by, ref, nameOf(conversion)].filter(Boolean).join(':');
  const step: MediaNeed['step'] = plan.way === 'look' ? plan.step : there || plan.way === 'pass' ? 'upload' : 'convert';
  sink.needs.push({ placeholder, ref, step, kind, by: form.by, ...(conversion ? { conversion } : {}) });
  return form.by === 'link' ? { url: placeholder } : { id: placeholder };
}

/** What is lost where a file is made into another. What is about to be fetched is of a type that the channel does not take: it will be converted. */
export function tellConversion(media: OutMedia, plan: FilePlan, sink: Sink): void {
  const state = sink.files.states[refOf(media)];
  if (plan.way !== 'convert' && !(plan.way === 'look' && plan.step === 'fetch' && !state?.refused)) return;
  sink.losses.push('media_converted');
  const type = state?.facts?.mimeType ?? ('url' in media ? mediaTypeOf(media.url) : undefined);
  if (type === 'image/gif') sink.losses.push('moving_as_still');
}

/** Where a customer finds a file that does not go as one. */
export const linkOf = (media: OutMedia, sink: Sink): string => ('url' in media ? media.url : (sink.files.states[media.id]?.own?.link ?? ''));
