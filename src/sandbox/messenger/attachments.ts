import type { Fetcher } from '../core/fetcher.ts';
import type { Medium } from '../core/phones.ts';
import type { Answer } from '../core/platform-server.ts';
import { objectOf } from '../meta/bearer.ts';
import { type Found, isUrl } from './buttons.ts';
import { refuse } from './errors.ts';
import { isMedia, mediaFault } from './media-rules.ts';
import { checkTemplate, foreignMedia } from './templates.ts';
import type { Choice } from './threads.ts';
import type { Upload } from './uploads.ts';

/** One attachment of a message that the business sends. */
export interface Outgoing {
  readonly type: string;
  readonly mimeType: string;
  readonly url?: string;
  readonly size: number;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly choices: readonly Choice[];
}
export interface AttachmentState {
  readonly platform: 'page' | 'instagram';
  upload(id: string): Upload | undefined;
  readonly file?: Medium | undefined;
  /** Makes a link to bytes that came with the call. */
  store(medium: Medium): string;
  readonly fetch: Fetcher;
}
/** Several in one message: images only, up to 30, on Instagram 10 (messenger.md 4.2 and 6). */
const MOST = { page: 30, instagram: 10 } as const;
const badContent = (platform: 'page' | 'instagram', detail: string): Answer => refuse(platform === 'page' ? 'parameter' : 'content', detail);

function template(payload: Record<string, unknown>, state: AttachmentState): Outgoing | Answer {
  if (foreignMedia(payload)) return refuse('mediaTemplate');
  const [element] = Array.isArray(payload.elements) ? payload.elements : [];
  const id = objectOf(element).attachment_id;
  if (payload.template_type === 'media' && id !== undefined && !state.upload(String(id))) return refuse('attachmentId');
  const found: Found = checkTemplate(payload, state.platform);
  return found.fault === null ? { type: 'template', mimeType: 'template', size: 0, payload, choices: found.choices } : badContent(state.platform, found.fault);
}
/** The bytes behind an address, judged where the simulator can see them. */
async function fetched(type: string, url: string, state: AttachmentState): Promise<{ mimeType: string; size: number } | Answer> {
  const found = await state.fetch(url);
  if (found.kind === 'failed') return refuse(type === 'video' ? 'videoFetch' : 'fetch');
  if (found.kind === 'trusted') return { mimeType: type, size: 0 };
  const size = found.bytes.length;
  const fault = mediaFault(type, { mimeType: found.mimeType, size }, state.platform);
  return fault ? refuse(fault) : { mimeType: found.mimeType, size };
}
async function medium(type: string, payload: Record<string, unknown>, state: AttachmentState): Promise<Outgoing | Answer> {
  const base = { type, payload, choices: [] };
  const { url, attachment_id: id } = payload;
  if (state.file) {
    const { mimeType, bytes } = state.file;
    const fault = mediaFault(type, { mimeType, size: bytes.length }, state.platform);
    return fault ? refuse(fault) : { ...base, mimeType, size: bytes.length, url: state.store(state.file) };
  }
  if (id !== undefined) {
    const known = state.upload(String(id));
    return known ? { ...base, mimeType: known.mimeType, size: 0, url: known.url } : refuse('attachmentId');
  }
  if (!isUrl(url)) return refuse('fetch');
  const found = await fetched(type, url, state);
  return 'status' in found ? found : { ...base, ...found, url };
}
async function check(value: unknown, state: AttachmentState): Promise<Outgoing | Answer> {
  const { type, payload: given } = objectOf(value);
  const payload = objectOf(given);
  const own = { mimeType: String(type), size: 0, payload, choices: [] };
  if (type === 'template') return template(payload, state);
  // Instagram alone: a heart, and a post of the business (messenger.md 6).
  if (type === 'like_heart' && state.platform === 'instagram') return { type, ...own };
  if (type === 'MEDIA_SHARE' && state.platform === 'instagram') return typeof payload.id === 'string' ? { type, ...own } : refuse('content');
  return isMedia(type) ? medium(type, payload, state) : refuse('parameter', 'param message[attachment][type]');
}

/** `attachment` or `attachments` of a message; a refusal where one is wrong. */
export async function checkAttachments(message: Readonly<Record<string, unknown>>, state: AttachmentState): Promise<Outgoing[] | Answer> {
  const { attachment, attachments } = message;
  if (attachment !== undefined && attachments !== undefined) return refuse('parameter', 'attachment and attachments');
  const all = attachment !== undefined ? [attachment] : attachments === undefined ? [] : attachments;
  if (!Array.isArray(all) || all.length > MOST[state.platform]) return refuse('parameter', 'param message[attachments]');
  if (all.length > 1 && all.some((item) => objectOf(item).type !== 'image')) return refuse('parameter', 'several attachments must be images');
  const checked = await Promise.all(all.map((item) => check(item, state)));
  return checked.find((item): item is Answer => 'status' in item) ?? (checked as Outgoing[]);
}
