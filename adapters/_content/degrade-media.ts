import { refOf } from '../../schemas/index.ts';
import type { MediaForm, MediaKind, Natives } from '../natives.ts';
import type { MediaContent, Sink } from './piece.ts';
import { type FilePlan, isOfKind, planFile } from './plan-file.ts';
import { linkOf, showFile, tellConversion } from './show-file.ts';
import { joined } from './split-body.ts';

/** What a kind is sent as where the channel lacks it. */
const NEXT: Readonly<Partial<Record<MediaKind, { readonly kind: MediaKind; readonly loss: 'voice_as_audio' | 'sticker_as_image' }>>> = {
  voice: { kind: 'audio', loss: 'voice_as_audio' },
  sticker: { kind: 'image', loss: 'sticker_as_image' },
};
/** What is missing, and where its path is set. */
const MISSING = {
  ffmpeg: 'ffmpeg is not installed (FFMPEG_PATH)',
  heif: 'heif-convert is not installed (Debian: libheif-examples; HEIF_CONVERT_PATH)',
} as const;
interface Choice {
  readonly kind: MediaKind;
  readonly form: MediaForm;
  readonly plan: FilePlan;
  readonly loss?: 'voice_as_audio' | 'sticker_as_image';
}
const goes = (choice: Choice): choice is Choice & { plan: FilePlan & { way: 'pass' | 'convert' | 'look' } } => choice.plan.way !== 'unfit' && choice.plan.way !== 'no_tool';

/** The ways in which the channel might show it, the best first. */
function choicesOf(content: MediaContent, natives: Natives, { files }: Sink): Choice[] {
  const kind: MediaKind = content.type === 'audio' && content.voice ? 'voice' : content.type;
  const next = NEXT[kind];
  return [{ kind }, ...(next ? [next] : [])].flatMap((way) => {
    const form = natives.media[way.kind];
    return form ? [{ ...way, form, plan: planFile(refOf(content.media), form, files) }] : [];
  });
}
function refuse(content: MediaContent, choices: readonly Choice[], sink: Sink): boolean {
  const state = sink.files.states[refOf(content.media)];
  if (state?.facts && !isOfKind(content.type, state.facts.mimeType)) {
    sink.refused = { code: 'media_unusable', message: `type: the file is ${state.facts.mimeType}, which is no ${content.type}; send it as another type, e.g. document` };
    return true;
  }
  if (sink.files.without !== 'refuse' || choices.some(goes)) return false;
  const [tool] = choices.flatMap(({ plan }) => (plan.way === 'no_tool' ? [plan.tool] : []));
  if (tool) sink.refused = { code: 'media_unusable', message: `media: it would have to be converted for this channel, and ${MISSING[tool]}` };
  return tool !== undefined;
}

/** A file as the channel takes it, converted where it must be, else its address as text. */
export function degradeMedia(content: MediaContent, natives: Natives, sink: Sink): void {
  const choices = choicesOf(content, natives, sink);
  if (refuse(content, choices, sink)) return;
  const choice = choices.find(goes);
  const caption = content.caption?.trim() ? content.caption : undefined;
  if (!choice) {
    sink.losses.push('media_as_link');
    sink.pieces.push({ type: 'text', text: joined([caption, linkOf(content.media, sink)], '\n') });
    return;
  }
  const { kind, form, plan, loss } = choice;
  if (loss) sink.losses.push(loss);
  tellConversion(content.media, plan, sink);
  const apart = caption !== undefined && caption.length > (form.captionMax ?? 0);
  const filename = content.filename ?? sink.files.states[refOf(content.media)]?.filename;
  if (content.filename && !form.filename) sink.losses.push('filename_lost');
  sink.pieces.push({
    type: kind,
    media: showFile(content.media, { plan, form, kind }, sink),
    ...(caption !== undefined && !apart ? { caption } : {}),
    ...(filename && form.filename ? { filename } : {}),
  });
  if (!apart) return;
  sink.losses.push('caption_as_text');
  sink.pieces.push({ type: 'text', text: caption });
}
