import type { Answer } from '../core/platform-server.ts';
import { objectOf } from '../meta/bearer.ts';
import { refuse } from './errors.ts';

/** One attachment of a message that the business sends. */
export interface Outgoing {
  readonly type: string;
  readonly url?: string;
  readonly payload: Readonly<Record<string, unknown>>;
}
interface State {
  readonly account: { readonly object: 'page' | 'instagram' };
  hasAttachment(id: string): boolean;
}
const MEDIA = new Set(['image', 'audio', 'video', 'file']);
/** Several in one message: images only, up to 30, on Instagram 10 (messenger.md 4.2). */
const MOST = { page: 30, instagram: 10 } as const;

function check(value: unknown, state: State): Outgoing | Answer {
  const { type, payload: given } = objectOf(value);
  const payload = objectOf(given);
  if (type === 'template') return typeof payload.template_type === 'string' ? { type, payload } : refuse('parameter', 'template_type');
  if (typeof type !== 'string' || !MEDIA.has(type)) return refuse('parameter', 'param message[attachment][type]');
  const { url, attachment_id: id } = payload;
  if (typeof id === 'string') return state.hasAttachment(id) ? { type, payload } : refuse('attachmentId');
  if (typeof url !== 'string' || !/^https?:\/\/./.test(url)) return refuse('fetch');
  return { type, url, payload };
}

/** `attachment` or `attachments` of a message; a refusal where one is wrong. */
export function checkAttachments(message: Record<string, unknown>, state: State): Outgoing[] | Answer {
  const { attachment, attachments } = message;
  if (attachment !== undefined && attachments !== undefined) return refuse('parameter', 'attachment and attachments');
  const all = attachment !== undefined ? [attachment] : attachments === undefined ? [] : attachments;
  if (!Array.isArray(all) || all.length > MOST[state.account.object]) return refuse('parameter', 'param message[attachments]');
  const checked = all.map((item) => check(item, state));
  const wrong = checked.find((item): item is Answer => 'status' in item);
  if (wrong) return wrong;
  const found = checked as Outgoing[];
  return found.length > 1 && found.some(({ type }) => type !== 'image') ? refuse('parameter', 'several attachments must be images') : found;
}
