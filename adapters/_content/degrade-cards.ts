import { type OutboundContent, type OutMedia, refOf } from '../../schemas/index.ts';
import { shorten } from '../_text/shorten.ts';
import type { CardForm, Natives } from '../natives.ts';
import { distinct } from './distinct.ts';
import type { Card, CardButton, Of, Sink } from './piece.ts';
import { planFile } from './plan-file.ts';
import { showFile, tellConversion } from './show-file.ts';
import { joined, lastPart } from './split-body.ts';

type Cards = Of<'cards'>;
export const cardText = (card: Card): string => joined([card.title, card.body], '\n');
const buttonsOf = (card: Card): readonly CardButton[] => card.buttons ?? [];
const kinds = (card: Card): string =>
  buttonsOf(card)
    .map(({ type }) => type)
    .join();

/** Whether every card fits the form, cut where it must be. */
function fits(form: CardForm, cards: readonly Card[]): boolean {
  if (cards.length < form.min) return false;
  const one = (card: Card): boolean => {
    const buttons = buttonsOf(card);
    if (buttons.length > form.buttonsMax || buttons.some(({ id }) => (id ?? '').length > form.idMax)) return false;
    if (!form.uniform) return Boolean(card.body || card.media || buttons.length); // a title alone is no card (messenger.md 4.3)
    const [kind] = buttons.map(({ type }) => type);
    const lines = cardText(card).split('\n').length;
    return kind !== undefined && card.media !== undefined && buttons.length <= form.uniform[kind] && kinds(card) === kinds(cards[0] ?? card) && lines <= (form.linesMax ?? lines);
  };
  return cards.every(one) && (!form.uniform || new Set(kinds(cards[0] as Card).split(',')).size === 1);
}

/** A card within the form; what was cut is added to `above` whole. */
function cutCard(card: Card, form: CardForm, above: string[]): Card {
  const title = form.titleMax === undefined ? card.title : shorten(card.title, form.titleMax);
  const room = form.titleMax === undefined ? form.bodyMax - title.length - 1 : form.bodyMax;
  const text: Card = room > 1 ? { title, ...(card.body ? { body: shorten(card.body, room) } : {}) } : { title: shorten(title, form.bodyMax) };
  const titles = distinct(
    buttonsOf(card).map((b) => shorten(b.title, form.buttonTitleMax)),
    form.buttonTitleMax,
  );
  const buttons = buttonsOf(card).map((b, i) => ({ ...b, title: titles[i] ?? b.title }));
  const cut = buttonsOf(card).filter((b) => b.title.length > form.buttonTitleMax);
  if (cut.length || cardText(text) !== cardText(card)) above.push(joined([cardText(card), ...cut.map((b) => b.title)], '\n'));
  return { ...text, ...(card.media ? { media: card.media } : {}), ...(card.buttons?.length ? { buttons } : {}) };
}
/** As few groups as hold them all, as even as can be: a form may have a least number too. */
function groups(cards: readonly Card[], max: number): Card[][] {
  const n = Math.ceil(cards.length / max);
  const size = Math.ceil(cards.length / n);
  return Array.from({ length: n }, (_, i) => cards.slice(i * size, (i + 1) * size));
}

function side(content: Cards, form: CardForm, sink: Sink): void {
  const above: string[] = [];
  const cards = content.cards.map((card) => cutCard(card, form, above));
  if (above.length) sink.losses.push('card_shortened');
  const intro = joined([content.body, ...above]);
  const all = groups(cards, form.max);
  if (all.length > 1) sink.losses.push('cards_split');
  if (form.introMax === undefined) {
    sink.losses.push('body_apart');
    sink.pieces.push({ type: 'text', text: intro });
  }
  for (const [i, group] of all.entries()) {
    const first = form.introMax === undefined ? '' : i === 0 ? lastPart(intro, { max: form.introMax }, sink) : shorten(content.body, form.introMax);
    sink.pieces.push({ type: 'cards', body: first, cards: group });
  }
}

/** One card as messages: its picture, then its text with what can be tapped. */
function alone(card: Card, sink: Sink): OutboundContent[] {
  const buttons = buttonsOf(card);
  const replies = buttons.flatMap(({ type, id, title }) => (type === 'reply' ? [{ id: id ?? title, title }] : []));
  const urls = buttons.flatMap(({ type, url, title }) => (type === 'url' && url ? [{ title, url }] : []));
  const text = cardText(card);
  const [link] = urls;
  if (!buttons.length) return [card.media ? { type: 'image', media: card.media, caption: text } : { type: 'text', text }];
  const picture: Of<'image'>[] = card.media ? [{ type: 'image', media: card.media }] : [];
  if (link && urls.length === 1 && !replies.length) return [...picture, { type: 'link', body: text, ...link }];
  if (urls.length) sink.losses.push('link_as_text'); // a message has one button with a link, and none beside replies
  const body = joined([text, ...urls.map(({ title, url }) => `${title}: ${url}`)], '\n');
  return [...picture, replies.length ? { type: 'choices', style: 'buttons', body, options: replies } : { type: 'text', text: body }];
}

/** Whether the channel shows this picture on a card. */
function planOf(media: OutMedia, form: CardForm, { files }: Sink) {
  const plan = planFile(refOf(media), form.picture, files);
  return plan.way === 'unfit' || plan.way === 'no_tool' ? null : plan;
}
/** Cards with what stands in a call for their pictures. */
function illustrated(content: Cards, form: CardForm, sink: Sink): Cards {
  const picture = (media: OutMedia): OutMedia => {
    const plan = planOf(media, form, sink);
    if (!plan) return media;
    tellConversion(media, plan, sink);
    return showFile(media, { plan, form: form.picture, kind: 'image' }, sink);
  };
  return { ...content, cards: content.cards.map(({ media, ...card }) => (media ? { ...card, media: picture(media) } : card)) };
}

/** Cards side by side where the channel can, else one after the other; on a channel of plain text as one text. */
export function degradeCards(content: Cards, natives: Natives, sink: Sink, into: (content: OutboundContent, sink: Sink) => void): void {
  const form = natives.cards;
  const shown = form && fits(form, content.cards) && content.cards.every(({ media }) => !media || planOf(media, form, sink));
  if (shown) return side(illustrated(content, form, sink), form, sink);
  sink.losses.push('cards_as_messages');
  const own: Sink = { ...sink, pieces: [] };
  own.pieces.push({ type: 'text', text: content.body });
  for (const card of content.cards) for (const one of alone(card, own)) into(one, own);
  if (own.refused) sink.refused = own.refused;
  const texts = own.pieces.flatMap((p) => (p.type === 'text' ? [p.text] : []));
  if (texts.length === own.pieces.length) sink.pieces.push({ type: 'text', text: joined(texts) });
  else sink.pieces.push(...own.pieces);
}
