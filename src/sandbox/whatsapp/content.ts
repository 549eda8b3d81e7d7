import type { Fault } from './errors.ts';
import { checkInteractive } from './interactive.ts';
import { mayBe } from './media-rules.ts';
import { each, fields, first, isText, lengthOf, list, needed, optional, unless } from './rules.ts';

/** What the rules of a content must know of the platform's state. */
export interface ContentState {
  hasMedia(id: string): boolean;
  typeOf(id: string): string | undefined;
}
interface Kind {
  check(content: unknown, state: ContentState): Fault;
  /** What the phone shows of it. */
  text(content: unknown): string;
}
const MAX_TEXT = 4096;
const textOf = (value: unknown): string => (isText(value) ? value : '');

function checkText(content: unknown): Fault {
  const { body } = fields(content);
  if (!isText(body)) return [131008, 'text.body is required'];
  return unless(lengthOf(body) <= MAX_TEXT, 100, `Param text['body'] must be at most ${MAX_TEXT} characters long.`);
}
const media = (kind: string, captioned: boolean): Kind => ({
  check(content, state) {
    const { id, link, caption, voice } = fields(content);
    return first(
      unless(isText(id) !== isText(link), 131009, `${kind} needs exactly one of id and link`),
      isText(id) ? unless(state.hasMedia(id), 131009, `Media ${id} does not exist or belongs to another number`) : null,
      isText(id) ? unless(mayBe(kind, state.typeOf(id) ?? '', voice === true), 131053, `Media ${id} can not be sent as ${voice === true ? 'a voice note' : kind}`) : null,
      isText(link) ? unless(/^https?:\/\/[^\s/]+/.test(link), 131009, `${kind}.link is not a URL`) : null,
      caption === undefined ? null : captioned ? optional(caption, 'caption', 1024) : [131009, `caption is not allowed with ${kind}`],
    );
  },
  text: (content) => textOf(fields(content).caption),
});
/** Media ids in the headers of cards. */
const checkHeaders = (content: unknown, state: ContentState): Fault =>
  each(list(fields(fields(content).action).cards), (card) => {
    const { type, ...media } = fields(card.header);
    const { id } = fields(media[String(type)]);
    return isText(id) ? unless(state.hasMedia(id) && mayBe(String(type), state.typeOf(id) ?? '', false), 131009, `Media ${id} does not exist or belongs to another number`) : null;
  });
const degrees = (value: unknown, most: number): boolean => (typeof value === 'number' || isText(value)) && Math.abs(Number(value)) <= most;

/** Every type of POST /{phone-number-id}/messages but `template` (whatsapp.md 5.3 to 5.5). */
export const KINDS: Readonly<Record<string, Kind>> = {
  text: { check: checkText, text: (c) => textOf(fields(c).body) },
  image: media('image', true),
  video: media('video', true),
  document: media('document', true),
  audio: media('audio', false),
  sticker: media('sticker', false),
  location: {
    check: (content) => {
      const { latitude, longitude } = fields(content);
      return first(unless(degrees(latitude, 90), 131009, 'latitude is not valid'), unless(degrees(longitude, 180), 131009, 'longitude is not valid'));
    },
    text(content) {
      const { name, address, latitude, longitude } = fields(content);
      return [name, address, `${String(latitude)}, ${String(longitude)}`].filter(isText).join('\n');
    },
  },
  contacts: {
    check: (content) => {
      const cards = list(content);
      return first(
        unless(cards.length > 0, 131008, 'contacts is required'),
        unless(cards.length <= 257, 131009, 'contacts has more than 257 cards'),
        each(cards, (c) => needed(fields(c.name).formatted_name, 'name.formatted_name', 1024)),
      );
    },
    text: (content) =>
      list(content)
        .map((card) => textOf(fields(card.name).formatted_name))
        .join('\n'),
  },
  reaction: {
    check: (content) => {
      const { message_id: id, emoji } = fields(content);
      return first(unless(isText(id), 131008, 'reaction.message_id is required'), unless(typeof emoji === 'string', 131008, 'reaction.emoji is required'));
    },
    text: (content) => textOf(fields(content).emoji),
  },
  interactive: { check: (content, state) => checkInteractive(fields(content)) ?? checkHeaders(content, state), text: (content) => textOf(fields(fields(content).body).text) },
};
