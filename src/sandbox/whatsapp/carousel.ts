import type { Fault } from './errors.ts';
import { count, each, type Fields, fields, first, isText, list, needed, unless } from './rules.ts';

function checkButtons(action: Fields): Fault {
  if (action.name === 'cta_url') {
    const { display_text: label, url } = fields(action.parameters);
    return first(needed(label, 'Display text', 20), needed(url, 'URL', 2000));
  }
  const buttons = list(action.buttons).map((b) => fields(b.quick_reply));
  return first(
    unless(buttons.length > 0, 131008, 'A card needs a button'),
    each(buttons, (b) => first(needed(b.title, 'Button title', 20), needed(b.id, 'Button id', 20))),
  );
}
function checkMediaCard(card: Fields): Fault {
  const { type, ...media } = fields(card.header);
  const { id, link } = fields(media[String(type)]);
  const text = fields(card.body).text;
  return first(
    unless(type === 'image' || type === 'video', 131009, 'Every card needs an image or video header'),
    unless(isText(id) !== isText(link), 131009, `header.${String(type)} needs exactly one of id and link`),
    text === undefined ? null : first(needed(text, 'Card body', 160), unless(String(text).split('\n').length <= 3, 131009, 'Card body has more than 2 line breaks')),
    checkButtons(fields(card.action)),
  );
}
const kindsOf = (card: Fields) => {
  const action = fields(card.action);
  return action.name === 'cta_url' ? 'cta_url' : `quick_reply x ${list(action.buttons).length}`;
};

/** 2 to 10 cards, of media or of products of one catalogue, with the same buttons on each (whatsapp.md 5.5). */
export function checkCarousel(action: Fields): Fault {
  const cards = list(action.cards);
  const products = cards.filter((c) => c.type === 'product').map((c) => fields(c.action));
  const bounds = count(cards.length, { what: 'cards', least: 2, most: 10 });
  if (products.length)
    return first(
      bounds,
      unless(products.length === cards.length, 131009, 'Cards must be of one kind'),
      each(products, (p) => first(needed(p.catalog_id, 'catalog_id', 200), needed(p.product_retailer_id, 'product_retailer_id', 200))),
      unless(new Set(products.map((p) => p.catalog_id)).size === 1, 131009, 'Cards must be of one catalogue'),
    );
  return first(bounds, each(cards, checkMediaCard), unless(new Set(cards.map(kindsOf)).size <= 1, 131009, 'Every card needs the same buttons'));
}
