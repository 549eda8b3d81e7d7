import type { MessengerAccount } from './accounts.ts';

export interface Person {
  readonly id: string;
  name: string;
  /** When they last did what opens the window; 0: never. */
  lastAt: number;
}
/** Those who wrote to an account; nobody else can be addressed or looked up. */
export function createPeople() {
  const people = new Map<string, Person>();
  const key = (account: MessengerAccount, id: string) => `${account.id} ${id}`;
  return {
    seen(account: MessengerAccount, seen: { id: string; name: string | undefined; at: number }): Person {
      const known = people.get(key(account, seen.id)) ?? { id: seen.id, name: 'Sandbox Customer', lastAt: 0 };
      known.name = seen.name ?? known.name;
      known.lastAt = seen.at;
      people.set(key(account, seen.id), known);
      return known;
    },
    find: (account: MessengerAccount, id: string): Person | undefined => people.get(key(account, id)),
  };
}
export type People = ReturnType<typeof createPeople>;
