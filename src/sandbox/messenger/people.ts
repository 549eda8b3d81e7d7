import type { MessengerAccount } from './accounts.ts';
import type { Refusal } from './errors.ts';
import { PERSON_STATES, type PersonState } from './states.ts';

export interface Person {
  readonly id: string;
  name: string;
  /** When they last did what opens the window; 0: never. */
  lastAt: number;
  state: PersonState;
  /** Known by this alone until they write: an opt-in of a checkbox (messenger.md 2.18). */
  userRef?: string;
  /** They wrote or tapped on Instagram, and so agreed to show their profile (messenger.md 8.3). */
  consented: boolean;
}
interface State {
  readonly send?: Refusal | 'gone';
  readonly tagged?: Refusal;
  readonly profile?: Refusal | 'nothing';
  readonly delivers?: false;
  readonly reads?: false;
}
export const stateOf = (person: Person): State => PERSON_STATES[person.state];

/** Those who had to do with an account; nobody else can be addressed or looked up. */
export function createPeople() {
  const people = new Map<string, Person>();
  const key = (account: MessengerAccount, id: string) => `${account.id} ${id}`;
  function known(account: MessengerAccount, id: string): Person {
    const found = people.get(key(account, id)) ?? { id, name: 'Sandbox Customer', lastAt: 0, state: 'well', consented: false };
    people.set(key(account, id), found);
    return found;
  }
  return {
    /** Somebody whose id the business has come to know, who has not opened its window (a commenter, a checkbox). */
    known,
    /** They did what opens the window. Who blocked or was away is back with it. */
    seen(account: MessengerAccount, seen: { id: string; name?: string | undefined; at: number }): Person {
      const person = known(account, seen.id);
      person.name = seen.name ?? person.name;
      person.lastAt = seen.at;
      person.consented = true;
      if (person.state === 'blocked' || person.state === 'offline') person.state = 'well';
      return person;
    },
    find: (account: MessengerAccount, id: string): Person | undefined => people.get(key(account, id)),
    byRef: (account: MessengerAccount, ref: string): Person | undefined => [...people.entries()].find(([k, p]) => k.startsWith(`${account.id} `) && p.userRef === ref)?.[1],
  };
}
export type People = ReturnType<typeof createPeople>;
