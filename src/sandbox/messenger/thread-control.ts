import type { Answer } from '../core/platform-server.ts';
import { objectOf } from '../meta/bearer.ts';
import type { MessengerAccount } from './accounts.ts';
import type { MessengerApp } from './apps.ts';
import { refuse } from './errors.ts';
import type { Person } from './people.ts';
import { INBOX } from './routing.ts';
import type { MessengerState } from './state.ts';

interface At {
  readonly state: MessengerState;
  readonly app: MessengerApp;
  readonly account: MessengerAccount;
  readonly person: Person;
  readonly body: Readonly<Record<string, unknown>>;
}
const MAX_METADATA = 1000;
const LONGEST_S = 7 * 24 * 3600;
const SUCCESS: Answer = { status: 200, body: { success: true } };
const notOwner = ({ account }: At) => refuse(account.object === 'page' ? 'notOwner' : 'notOwnerInstagram');

/** The app that gains, loses or is asked for the thread is told; the inbox is nobody's webhook. */
function tell({ state, account, person, body }: At, kind: string, told: { app: string | null; item: object }): void {
  if (told.app === null) return;
  const metadata = typeof body.metadata === 'string' ? { metadata: body.metadata } : {};
  const item = { sender: { id: person.id }, recipient: { id: account.id }, timestamp: state.clock.now(), [kind]: { ...told.item, ...metadata } };
  state.tell({ account, person, kind, item, app: told.app });
}
const ownerOf = ({ state, account, person }: At): string | null => state.routing.owner(account, person)?.appId ?? null;
const targetOf = ({ account, body }: At) => (body.target_app_id === undefined ? account.routing?.defaultApp : String(body.target_app_id));

/** Owner or idle; to the inbox, or to an app of this account. */
function passFault(at: At): Answer | null {
  const [owner, target] = [ownerOf(at), targetOf(at)];
  if (owner !== null && owner !== at.app.id) return notOwner(at);
  const known = target === INBOX[at.account.object] || at.state.apps.some((a) => a.id === target && a.tokens[at.account.id] !== undefined);
  return known ? null : refuse('wrongApp');
}
const releaseFault = (at: At): Answer | null => (ownerOf(at) === at.app.id ? null : notOwner(at));

/** The thread goes to another app, or to the default one (messenger.md 10.2). */
function pass(at: At): Answer {
  const fault = passFault(at);
  if (fault) return fault;
  const { state, account, person } = at;
  const [owner, target = ''] = [ownerOf(at), targetOf(at)];
  state.routing.give(account, person, target);
  tell(at, 'pass_thread_control', { app: target, item: { previous_owner_app_id: owner, new_owner_app_id: target } });
  return SUCCESS;
}
function release(at: At): Answer {
  const fault = releaseFault(at);
  if (!fault) at.state.routing.release(at.account, at.person);
  return fault ?? SUCCESS;
}
/** Routing on, and this app's toggle; not by who has it already. The app that lost it is told, none where it was idle. */
function take(at: At): Answer {
  const { state, app, account, person } = at;
  if (!account.routing?.takers?.includes(app.id)) return refuse('noRouting');
  const owner = ownerOf(at);
  if (owner === app.id) return refuse('parameter', 'this app owns the thread already');
  state.routing.give(account, person, app.id);
  tell(at, 'take_thread_control', { app: owner, item: { previous_owner_app_id: owner, new_owner_app_id: app.id } });
  return SUCCESS;
}
/** The owner is asked; an idle thread is granted at once. On Instagram it works without routing alone. */
function request(at: At): Answer {
  const { state, app, account, person } = at;
  if (account.object === 'instagram' && account.routing) return refuse('noRouting');
  const owner = ownerOf(at);
  if (owner === null) {
    state.routing.give(account, person, app.id);
    tell(at, 'pass_thread_control', { app: app.id, item: { previous_owner_app_id: null, new_owner_app_id: app.id } });
  } else tell(at, 'request_thread_control', { app: owner, item: { requested_owner_app_id: Number(app.id) } });
  return SUCCESS;
}
function extend(at: At): Answer {
  const { state, account, person, body } = at;
  if (ownerOf(at) !== at.app.id) return notOwner(at);
  const seconds = Number(body.duration);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_S) return refuse('parameter', `duration must be 1 to ${LONGEST_S} seconds`);
  state.routing.extend(account, person, seconds * 1000);
  return SUCCESS;
}
const CALLS: Readonly<Record<string, (at: At) => Answer>> = {
  pass_thread_control: pass,
  release_thread_control: release,
  take_thread_control: take,
  request_thread_control: request,
  extend_thread_control: extend,
};
export const isControl = (edge: string | undefined): edge is string => edge !== undefined && (Object.hasOwn(CALLS, edge) || edge === 'thread_owner');

export function controlThread(edge: string, method: string, given: Omit<At, 'person'>): Answer {
  const { state, app, account, body } = given;
  const id = objectOf(body.recipient).id ?? body.recipient;
  const person = typeof id === 'string' ? state.people.find(account, id) : undefined;
  if (!person) return refuse(account.object === 'page' ? 'noUser' : 'noUserInstagram');
  if (edge === 'thread_owner') {
    const owner = state.routing.owner(account, person);
    if (!owner) return { status: 200, body: { data: [] } };
    const expiration = Math.floor(owner.until / 1000);
    const may = owner.appId === app.id || account.routing?.defaultApp === app.id;
    return { status: 200, body: { data: [{ thread_owner: { ...(may ? { app_id: owner.appId } : {}), expiration } }] } };
  }
  if (method !== 'POST') return refuse('node');
  if (typeof body.metadata === 'string' && body.metadata.length > MAX_METADATA) return refuse('parameter', 'param metadata');
  return CALLS[edge]?.({ ...given, person }) ?? refuse('node');
}
/** `thread_control` of a send (messenger.md 4.2): refused before the message goes, done after it. */
export function inlineControl(value: unknown, given: Omit<At, 'body'>): { readonly run: () => void } | Answer {
  if (value === undefined) return { run: () => {} };
  const { control_type: type, app_id: target, metadata } = objectOf(value);
  const at: At = { ...given, body: { ...(target === undefined ? {} : { target_app_id: target }), ...(metadata === undefined ? {} : { metadata }) } };
  if (type === 'pass') return passFault(at) ?? { run: () => void pass(at) };
  if (type === 'release') return releaseFault(at) ?? { run: () => void release(at) };
  return refuse('parameter', 'param thread_control[control_type]');
}
