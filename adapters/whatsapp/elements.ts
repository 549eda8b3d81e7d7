import { isObject, type Loose, Malformed, object, text, time, UnknownWord } from '../_graph/loose.ts';
import type { Fact, FactBody, Reject } from '../facts.ts';
import { type Person, peopleOf } from './identity.ts';

/** One change of one entry, and where its elements go. */
export interface Change {
  readonly entryId: string;
  readonly entryTime: unknown;
  readonly field: string;
  readonly path: string; // entry[0].changes[0].value
  readonly value: Loose;
  /** phone_number_id of the value's metadata, where it names one. */
  readonly number: string | undefined;
  readonly people: readonly Person[];
  readonly facts: Fact[];
  readonly rejects: Reject[];
}

export function openChange(place: { entry: Loose; change: Loose; path: string; facts: Fact[]; rejects: Reject[] }): Change {
  const { entry, change, path, facts, rejects } = place;
  const value = object(change.value);
  return {
    entryId: text(entry.id) ?? '',
    entryTime: entry.time,
    field: text(change.field) ?? '',
    path: `${path}.value`,
    value,
    number: text(object(value.metadata).phone_number_id),
    people: peopleOf(value.contacts),
    facts,
    rejects,
  };
}

/** A body that holds this element alone, so that it can be read again later. */
export function alone(change: Change, key: string | null, element: unknown): string {
  const { contacts, metadata, messaging_product } = change.value;
  const rest = key === null ? element : { messaging_product, metadata, contacts, [key]: [element] };
  return JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: change.entryId, time: change.entryTime, changes: [{ field: change.field, value: rest }] }] });
}

interface Failing {
  readonly path: string;
  readonly code?: Reject['code'];
  readonly element: string;
}
export function reject(change: Change, reason: string, { path, code = 'malformed_element', element }: Failing): void {
  change.rejects.push({ path, code, reason, element, channelType: 'whatsapp', ...(change.number === undefined ? {} : { account: change.number }) });
}

/** Reads each element of `value[key]` by itself: what cannot be read is rejected alone, with its own bytes. */
export function each(change: Change, key: string, read: (element: Loose, path: string) => void): void {
  const all = change.value[key];
  if (all === undefined || all === null) return;
  if (!Array.isArray(all)) return reject(change, `${key} is not a list`, { path: `${change.path}.${key}`, element: alone(change, null, change.value) });
  for (const [i, element] of all.entries()) attempt(change, { key, element, path: `${change.path}.${key}[${i}]` }, read);
}

export function attempt(change: Change, { key, element, path }: { key: string | null; element: unknown; path: string }, read: (element: Loose, path: string) => void): void {
  const mark = change.facts.length;
  try {
    if (!isObject(element)) throw new Malformed('the element is not an object');
    read(element, path);
  } catch (error) {
    change.facts.length = mark; // an element is one fact or one reject
    const code = error instanceof UnknownWord ? error.code : 'malformed_element';
    reject(change, error instanceof Malformed ? error.message : 'the element could not be read', { path, code, element: alone(change, key, element) });
  }
}

type Made = Pick<Fact, 'addresses' | 'path'> & {
  readonly name?: string | undefined;
  readonly at: Date | null;
  readonly meaning: readonly string[];
  readonly account?: string;
  readonly business?: boolean;
};
/** Adds one fact of this change. */
export function add(change: Change, made: Made, body: FactBody): void {
  const account = made.account ?? change.number ?? change.entryId;
  if (!account) throw new Malformed('neither phone_number_id nor account is named');
  const business = made.business ?? (made.account === undefined && change.number === undefined);
  change.facts.push({
    idParts: ['whatsapp', account, ...made.meaning],
    channelType: 'whatsapp',
    account,
    ...(business ? { accountKind: 'business' as const } : {}),
    addresses: made.addresses,
    ...(made.name === undefined ? {} : { name: made.name }),
    at: made.at,
    path: made.path,
    body,
  });
}
export const entryAt = (change: Change): Date | null => time(change.entryTime);
