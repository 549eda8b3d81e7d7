import type { InboundContent, Media } from '../../schemas/index.ts';
import { present } from '../_graph/loose.ts';
import { type Form, field } from './form.ts';

type Single = Exclude<InboundContent, { type: 'multi' }>;
const MAX_MEDIA = 10;

function kindOf(mime: string, whatsapp: boolean): 'image' | 'audio' | 'voice' | 'video' | 'document' | 'sticker' {
  if (whatsapp && mime.startsWith('image/webp')) return 'sticker';
  if (mime.startsWith('image/')) return 'image';
  if (mime.startsWith('video/')) return 'video';
  if (mime.startsWith('audio/ogg') && whatsapp) return 'voice';
  return mime.startsWith('audio/') ? 'audio' : 'document';
}
/** MediaUrl0 to MediaUrl9, in order; the claimed type decides the kind until the bytes are sniffed. */
function mediaOf(form: Form, whatsapp: boolean): Single[] {
  const all: Single[] = [];
  for (let i = 0; i < MAX_MEDIA; i++) {
    const url = field(form, `MediaUrl${i}`);
    if (url === undefined) continue;
    const mimeType = field(form, `MediaContentType${i}`);
    const media: Media = { id: '', url: '', ...(mimeType === undefined ? {} : { mimeType }), state: 'pending', platformRef: url };
    all.push({ type: kindOf(mimeType ?? '', whatsapp), media });
  }
  return all;
}
const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
function formOf(form: Form): Single | undefined {
  const raw = field(form, 'FlowData') ?? field(form, 'InteractiveData');
  if (raw === undefined) return undefined;
  const answers = json(raw);
  return present({
    type: 'form' as const,
    name: field(form, 'FlowData') ? 'flow' : 'interactive',
    answers: typeof answers === 'object' && answers ? answers : undefined,
    text: raw,
  });
}
function locationOf(form: Form): Single | undefined {
  const [latitude, longitude] = [Number(field(form, 'Latitude') ?? Number.NaN), Number(field(form, 'Longitude') ?? Number.NaN)];
  if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return undefined;
  return present({ type: 'location' as const, latitude, longitude, name: field(form, 'Label'), address: field(form, 'Address') });
}
function choiceOf(form: Form): Single | undefined {
  const [listId, listTitle] = [field(form, 'ListId'), field(form, 'ListTitle')];
  if (listId !== undefined || listTitle !== undefined) return present({ type: 'choice' as const, id: listId, title: listTitle ?? field(form, 'Body'), from: 'list' as const });
  const [payload, title] = [field(form, 'ButtonPayload'), field(form, 'ButtonText')];
  return payload === undefined && title === undefined ? undefined : present({ type: 'choice' as const, id: payload, title: title ?? field(form, 'Body'), from: 'button' as const });
}

/** Message types whose content this adapter reads from Body and media; another one with neither is unsupported, by the platform's word. */
const PLAIN = new Set(['text', 'image', 'audio', 'video', 'document', 'sticker', 'contacts', 'location', 'button', 'interactive']);

/** Content of one inbound message. Total. */
export function contentOf(form: Form, whatsapp: boolean): InboundContent {
  const one = formOf(form) ?? locationOf(form) ?? choiceOf(form);
  if (one) return one;
  const media = mediaOf(form, whatsapp);
  const body = form.get('Body')?.[0] ?? '';
  const [first] = media;
  if (!first) {
    const type = field(form, 'MessageType');
    return body === '' && type !== undefined && !PLAIN.has(type) ? { type: 'unsupported', platformType: type } : { type: 'text', text: body };
  }
  if (media.length === 1 && body === '') return first;
  // On WhatsApp the body beside one medium is its caption; a picture message has a text of its own.
  if (media.length === 1 && whatsapp) return { ...first, caption: body } as Single;
  return { type: 'multi', parts: [...(body === '' ? [] : [{ type: 'text' as const, text: body }]), ...media] };
}
