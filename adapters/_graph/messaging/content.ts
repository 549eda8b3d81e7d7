import type { InboundContent } from '../../../schemas/index.ts';
import { camel, isObject, type Loose, object, present, text } from '../loose.ts';
import { type Attached, readAttachment, type Single } from './attachments.ts';

export interface Content {
  readonly content: InboundContent;
  /** What attachments say that no content of ours has a place for. */
  readonly attachments: readonly Loose[];
}
const attachmentsOf = (m: Loose): readonly unknown[] => (Array.isArray(m.attachments) ? m.attachments : isObject(m.attachments) ? [m.attachments] : []);

const postId = (attachment: unknown): string | undefined => {
  const p = object(object(attachment).payload);
  return text(p.ig_post_media_id) ?? text(p.id);
};
/** During Instagram's change of 2026 a `share` came beside the `ig_post` of the same post, with or without its id. */
function repeatsPost(value: unknown, all: readonly unknown[]): boolean {
  const mine = postId(value);
  return object(value).type === 'share' && all.some((other) => object(other).type === 'ig_post' && (mine === undefined || (postId(other) ?? mine) === mine));
}
const repeated = (value: unknown): Attached => ({ parts: [], rest: { type: 'share', ...(camel(object(object(value).payload)) as Loose) } });

function words(m: Loose, alone: boolean): Single[] {
  const { quick_reply: tapped } = m;
  if (isObject(tapped)) return [present({ type: 'choice' as const, id: text(tapped.payload), title: text(m.text), from: 'quick_reply' as const })];
  return typeof m.text === 'string' && (m.text !== '' || alone) ? [{ type: 'text', text: m.text }] : [];
}

/** Content of one message: its words, then its attachments in the platform's order. Total. */
export function contentOf(m: Loose): Content {
  const given = attachmentsOf(m);
  const all = given.map((value) => (repeatsPost(value, given) ? repeated(value) : readAttachment(value)));
  const parts = [...words(m, given.length === 0), ...all.flatMap((a) => a.parts)];
  const attachments = all.flatMap((a) => (a.rest ? [a.rest] : []));
  const [first] = parts;
  if (!first) return { content: { type: 'unsupported', platformType: m.is_unsupported === true ? 'unsupported' : 'none' }, attachments };
  return { content: parts.length === 1 ? first : { type: 'multi', parts }, attachments };
}

/** What the business sent may be a template, which is no content of a customer: kept as the platform has it. */
export const holdsTemplate = (m: Loose): boolean => attachmentsOf(m).some((a) => object(a).type === 'template');
