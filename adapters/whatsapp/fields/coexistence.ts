import { camel, canonical, type Loose, list, Malformed, object, present, text, time } from '../../_graph/loose.ts';
import { errorsOf } from '../content.ts';
import { add, attempt, type Change, each, entryAt } from '../elements.ts';
import { addresses, phone, userId } from '../identity.ts';
import { readMessage } from '../messages.ts';

/** A line of history: from the business where `to` names the customer of the thread or `from` is our own number. */
function readHistoryLine(change: Change, thread: Loose): (m: Loose, path: string) => void {
  const customer = { phone: phone(thread.id), user: userId(object(thread.context).user_id) };
  return (m, path) => {
    const outbound = phone(m.from) !== undefined && phone(m.from) !== customer.phone;
    const people = [present({ user: customer.user, phone: customer.phone })];
    const line: Loose = outbound
      ? { ...m, to: m.to ?? thread.id, to_user_id: m.to_user_id ?? customer.user }
      : { ...m, from: m.from ?? thread.id, from_user_id: m.from_user_id ?? customer.user };
    readMessage(change, { as: 'imported', direction: outbound ? 'outbound' : 'inbound', people })(line, path);
  };
}

/** `history`: chunks of up to 180 days when a Coexistence number is connected; and, later, the media of recent lines. */
export function history(change: Change): void {
  each(change, 'messages', readMessage(change, { as: 'imported', direction: 'inbound', people: change.people }));
  each(change, 'message_echoes', readMessage(change, { as: 'imported', direction: 'outbound', people: change.people }));
  for (const [c, item] of list(change.value.history).entries()) {
    const chunk = object(item);
    const path = `${change.path}.history[${c}]`;
    const before = change.facts.length + change.rejects.length;
    for (const [e, error] of list(chunk.errors).entries()) {
      add(
        change,
        { addresses: [], at: entryAt(change), path: `${path}.errors[${e}]`, meaning: ['channel', 'history', canonical(error)] },
        { kind: 'channel', change: 'history_refused', field: 'history', errors: errorsOf([error]), platform: camel(object(error)) as Record<string, unknown> },
      );
    }
    for (const [t, entry] of list(chunk.threads).entries()) {
      const thread = object(entry);
      for (const [m, line] of list(thread.messages).entries())
        attempt(change, { key: null, element: line, path: `${path}.threads[${t}].messages[${m}]` }, readHistoryLine(change, thread));
    }
    if (chunk.metadata) progress(change, chunk, path);
    if (change.facts.length + change.rejects.length === before)
      attempt(change, { key: 'history', element: item, path }, () => {
        throw new Malformed('the chunk holds neither threads nor errors');
      });
  }
}
/** How far the import is: phase 0 to 2, progress to 100. */
function progress(change: Change, chunk: Loose, path: string): void {
  add(
    change,
    { addresses: [], at: entryAt(change), path: `${path}.metadata`, meaning: ['channel', 'history', canonical(chunk.metadata)] },
    { kind: 'channel', change: 'history_progress', field: 'history', platform: camel(object(chunk.metadata)) as Record<string, unknown> },
  );
}

/** `smb_app_state_sync`: the phone's address book. */
export function stateSync(change: Change): void {
  each(change, 'state_sync', (sync, path) => {
    const c = object(sync.contact);
    const found = addresses({ user: userId(c.user_id), phone: phone(c.phone_number) });
    if (!found.length) throw new Malformed('no customer is named');
    const name = text(c.full_name) ?? text(c.first_name);
    const at = time(object(sync.metadata).timestamp);
    add(
      change,
      { addresses: found, name, at, path, meaning: ['contact', canonical(sync)] },
      { kind: 'contact', change: 'details', previous: [], current: [], platform: camel(sync) as Record<string, unknown> },
    );
  });
}
