import type { Medium } from '../../core/phones.ts';
import { objectOf } from '../../meta/bearer.ts';
import { newMid } from '../accounts.ts';
import { itemOf } from '../events.ts';
import type { Choice } from '../threads.ts';
import { type Act, type ActAt, messageOf, NO_MESSAGE, opens, where } from './act.ts';

const kindOf = (mimeType: string) => /^(image|audio|video)\//.exec(mimeType)?.[1] ?? 'file';
const listOf = (value: unknown) => (Array.isArray(value) ? value.map(objectOf) : []);

interface Said {
  readonly text: string;
  readonly media?: readonly Medium[];
  /** Whatever else the message has: attachments, reply_to, quick_reply, referral, … */
  readonly more?: Readonly<Record<string, unknown>>;
}
/** The customer's message: one webhook, and a place in the conversation. */
export function say(at: ActAt, { text, media = [], more = {} }: Said): { id: string; customer: string } {
  const { state, screens, account, user } = at;
  const person = opens(at);
  const mid = newMid(account);
  const files = media.map((m) => ({ type: kindOf(m.mimeType), mimeType: m.mimeType, url: state.cdn.put(m), size: m.bytes.length }));
  const told = listOf(more.attachments).flatMap(({ type, payload }) => {
    const { url } = objectOf(payload);
    return typeof url === 'string' ? [{ type: String(type), mimeType: String(type), url, size: 0 }] : [];
  });
  const attachments = [...files, ...told];
  const replyTo = objectOf(more.reply_to).mid;
  state.threads.add(account, person, { mid, at: state.clock.now(), from: 'customer', text, attachments, ...(typeof replyTo === 'string' ? { replyTo } : {}) });
  const shown = attachments.map(({ mimeType, url }) => ({ mimeType, url }));
  screens.show(`${account.object} ${user}`, { from: 'customer', text, id: mid, ...(shown.length ? { media: shown } : {}) });
  const own = files.map(({ type, url }) => ({ type, payload: { url } }));
  const message = { mid, ...(text === '' ? {} : { text }), ...(own.length ? { attachments: own } : {}), ...more };
  // Whom a checkbox made known by `user_ref` is told to be the same person once (messenger.md 2.5, unconfirmed).
  const prior = person.userRef === undefined ? {} : { prior_message: { source: 'checkbox_plugin', identifier: person.userRef } };
  delete person.userRef;
  state.tell({ account, person, kind: 'message', item: itemOf(where(at), { message, ...prior }) });
  return { id: mid, customer: user };
}
/** Any message of messenger.md 2.1 to 2.3 and 3: `message` says what it has besides its id. */
const message: Act = (at) => {
  const { text, mid: _mid, ...more } = objectOf(at.body.message);
  return say(at, { text: typeof text === 'string' ? text : '', more });
};
const reply: Act = (at) => {
  const to = messageOf(at);
  if (!to || typeof at.body.text !== 'string' || at.body.text === '') return `${NO_MESSAGE}, text what is written`;
  return say(at, { text: at.body.text, more: { reply_to: { mid: to.mid, is_self_reply: to.from === 'customer' } } });
};

/** What there is to tap now: quick replies of the last message alone ("vanish after the next message"), buttons of any, the menu. */
function offered({ state, account, user }: ActAt): (Choice & { appId?: string })[] {
  const person = state.people.find(account, user);
  const messages = (person && state.threads.find(account, person)?.messages) ?? [];
  const last = messages.at(-1);
  const all = [...messages]
    .reverse()
    .flatMap((m) => (m.choices ?? []).filter((c) => c.kind === 'postback' || m === last).map((c) => ({ ...c, ...(m.appId === undefined ? {} : { appId: m.appId }) })));
  return [...all, ...state.settings.choices(account)];
}
function postback(at: ActAt, choice: Choice & { appId?: string }): object {
  const { state, account, user, body } = at;
  const person = opens(at);
  const mid = newMid(account);
  const referral = objectOf(body.referral);
  const told = { mid, title: choice.title, payload: choice.payload, ...(Object.keys(referral).length ? { referral } : {}) };
  state.tell({ account, person, kind: 'postback', item: itemOf(where(at), { postback: told }), payloadFor: choice.appId });
  return { id: mid, customer: user };
}
const tap: Act = (at) => {
  const { payload, title } = at.body;
  const all = offered(at);
  const choice = all.find((c) => (payload === undefined || c.payload === payload) && (title === undefined || c.title === title));
  if (!choice || (payload === undefined && title === undefined)) return `payload or title of what can be tapped: ${all.map((c) => c.payload).join(', ') || 'nothing'}`;
  return choice.kind === 'quick_reply' ? say(at, { text: choice.title, more: { quick_reply: { payload: choice.payload } } }) : postback(at, choice);
};
const getStarted: Act = (at) => {
  const choice = at.state.settings.getStarted(at.account);
  return choice ? postback(at, choice) : 'this account has no Get Started button: POST /me/messenger_profile { get_started }';
};
export const MESSAGE_ACTS = { message, reply, tap, get_started: getStarted } satisfies Record<string, Act>;
