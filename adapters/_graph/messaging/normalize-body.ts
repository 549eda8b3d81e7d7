import type { Normalized } from '../../facts.ts';
import { isObject, type Loose, Malformed, object, text, UnknownWord } from '../loose.ts';
import { EVENTS, MESSAGING_FIELDS } from './events.ts';
import { openItem } from './item.ts';
import { attempt, type Place, reject } from './place.ts';
import type { Product, Sink } from './product.ts';

const ENVELOPE = new Set(['sender', 'recipient', 'timestamp', 'prior_message', 'hop_context', 'lead']);
const given = (value: unknown): boolean => value !== undefined && value !== null;

/** One element in the form of messaging: a fact or reject for each event that it holds, which is one. `wrap` puts an event back into the element. */
function readItem(place: Place, item: unknown, how: { standby: boolean; wrap(item: Loose): unknown }): void {
  const all = object(item);
  const events = Object.keys(all).filter((key) => given(all[key]) && Object.hasOwn(EVENTS, key));
  if (!events.length)
    return attempt(place, () => {
      if (!isObject(item)) throw new Malformed('the element is not an object');
      const unknown = Object.keys(all).filter((key) => given(all[key]) && !ENVELOPE.has(key));
      throw unknown.length ? new UnknownWord('unknown_field', `property "${unknown.join('", "').slice(0, 60)}" is not known`) : new Malformed('the element holds no event');
    });
  for (const name of events) {
    const others = events.filter((e) => e !== name);
    const one = others.length ? Object.fromEntries(Object.entries(all).filter(([key]) => !others.includes(key))) : all;
    const at: Place = others.length ? { ...place, path: `${place.path}.${name}`, element: how.wrap(one) } : place;
    attempt(at, () => {
      const [event, read] = [all[name], EVENTS[name]];
      if (!isObject(event) || !read) throw new Malformed(`${name} is not an object`);
      const opened = openItem(one, event, { product: place.sink.product, entryId: text(place.entry.id), standby: how.standby });
      return { account: opened.account, addresses: opened.addresses, at: opened.at, ...read(opened) };
    });
  }
}

function readChange(place: Place): void {
  const { product } = place.sink;
  const { field: named, value } = object(place.element);
  const field = text(named) ?? '';
  if (MESSAGING_FIELDS.has(field) && isObject(value))
    return readItem({ ...place, path: `${place.path}.value` }, value, { standby: field === 'standby', wrap: (item) => ({ field, value: item }) });
  attempt({ ...place, path: `${place.path}.value` }, () => {
    const read = Object.hasOwn(product.fields, field) ? product.fields[field] : undefined;
    if (field !== '' && !read) throw new UnknownWord('unknown_field', `field "${field.slice(0, 60)}" is not known`);
    if (!read || !isObject(value)) throw new Malformed('the change has no field or no value');
    const entryId = text(place.entry.id);
    if (entryId === undefined) throw new Malformed('no account is named');
    return { account: entryId, ...read({ product, entryId, entryTime: place.entry.time, field, value }) };
  });
}

const LISTS: Readonly<Record<string, (place: Place) => void>> = {
  messaging: (place) => readItem(place, place.element, { standby: false, wrap: (item) => item }),
  standby: (place) => readItem(place, place.element, { standby: true, wrap: (item) => item }),
  changes: readChange,
};

function readEntry(sink: Sink, raw: unknown, path: string): void {
  const entry = object(raw);
  const count = () => sink.facts.length + sink.rejects.length;
  const before = count();
  for (const [list, value] of Object.entries(entry)) {
    const asEntry = (element: unknown) => ({ id: entry.id, time: entry.time, [list]: [element] });
    const place: Place = { sink, entry, path: `${path}.${list}`, element: value, asEntry: (element) => ({ ...asEntry(element), [list]: element }) };
    const read = Object.hasOwn(LISTS, list) ? LISTS[list] : undefined;
    if (!read) {
      if (Array.isArray(value) && value.length) reject(place, `list "${list.slice(0, 60)}" is not known`, 'unknown_field');
    } else if (Array.isArray(value)) for (const [i, element] of value.entries()) read({ ...place, path: `${path}.${list}[${i}]`, element, asEntry });
    else if (given(value)) reject(place, `${list} is not a list`);
  }
  if (count() === before) reject({ sink, entry, path, element: raw, asEntry: (element) => element }, 'the entry holds no element');
}

/** Every element of a body as a fact or a reject, in the order of the body. Pure and total. */
export function normalizeMessaging(product: Product, body: Loose): Normalized {
  const useless = (reason: string): Normalized => ({ facts: [], rejects: [{ path: '', code: 'malformed_body', reason }] });
  if (text(body.object) !== product.object) return useless(`the object is not ${product.object}`);
  if (!Array.isArray(body.entry) || !body.entry.length) return useless('the body has no entries');
  const sink: Sink = { product, facts: [], rejects: [] };
  for (const [i, entry] of body.entry.entries()) readEntry(sink, entry, `entry[${i}]`);
  return { facts: sink.facts, rejects: sink.rejects };
}
