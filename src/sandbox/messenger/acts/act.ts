import type { Screens } from '../../core/phones.ts';
import type { MessengerAccount } from '../accounts.ts';
import type { Person } from '../people.ts';
import type { MessengerState } from '../state.ts';
import type { ThreadMessage } from '../threads.ts';

export interface ActAt {
  readonly state: MessengerState;
  readonly screens: Screens;
  readonly account: MessengerAccount;
  /** The id of who acts, as the account knows them. */
  readonly user: string;
  readonly body: Readonly<Record<string, unknown>>;
}
/** What somebody does on their side. An object says what came of it, a text what is wrong. */
export type Act = (at: ActAt) => object | string;

/** They did what opens the window (messenger.md 5.1), and wakes the thread. */
export function opens({ state, account, user, body }: ActAt): Person {
  const person = state.people.seen(account, { id: user, name: typeof body.name === 'string' ? body.name : undefined, at: state.clock.now() });
  state.routing.acted(account, person);
  return person;
}
export const where = ({ state, account, user }: ActAt) => ({ account, user, at: state.clock.now() });
/** The message of this thread that `mid` names. */
export function messageOf({ state, account, user, body }: ActAt): ThreadMessage | undefined {
  const person = state.people.find(account, user);
  return person && state.threads.message(account, person, body.mid);
}
export const NO_MESSAGE = 'mid must name a message of this conversation';
