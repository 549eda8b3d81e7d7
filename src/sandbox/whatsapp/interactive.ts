import { checkCarousel } from './carousel.ts';
import type { Fault } from './errors.ts';
import { count, each, type Fields, fields, first, isText, list, needed, optional, unique, unless } from './rules.ts';

interface Around {
  readonly body: { readonly max: number; readonly needed: boolean };
  readonly headers: readonly string[];
  readonly footer: boolean;
}
const around = (max: number, headers: readonly string[], { footer = true, bodyNeeded = true } = {}): Around => ({ body: { max, needed: bodyNeeded }, headers, footer });
const MEDIA = ['text', 'image', 'video', 'document'];

function checkButtons(action: Fields): Fault {
  const buttons = list(action.buttons);
  const replies = buttons.map((b) => fields(b.reply));
  return first(
    count(buttons.length, { what: 'buttons', least: 1, most: 3 }),
    each(buttons, (b) => unless(b.type === 'reply', 131009, 'Button type must be reply')),
    each(replies, (r) => first(needed(r.title, 'Button title', 20), needed(r.id, 'Button id', 256))),
    unique(
      replies.map((r) => r.title),
      'button title',
    ),
    unique(
      replies.map((r) => r.id),
      'button id',
    ),
  );
}
function checkList(action: Fields): Fault {
  const sections = list(action.sections);
  const rows = sections.flatMap((s) => list(s.rows));
  return first(
    needed(action.button, 'Button label', 20),
    count(sections.length, { what: 'sections', least: 1, most: 10 }),
    each(sections, (s) => (sections.length > 1 ? needed(s.title, 'Section title', 24) : optional(s.title, 'Section title', 24))),
    count(rows.length, { what: 'rows', least: 1, most: 10 }),
    each(rows, (r) => first(needed(r.id, 'Row id', 200), needed(r.title, 'Row title', 24), optional(r.description, 'Row description', 72))),
    unique(
      rows.map((r) => r.id),
      'row id',
    ),
  );
}
const named = (name: string) => (action: Fields) => unless(action.name === name, 131009, `action.name must be ${name}`);
function checkLink(action: Fields): Fault {
  const { display_text: label, url } = fields(action.parameters);
  return first(named('cta_url')(action), needed(label, 'Display text', 20), needed(url, 'URL', 2000), unless(/^https?:\/\/[^\s/]+/.test(String(url)), 131009, 'URL is not valid'));
}
function checkFlow(action: Fields): Fault {
  const p = fields(action.parameters);
  const data = fields(p.flow_action_payload).data;
  return first(
    named('flow')(action),
    unless(p.flow_message_version === '3' || p.flow_message_version === 3, 131009, 'flow_message_version must be 3'),
    unless(isText(p.flow_id) !== isText(p.flow_name), 131009, 'Exactly one of flow_id and flow_name'),
    needed(p.flow_cta, 'flow_cta', 30),
    unless(data === undefined || Object.keys(fields(data)).length > 0, 131009, 'flow_action_payload.data must not be empty'),
  );
}
const checkProduct = (action: Fields): Fault => first(needed(action.catalog_id, 'catalog_id', 200), needed(action.product_retailer_id, 'product_retailer_id', 200));
function checkProducts(action: Fields): Fault {
  const sections = list(action.sections);
  const items = sections.flatMap((s) => list(s.product_items));
  return first(
    needed(action.catalog_id, 'catalog_id', 200),
    count(sections.length, { what: 'sections', least: 1, most: 10 }),
    count(items.length, { what: 'products', least: 1, most: 30 }),
    each(items, (i) => needed(i.product_retailer_id, 'product_retailer_id', 200)),
  );
}
function checkCall(action: Fields): Fault {
  const p = fields(action.parameters);
  const ttl = p.ttl_minutes;
  return first(
    named('voice_call')(action),
    optional(p.display_text, 'Display text', 20),
    optional(p.payload, 'payload', 512),
    unless(ttl === undefined || (Number(ttl) >= 1 && Number(ttl) <= 43_200), 131009, 'ttl_minutes must be 1 to 43200'),
  );
}
/** Every interactive type, what may stand around its action, and the rule of the action (whatsapp.md 5.5). */
const TYPES: Readonly<Record<string, { readonly around: Around; check(action: Fields): Fault }>> = {
  button: { around: around(1024, MEDIA), check: checkButtons },
  list: { around: around(4096, ['text']), check: checkList },
  cta_url: { around: around(1024, MEDIA), check: checkLink },
  flow: { around: around(1024, MEDIA), check: checkFlow },
  location_request_message: { around: around(1024, [], { footer: false }), check: named('send_location') },
  request_contact_info: { around: around(1024, []), check: named('request_contact_info') },
  address_message: { around: around(1024, MEDIA), check: (a) => first(named('address_message')(a), needed(fields(a.parameters).country, 'country', 2)) },
  product: { around: around(1024, [], { bodyNeeded: false }), check: checkProduct },
  product_list: { around: around(1024, ['text']), check: checkProducts },
  catalog_message: { around: around(1024, []), check: named('catalog_message') },
  carousel: { around: around(1024, [], { footer: false }), check: checkCarousel },
  voice_call: { around: around(1024, []), check: checkCall },
  call_permission_request: { around: around(1024, [], { bodyNeeded: false }), check: named('call_permission_request') },
  order_details: { around: around(1024, MEDIA), check: named('review_and_pay') },
  order_status: { around: around(1024, MEDIA), check: named('review_order') },
};
function checkHeader(header: Fields, allowed: readonly string[]): Fault {
  const type = String(header.type);
  if (!allowed.includes(type)) return [131009, `Header type ${type} is not allowed here`];
  if (type === 'text') return needed(header.text, 'Header text', 60);
  const { id, link } = fields(header[type]);
  return unless(isText(id) !== isText(link), 131009, `header.${type} needs exactly one of id and link`);
}
export function checkInteractive(value: Fields): Fault {
  const known = Object.hasOwn(TYPES, String(value.type)) ? TYPES[String(value.type)] : undefined;
  if (!known) return [131009, `interactive.type ${String(value.type)} is not supported`];
  const { around: a, check } = known;
  const body = fields(value.body).text;
  return first(
    a.body.needed || value.body !== undefined ? needed(body, 'Body text', a.body.max) : null,
    value.header === undefined ? null : checkHeader(fields(value.header), a.headers),
    value.footer === undefined ? null : a.footer ? needed(fields(value.footer).text, 'Footer text', 60) : [131009, 'A footer is not allowed here'],
    value.type === 'product_list' ? unless(value.header !== undefined, 131008, 'header is required') : null,
    value.action === undefined ? [131008, 'action is required'] : check(fields(value.action)),
  );
}
