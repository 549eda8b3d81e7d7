import type { Identity } from '../../schemas/index.ts';
import { type Loose, list, object, present, text } from '../_graph/loose.ts';

/** Business-scoped user id, parent form too: GB.7781200345566012, GB.ENT.55001122 (reference of 2026). */
const BSUID = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/;

/** Digits of a phone with `+`; undefined where it is none (a BSUID was seen in `from`). */
export function phone(value: unknown): string | undefined {
  const digits = text(value)?.replace(/^\+/, '');
  return digits !== undefined && /^\d{5,20}$/.test(digits) ? `+${digits}` : undefined;
}
export const userId = (value: unknown): string | undefined => {
  const id = text(value);
  return id !== undefined && BSUID.test(id) ? id : undefined;
};

export interface Names {
  readonly user?: string | undefined;
  readonly parent?: string | undefined;
  readonly phone?: string | undefined;
  readonly group?: string | undefined;
}
/** Addresses, the strongest first. */
export function addresses(names: Names): Identity[] {
  const all: Identity[] = [];
  if (names.group !== undefined) all.push({ type: 'group', value: names.group });
  if (names.user !== undefined) all.push({ type: 'whatsapp_user', value: names.user });
  if (names.parent !== undefined) all.push({ type: 'whatsapp_parent_user', value: names.parent });
  if (names.phone !== undefined) all.push({ type: 'phone', value: names.phone });
  return all;
}

export interface Person {
  readonly user?: string;
  readonly parent?: string;
  readonly phone?: string;
  readonly name?: string;
  readonly username?: string;
  readonly identityHash?: string;
}
/** The `contacts[]` of a value as people. */
export function peopleOf(contacts: unknown): Person[] {
  return list(contacts).map((item) => {
    const c = object(item);
    const profile = object(c.profile);
    return present({
      user: userId(c.user_id),
      parent: userId(c.parent_user_id),
      phone: phone(c.wa_id),
      name: text(profile.name),
      username: text(profile.username)?.replace(/^@/, ''),
      identityHash: text(c.identity_key_hash),
    });
  });
}
/** By BSUID first, then by phone; never by position. */
export function personOf(people: readonly Person[], names: Names): Person {
  return people.find((p) => p.user !== undefined && p.user === names.user) ?? people.find((p) => p.phone !== undefined && p.phone === names.phone) ?? {};
}
/** Who wrote a message: what the message says, completed by its person of `contacts[]`. */
export function senderOf(m: Loose, people: readonly Person[]): { names: Names; person: Person } {
  const own: Names = { user: userId(m.from_user_id) ?? userId(m.from), parent: userId(m.from_parent_user_id), phone: phone(m.from) };
  const person = personOf(people, own);
  return { names: { user: own.user ?? person.user, parent: own.parent ?? person.parent, phone: own.phone ?? person.phone, group: text(m.group_id) }, person };
}
