import { camel, camelRest, canonical, Malformed, need, object, present, text, time } from '../../_graph/loose.ts';
import { errorsOf } from '../content.ts';
import { add, type Change, each, entryAt } from '../elements.ts';
import { addresses, peopleOf, personOf, phone, userId } from '../identity.ts';
import { readMessage } from '../messages.ts';
import { readStatus } from '../statuses.ts';

type Reader = (change: Change) => void;

/** `messages`: any mix of messages, statuses, errors, clicks and a routing summary; each may be absent. */
export const messages: Reader = (change) => {
  each(change, 'messages', readMessage(change, { as: 'received', direction: 'inbound', people: change.people }));
  each(change, 'statuses', readStatus(change));
  each(change, 'errors', (error, path) => {
    const [read] = errorsOf([error]);
    add(
      change,
      { addresses: [], at: entryAt(change), path, meaning: ['channel', 'errors', canonical(error)] },
      { kind: 'channel', change: 'error', field: change.field, errors: read ? [read] : [], platform: camel(error) as Record<string, unknown> },
    );
  });
  each(change, 'user_actions', (action, path) => {
    add(
      change,
      { addresses: [], at: time(action.timestamp), path, meaning: ['activity', 'click', canonical(action), ''] },
      { kind: 'activity', activity: text(action.action_type) ?? 'user_action', platform: camel(action) as Record<string, unknown> },
    );
  });
  const summary = object(change.value.conversation_context);
  if (Object.keys(summary).length) {
    const person = change.people[0] ?? {};
    add(
      change,
      {
        addresses: addresses(person),
        at: entryAt(change),
        path: `${change.path}.conversation_context`,
        meaning: ['activity', 'conversation_summary', canonical({ summary, people: change.value.contacts ?? null }), ''],
      },
      { kind: 'activity', activity: 'conversation_summary', platform: camel(summary) as Record<string, unknown> },
    );
  }
};

/** Messages that the business typed in its app or that another partner sent: echoes. */
export const echoes: Reader = (change) => {
  each(change, 'message_echoes', readMessage(change, { as: 'echo', direction: 'outbound', people: change.people }));
};

/** Copies of a thread that another responder owns. Never to be answered. */
export const standby: Reader = (change) => {
  const inner = object(change.value.standby);
  const nested: Change = { ...change, path: `${change.path}.standby`, value: { ...inner, metadata: change.value.metadata }, people: peopleOf(inner.contacts) };
  each(nested, 'messages', readMessage(nested, { as: 'observed', direction: 'inbound', people: nested.people }));
  each(nested, 'statuses', readStatus(nested));
  each(nested, 'message_echoes', (echo, path) => {
    const sent = object(echo.message);
    const id = need(echo.id, 'id');
    const found = addresses({ user: userId(sent.recipient) ?? userId(sent.to), phone: phone(sent.to) });
    if (!found.length) throw new Malformed('no recipient');
    add(
      nested,
      { addresses: found, at: time(echo.timestamp), path, meaning: ['message', id] },
      present({
        kind: 'message' as const,
        as: 'observed' as const,
        platformId: id,
        direction: 'outbound' as const,
        content: { type: 'outbound' as const, platform: camel(sent) },
        platform: camelRest(echo, ['id', 'timestamp', 'message']),
        opensWindow: false,
      }),
    );
  });
};

/** Thread ownership passed to us or taken from us. Old shapes are tolerated: app ids, a bare string as metadata. */
export const handovers: Reader = (change) => {
  const v = change.value;
  const type = text(v.type) ?? 'control_changed';
  const detail = object(v[type]);
  const account = text(object(v.recipient).phone_number_id) ?? change.number;
  const sender = object(v.sender);
  const found = addresses({ user: userId(sender.user_id), phone: phone(sender.phone_number) ?? phone(sender.wa_id) });
  const body = present({
    kind: 'control' as const,
    change: type,
    owner: text(detail.new_owner_role) ?? text(detail.new_owner_app_id),
    previousOwner: text(detail.previous_owner_role) ?? text(detail.previous_owner_app_role) ?? text(detail.previous_owner_app_id),
    metadata: text(detail.metadata) ?? text(v.metadata),
    summary: text(object(object(detail.conversation_context).summary).text),
    platform: camelRest(v, ['messaging_product', 'timestamp', 'type']),
  });
  add(change, { addresses: found, at: time(v.timestamp), path: change.path, meaning: ['control', canonical(v)], ...(account === undefined ? {} : { account }) }, body);
};

/** Calls. A user's call and an accepted call of ours open the window (page of 2026). */
export const calls: Reader = (change) => {
  each(change, 'calls', (call, path) => {
    const id = need(call.id, 'id');
    const inbound = call.direction !== 'BUSINESS_INITIATED';
    const names = { user: userId(inbound ? call.from_user_id : call.to_user_id), phone: phone(inbound ? call.from : call.to) };
    const person = personOf(change.people, names);
    add(
      change,
      {
        addresses: addresses({ ...names, user: names.user ?? person.user }),
        name: person.name,
        at: time(call.timestamp),
        path,
        meaning: ['activity', 'call', id, text(call.event) ?? ''],
      },
      { kind: 'activity', activity: 'call', platformId: id, platform: camel(call) as Record<string, unknown>, opensWindow: inbound && call.event === 'connect' },
    );
  });
  each(change, 'statuses', (s, path) => {
    const id = need(s.id, 'id');
    const found = addresses({ user: userId(s.recipient_user_id), phone: phone(s.recipient_id) });
    add(
      change,
      { addresses: found, at: time(s.timestamp), path, meaning: ['activity', 'call_status', id, need(s.status, 'status')] },
      { kind: 'activity', activity: 'call_status', platformId: id, platform: camel(s) as Record<string, unknown>, opensWindow: s.status === 'ACCEPTED' },
    );
  });
  each(change, 'errors', (error, path) =>
    add(
      change,
      { addresses: [], at: entryAt(change), path, meaning: ['channel', 'errors', canonical(error)] },
      { kind: 'channel', change: 'error', field: 'calls', errors: errorsOf([error]), platform: camel(error) as Record<string, unknown> },
    ),
  );
};

/** Marketing stop and resume. Scope: marketing messages of this business. */
export const preferences: Reader = (change) => {
  each(change, 'user_preferences', (p, path) => {
    const value = need(p.value, 'value');
    const names = { user: userId(p.user_id), parent: userId(p.parent_user_id), phone: phone(p.wa_id) };
    const found = addresses(names);
    if (!found.length) throw new Malformed('no customer is named');
    if (value !== 'stop' && value !== 'resume') throw new Malformed('the preference is neither stop nor resume');
    const category = text(p.category) ?? 'marketing_messages';
    add(
      change,
      {
        addresses: found,
        name: personOf(change.people, names).name,
        at: time(p.timestamp),
        path,
        meaning: ['consent', `${found[0]?.type}:${found[0]?.value}`, category, value, text(p.timestamp) ?? ''],
      },
      present({
        kind: 'consent' as const,
        state: value === 'stop' ? ('opted_out' as const) : ('opted_in' as const),
        scope: category === 'marketing_messages' ? 'marketing' : category,
        source: 'user_preferences',
        detail: text(p.detail),
        platform: camelRest(p, ['value', 'detail', 'timestamp', 'wa_id', 'user_id', 'parent_user_id']),
      }),
    );
  });
};

/** Groups: members, settings and life cycle. */
export const groups: Reader = (change) => {
  each(change, 'groups', (g, path) => {
    const group = need(g.group_id, 'group_id');
    add(
      change,
      { addresses: addresses({ group }), at: time(g.timestamp), path, meaning: ['activity', 'group', group, canonical(g)] },
      { kind: 'activity', activity: text(g.type) ?? change.field, platformId: group, platform: camel(g) as Record<string, unknown> },
    );
  });
};
