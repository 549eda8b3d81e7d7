import type { Lever, Screens } from '../core/phones.ts';
import { type MessengerAccount, userIdOf } from './accounts.ts';
import type { Act } from './acts/act.ts';
import { ENTRY_ACTS } from './acts/entries.ts';
import { MARK_ACTS } from './acts/marks.ts';
import { MESSAGE_ACTS } from './acts/messages.ts';
import type { MessengerState } from './state.ts';
import { ACCOUNT_STATES, PERSON_STATES, stateIn } from './states.ts';

export const ACTS: Readonly<Record<string, Act>> = { ...MESSAGE_ACTS, ...MARK_ACTS, ...ENTRY_ACTS };
const isPhone = (value: unknown): value is string => typeof value === 'string' && /^\+?\d{3,20}$/.test(value);

/** The sandbox's own routes for one platform: customers act, people and accounts change. */
export function createLevers(object: MessengerAccount['object'], state: MessengerState, screens: Screens): Readonly<Record<string, Lever>> {
  const own = state.accounts.filter((a) => a.object === object);
  const accountOf = (id: unknown): MessengerAccount | string =>
    own.find((a) => id === undefined || a.id === id) ?? `no ${object} account has this id: ${own.map((a) => a.id).join(', ')}`;
  return {
    /** { from, act, to?, … } */
    acts(body) {
      const account = accountOf(body.to);
      if (typeof account === 'string') return account;
      const { act, from } = body;
      const known = typeof act === 'string' && Object.hasOwn(ACTS, act) ? ACTS[act] : undefined;
      if (!known) return `act is one of ${Object.keys(ACTS).join(', ')}`;
      if (!isPhone(from)) return 'from is a phone or the id of a person';
      return known({ state, screens, account, user: userIdOf(account, from), body });
    },
    /** { id, state, to? }: the person is a phone or an id. */
    people(body) {
      const account = accountOf(body.to);
      if (typeof account === 'string') return account;
      const found = stateIn(PERSON_STATES, body.state);
      if (typeof found === 'string') return found;
      if (!isPhone(body.id)) return 'id is a phone or the id of a person';
      const person = state.people.known(account, userIdOf(account, body.id));
      person.state = found.state;
      return { customer: person.id, state: person.state };
    },
    /** { id?, state } */
    accounts(body) {
      const account = accountOf(body.id);
      if (typeof account === 'string') return account;
      const found = stateIn(ACCOUNT_STATES, body.state);
      if (typeof found === 'string') return found;
      state.accountStates.set(account.id, found.state);
      return { account: account.id, state: found.state };
    },
  };
}
