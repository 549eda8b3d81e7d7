import { objectOf } from '../../meta/bearer.ts';
import { itemOf } from '../events.ts';
import { INBOX } from '../routing.ts';
import { type Act, opens, where } from './act.ts';

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** An m.me or ig.me link, or an ad, in a conversation that exists: it opens the window (messenger.md 2.6). */
const referral: Act = (at) => {
  const { state, account, user, body } = at;
  if (!state.people.find(account, user)) return 'a referral comes alone only in a conversation that exists: else it rides on get_started or the first message';
  const { ref, source = 'SHORTLINK', type = 'OPEN_THREAD', ad_id: ad } = body;
  const person = opens(at);
  const told = { ...(ref === undefined ? {} : { ref }), ...(ad === undefined ? {} : { ad_id: ad }), source, type };
  state.tell({ account, person, kind: 'referral', item: itemOf(where(at), { referral: told }) });
  return { customer: user };
};
/** A plugin with a PSID, a checkbox with a `user_ref` alone, or marketing messages, which open no window (messenger.md 2.5 and 5.1). */
const optin: Act = (at) => {
  const { state, account, user, body } = at;
  const optinOf = objectOf(body.optin);
  const told = Object.keys(optinOf).length ? optinOf : { ref: textOf(body.ref) ?? '', ...(textOf(body.user_ref) === undefined ? {} : { user_ref: body.user_ref }) };
  const ref = textOf(told.user_ref);
  const person = ref !== undefined || told.type !== undefined ? state.people.known(account, user) : opens(at);
  if (ref !== undefined) {
    person.userRef = ref;
    person.lastAt = state.clock.now(); // the plugin's opt-in opens the window, and shows no profile
  }
  const { sender, ...item } = itemOf(where(at), { optin: told }) as Record<string, unknown>;
  state.tell({ account, person, kind: 'optin', item: ref === undefined ? { sender, ...item } : item });
  return ref === undefined ? { customer: user } : { customer: user, user_ref: ref };
};
/** On a post of the business: it may be answered once in private (messenger.md 2.17, 3 and 4.6). */
const comment: Act = (at) => {
  const { state, account, user, body } = at;
  const person = state.people.known(account, user);
  if (typeof body.name === 'string') person.name = body.name;
  const made = state.comments.make(account, person);
  const text = textOf(body.text) ?? 'Price?';
  const created = Math.floor(state.clock.now() / 1000);
  const item =
    account.object === 'page'
      ? {
          field: 'feed',
          value: {
            item: 'comment',
            verb: 'add',
            comment_id: made.comment,
            post_id: made.post,
            parent_id: made.post,
            from: { id: user, name: person.name },
            message: text,
            created_time: created,
          },
        }
      : { field: 'comments', value: { id: made.comment, text, from: { id: user, username: person.name }, media: { id: made.post, media_product_type: 'FEED' } } };
  state.tell({ account, person, kind: 'comment', item });
  return { customer: user, comment: made.comment };
};
/** A human answers from the Business Suite inbox, and takes the thread with it (messenger.md 2.11 and 10.1). */
const inbox: Act = (at) => {
  const { state, account, user, body } = at;
  const person = state.people.find(account, user);
  const text = textOf(body.text);
  if (!person || text === undefined) return 'from must be somebody who wrote, text what the human answers';
  if (account.routing) state.routing.give(account, person, INBOX[account.object]);
  return { id: state.deliver({ text, attachments: [], choices: [] }, { account, person, appId: INBOX[account.object] }), customer: user };
};
/** Any other element (messenger.md 2.14 and 2.15): one property of a messaging item, under its own name. Without a sender where it is about the account. */
const other: Act = (at) => {
  const { state, account, user, body } = at;
  const item = objectOf(body.item);
  const [kind] = Object.keys(item);
  if (kind === undefined) return 'item must be { "<property>": … } of a messaging item, as { "policy_enforcement": { "action": "warning" } }';
  const whole = itemOf(where(at), item) as Record<string, unknown>;
  const { sender: _sender, ...alone } = whole;
  const ofAccount = kind === 'policy_enforcement' || kind === 'app_roles';
  state.tell({ account, person: ofAccount ? null : state.people.known(account, user), kind, item: ofAccount ? alone : whole });
  return { customer: user };
};
export const ENTRY_ACTS = { referral, optin, comment, inbox, other } satisfies Record<string, Act>;
