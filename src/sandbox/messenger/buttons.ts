import { objectOf } from '../meta/bearer.ts';
import type { Choice } from './threads.ts';

const isText = (value: unknown, most: number): value is string => typeof value === 'string' && value !== '' && [...value].length <= most;
export const isUrl = (value: unknown): value is string => typeof value === 'string' && /^https?:\/\/./.test(value) && URL.canParse(value);
type Button = Record<string, unknown>;
const TITLE = 20;
const PAYLOAD = 1000;
const titled = (b: Button) => isText(b.title, TITLE);

/** What each type of button must have (messenger.md 4.3). */
const TYPES: Readonly<Record<string, (button: Button) => boolean>> = {
  web_url: (b) => titled(b) && isUrl(b.url) && (b.webview_height_ratio === undefined || ['compact', 'tall', 'full'].includes(String(b.webview_height_ratio))),
  postback: (b) => titled(b) && isText(b.payload, PAYLOAD),
  phone_number: (b) => titled(b) && typeof b.payload === 'string' && /^\+\d{5,15}$/.test(b.payload),
  account_link: (b) => isUrl(b.url),
  account_unlink: () => true,
  game_play: titled,
  audio_call: titled,
};
const ON_INSTAGRAM = new Set(['web_url', 'postback']);

export interface Found {
  readonly choices: readonly Choice[];
  /** What is wrong, in words; null: nothing. */
  readonly fault: string | null;
}
export const fine = (choices: readonly Choice[] = []): Found => ({ choices, fault: null });
export const wrong = (fault: string): Found => ({ choices: [], fault });

/** A list of buttons; none where it may be left out. */
export function checkButtons(value: unknown, at: { platform: 'page' | 'instagram'; least: number }): Found {
  const buttons = value === undefined ? [] : value;
  if (!Array.isArray(buttons) || buttons.length < at.least || buttons.length > 3) return wrong(`buttons must be ${at.least} to 3`);
  const all = buttons.map(objectOf);
  for (const button of all) {
    const { type } = button;
    const check = typeof type === 'string' && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
    if (!check?.(button)) return wrong(`a button of type ${String(type)} is not valid`);
    if (at.platform === 'instagram' && !ON_INSTAGRAM.has(String(type))) return wrong(`a button of type ${String(type)} is not supported`);
  }
  const choices = all.filter((b) => b.type === 'postback').map((b) => ({ kind: 'postback' as const, title: String(b.title), payload: String(b.payload) }));
  return fine(choices);
}

const MOST_REPLIES = 13;
/** Quick replies (messenger.md 4.2 and 6): a title that is too long is cut, not refused. */
export function checkQuickReplies(value: unknown, platform: 'page' | 'instagram'): Found {
  if (value === undefined) return fine();
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_REPLIES) return wrong(`quick_replies must be 1 to ${MOST_REPLIES}`);
  const kinds = platform === 'page' ? ['text', 'user_phone_number', 'user_email'] : ['text', 'user_phone_number'];
  const choices: Choice[] = [];
  for (const reply of value.map(objectOf)) {
    if (!kinds.includes(String(reply.content_type))) return wrong(`content_type ${String(reply.content_type)} is not supported`);
    if (reply.content_type !== 'text') continue;
    if (typeof reply.title !== 'string' || reply.title === '') return wrong('a quick reply of type text needs a title');
    if (!isText(reply.payload, PAYLOAD)) return wrong(`the payload of a quick reply must be 1 to ${PAYLOAD} characters`);
    if (reply.image_url !== undefined && !isUrl(reply.image_url)) return wrong('image_url must be a URL');
    choices.push({ kind: 'quick_reply', title: [...reply.title].slice(0, TITLE).join(''), payload: reply.payload });
  }
  return fine(choices);
}
