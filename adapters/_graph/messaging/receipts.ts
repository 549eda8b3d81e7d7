import { canonical, list, Malformed, need, present, text, time } from '../loose.ts';
import { customerKey, type Item, opensWindow, type Reader, writer } from './item.ts';

/** Emoji are also written as literal text: \u{2764}\u{FE0F}. */
const decoded = (emoji: string): string =>
  emoji.replace(/\\u\{([0-9a-f]{1,6})\}/gi, (whole, hex: string) => (Number.parseInt(hex, 16) <= 0x10ffff ? String.fromCodePoint(Number.parseInt(hex, 16)) : whole)).toWellFormed();

/** `reaction`. The word (love, like, other) only classes the emoji and stands in where that is missing. */
export const reaction: Reader = (item) => {
  const r = item.event;
  const target = need(r.mid, 'reaction.mid');
  const given = text(r.emoji) ?? text(r.reaction);
  const word = text(r.action) ?? (given === undefined ? undefined : 'react');
  if (word !== 'react' && word !== 'unreact') throw new Malformed('the action is neither react nor unreact');
  const action = word === 'react' ? ('add' as const) : ('remove' as const);
  const emoji = given === undefined ? undefined : decoded(given);
  return {
    meaning: ['reaction', target, customerKey(item), writer(item), action, emoji ?? '', text(item.item.timestamp) ?? ''],
    body: present({ kind: 'reaction' as const, action, emoji, target, by: writer(item), opensWindow: opensWindow(item) && action === 'add' ? true : undefined }),
  };
};

function watermark(item: Item, status: 'delivered' | 'read'): ReturnType<Reader> {
  const until = time(item.event.watermark);
  // That the business read its customer says nothing of what it sent.
  if (item.outbound) return { meaning: ['absorbed', status, canonical(item.item)], body: { kind: 'absorbed', reason: 'own_receipt' } };
  const platformIds = [...list(item.event.mids), item.event.mid].flatMap((id) => text(id) ?? []);
  if (until === null && !platformIds.length) throw new Malformed('neither a watermark nor a message is named');
  return {
    meaning: ['watermark', status, customerKey(item), until === null ? '' : String(until.getTime()), ...[...platformIds].sort()],
    at: item.at ?? until,
    body: { kind: 'watermark', status, until, platformIds },
  };
}
/** All that was sent before the watermark is delivered; `mids` are named sometimes. */
export const delivery: Reader = (item) => watermark(item, 'delivered');
/** Messenger names a time, Instagram the last message. */
export const read: Reader = (item) => watermark(item, 'read');
