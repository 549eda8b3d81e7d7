import { cardText } from '../_content/degrade-cards.ts';
import type { Card, Piece } from '../_content/piece.ts';
import { shorten } from '../_text/shorten.ts';
import type { RenderContext } from '../contract.ts';
import type { Body } from './native-plain.ts';

type Interactive = Extract<Piece, { type: 'choices' | 'cards' | 'link' | 'request' }>;

/** What opens a list, in the customers' language: settings.listButton. */
const OPEN = 'Options';
const OPEN_MAX = 20;
function openerOf({ channel: { settings } }: RenderContext): string {
  return typeof settings.listButton === 'string' && settings.listButton.trim() !== '' ? shorten(settings.listButton, OPEN_MAX) : OPEN;
}
const link = (title: string, url: string | undefined): Body => ({ name: 'cta_url', parameters: { display_text: title, url } });

function choices(piece: Extract<Interactive, { type: 'choices' }>, context: RenderContext): Body {
  const around = {
    ...(piece.header ? { header: { type: 'text', text: piece.header } } : {}),
    body: { text: piece.body },
    ...(piece.footer ? { footer: { text: piece.footer } } : {}),
  };
  if (piece.form === 'buttons') return { type: 'button', ...around, action: { buttons: piece.options.map(({ id, title }) => ({ type: 'reply', reply: { id, title } })) } };
  const rows = piece.options.map(({ id, title, description }) => ({ id, title, ...(description ? { description } : {}) }));
  return { type: 'list', ...around, action: { button: openerOf(context), sections: [{ rows }] } };
}

/** One card of a carousel. A card's picture is the one that was given: files without a kind are images. */
function card(one: Card, index: number): Body {
  const [first] = one.buttons ?? [];
  const header = { type: 'image', image: one.media && 'url' in one.media ? { link: one.media.url } : one.media };
  const shown = { header, body: { text: cardText(one) } };
  if (first?.type === 'url') return { card_index: index, type: 'cta_url', ...shown, action: link(first.title, first.url) };
  const buttons = (one.buttons ?? []).map(({ id, title }) => ({ type: 'quick_reply', quick_reply: { id, title } }));
  return { card_index: index, ...shown, action: { buttons } };
}

/** The `interactive` object (whatsapp.md 5.5; contact request: 2.17.5). */
export function nativeInteractive(piece: Interactive, context: RenderContext): Body {
  switch (piece.type) {
    case 'choices':
      return choices(piece, context);
    case 'cards':
      return { type: 'carousel', body: { text: piece.body }, action: { cards: piece.cards.map(card) } };
    case 'link':
      return { type: 'cta_url', body: { text: piece.body }, action: link(piece.title, piece.url) };
    case 'request':
      return piece.what === 'location'
        ? { type: 'location_request_message', body: { text: piece.body }, action: { name: 'send_location' } }
        : { type: 'request_contact_info', body: { text: piece.body }, action: { name: 'request_contact_info' } };
  }
}
