import { itemOf, readItem } from '../events.ts';
import { REACTIONS } from '../sender-actions.ts';
import { type Act, type ActAt, messageOf, NO_MESSAGE, opens, where } from './act.ts';

/** "Max 5 edits (client rule)" (messenger.md 2.10). */
const MAX_EDITS = 5;
const nameOf = (emoji: string) => Object.entries(REACTIONS).find(([, e]) => e === emoji)?.[0] ?? 'other';

function tellReaction(at: ActAt, mid: string, told: object): object {
  const { state, account, user } = at;
  const person = opens(at); // a reaction opens the window (messenger.md 2.9)
  state.tell({ account, person, kind: 'reaction', item: itemOf(where(at), { reaction: { mid, ...told } }) });
  return { customer: user };
}
const react: Act = (at) => {
  const message = messageOf(at);
  const emoji = typeof at.body.emoji === 'string' ? at.body.emoji : REACTIONS[String(at.body.reaction)];
  if (!message || emoji === undefined) return `${NO_MESSAGE}, emoji or reaction (${Object.keys(REACTIONS).join(', ')}) how it is liked`;
  const told = { reaction: typeof at.body.reaction === 'string' ? at.body.reaction : nameOf(emoji), emoji };
  message.reactions?.set('customer', told);
  return tellReaction(at, message.mid, { action: 'react', ...told });
};
const unreact: Act = (at) => {
  const message = messageOf(at);
  if (!message?.reactions?.delete('customer')) return `${NO_MESSAGE} that this person has reacted to`;
  return tellReaction(at, message.mid, { action: 'unreact' });
};
const edit: Act = (at) => {
  const { state, account, user, body } = at;
  const message = messageOf(at);
  const person = state.people.find(account, user);
  if (message?.from !== 'customer' || !person || typeof body.text !== 'string' || body.text === '') return `${NO_MESSAGE} that this person wrote, text what it says now`;
  const count = (message.edits ?? 0) + 1;
  if (count > MAX_EDITS) return `a message is edited ${MAX_EDITS} times at most`;
  message.edits = count;
  message.text = body.text;
  state.tell({ account, person, kind: 'message_edit', item: itemOf(where(at), { message_edit: { mid: message.mid, text: body.text, num_edit: count } }) });
  return { customer: user };
};
/** Gone from the conversation; Instagram alone tells it (messenger.md 2.16 and 3). */
const unsend: Act = (at) => {
  const { state, account, user } = at;
  const message = messageOf(at);
  const person = state.people.find(account, user);
  if (message?.from !== 'customer' || !person) return `${NO_MESSAGE} that this person wrote`;
  message.gone = true;
  if (account.object === 'instagram') state.tell({ account, person, kind: 'message', item: itemOf(where(at), { message: { mid: message.mid, is_deleted: true } }) });
  return { customer: user };
};
/** Everything up to now is seen: a watermark on Messenger, the last message of the business on Instagram. */
const read: Act = (at) => {
  const { state, account, user } = at;
  const person = state.people.find(account, user);
  const last = person && state.threads.find(account, person)?.messages.findLast((m) => m.from === 'business');
  if (!person || !last) return 'the business has written nothing to this person';
  state.tell({ account, person, kind: 'read', item: readItem(where(at), last.mid) });
  return { customer: user };
};
export const MARK_ACTS = { react, unreact, edit, unsend, read } satisfies Record<string, Act>;
