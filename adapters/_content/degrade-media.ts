import type { MediaForm, MediaKind, Natives } from '../natives.ts';
import { mediaTypeOf } from './media-type.ts';
import type { MediaContent, Sink } from './piece.ts';
import { joined } from './split-body.ts';

/** What a kind is sent as where the channel lacks it. */
const NEXT: Readonly<Partial<Record<MediaKind, { readonly kind: MediaKind; readonly loss: 'voice_as_audio' | 'sticker_as_image' }>>> = {
  voice: { kind: 'audio', loss: 'voice_as_audio' },
  sticker: { kind: 'image', loss: 'sticker_as_image' },
};
/** A type that the address does not tell is the platform's to judge. */
const takes = (form: MediaForm | undefined, type: string | undefined): form is MediaForm =>
  form !== undefined && (type === undefined || form.mimeTypes === 'any' || form.mimeTypes.includes(type));

/** A file as the channel takes it, else its address as text. */
export function degradeMedia(content: MediaContent, natives: Natives, sink: Sink): void {
  const url = 'url' in content.media ? content.media.url : '';
  const type = mediaTypeOf(url);
  let kind: MediaKind = content.type === 'audio' && content.voice ? 'voice' : content.type;
  let form = natives.media[kind];
  const next = NEXT[kind];
  if (!takes(form, type) && next && takes(natives.media[next.kind], type)) {
    sink.losses.push(next.loss);
    kind = next.kind;
    form = natives.media[kind];
  }
  const caption = content.caption?.trim() ? content.caption : undefined;
  if (!takes(form, type)) {
    sink.losses.push('media_as_link');
    sink.pieces.push({ type: 'text', text: joined([caption, url], '\n') });
    return;
  }
  const apart = caption !== undefined && caption.length > (form.captionMax ?? 0);
  if (content.filename && !form.filename) sink.losses.push('filename_lost');
  sink.pieces.push({
    type: kind,
    media: content.media,
    ...(caption !== undefined && !apart ? { caption } : {}),
    ...(content.filename && form.filename ? { filename: content.filename } : {}),
  });
  if (!apart) return;
  sink.losses.push('caption_as_text');
  sink.pieces.push({ type: 'text', text: caption });
}
