import type { MessageState } from '../../schemas/index.ts';
import { camel, camelRest, isObject, type Loose, need, object, present, text, time, UnknownWord } from '../_graph/loose.ts';
import { errorsOf } from './content.ts';
import { add, type Change } from './elements.ts';
import { failureOf } from './errors.ts';
import { addresses, type Person, phone, userId } from './identity.ts';

/** Words of Cloud API; `deleted` and `warning` are of older products and are no words of ours. */
const STATES: Readonly<Record<string, MessageState>> = { sent: 'sent', delivered: 'delivered', read: 'read', played: 'played', failed: 'failed' };
const TAKEN = [
  'id',
  'status',
  'timestamp',
  'type',
  'recipient_id',
  'recipient_user_id',
  'recipient_parent_user_id',
  'parent_recipient_user_id',
  'biz_opaque_callback_data',
  'errors',
  'pricing',
  'recipient_type',
  'recipient_participant_id',
  'participant_recipient_id',
  'recipient_participant_user_id',
  'recipient_participant_parent_user_id',
];

function recipient(s: Loose, people: readonly Person[]) {
  const user = userId(s.recipient_user_id);
  const group = s.recipient_type === 'group' ? text(s.recipient_id) : undefined;
  const number = group ? undefined : phone(s.recipient_id);
  const person = people.find((p) => (user && p.user === user) || (number && p.phone === number)) ?? {};
  if (group) return { found: addresses({ group }), person: {} as Person };
  return {
    found: addresses({
      user: user ?? person.user,
      parent: userId(s.recipient_parent_user_id) ?? userId(s.parent_recipient_user_id) ?? person.parent,
      phone: number ?? person.phone,
    }),
    person,
  };
}

/** Payment states of India and Brazil: same array, not the delivery state machine. */
function payment(change: Change, s: Loose, path: string): void {
  const id = need(s.id, 'id');
  const { found, person } = recipient(s, change.people);
  const transaction = text(object(object(s.payment).transaction).id) ?? '';
  add(
    change,
    { addresses: found, name: person.name, at: time(s.timestamp), path, meaning: ['payment', id, need(s.status, 'status'), transaction] },
    { kind: 'activity', activity: 'payment', platformId: id, platform: camel(s) as Record<string, unknown> },
  );
}

/** One element of `statuses[]`. */
export function readStatus(change: Change): (s: Loose, path: string) => void {
  return (s, path) => {
    if (s.type === 'payment') return payment(change, s, path);
    const id = need(s.id, 'id');
    const word = need(s.status, 'status');
    const status = Object.hasOwn(STATES, word) ? STATES[word] : undefined;
    if (!status) throw new UnknownWord('unknown_status', `status "${word.slice(0, 40)}" is not known`);
    const { found, person } = recipient(s, change.people);
    const member = addresses({
      user: userId(s.recipient_participant_user_id),
      parent: userId(s.recipient_participant_parent_user_id),
      phone: phone(s.recipient_participant_id) ?? phone(s.participant_recipient_id),
    });
    const errors = errorsOf(s.errors);
    const pricing = isObject(s.pricing) ? s.pricing : isObject(object(s.conversation).pricing) ? object(object(s.conversation).pricing) : undefined;
    const first = errors[0];
    const memberKey = member.length ? `${member[0]?.type}:${member[0]?.value}` : '';
    const username = person.username === undefined ? {} : { username: person.username };
    const rest = { ...camelRest(s, TAKEN), ...username, ...(member.length > 1 ? { participantIdentities: member } : {}) };
    add(
      change,
      { addresses: found, name: person.name, at: time(s.timestamp), path, meaning: ['status', id, memberKey, word] },
      present({
        kind: 'status' as const,
        platformId: id,
        status,
        ownId: text(s.biz_opaque_callback_data),
        participant: member[0],
        errors: errors.length ? errors : undefined,
        failure: status === 'failed' ? failureOf(first?.code, first?.details ?? first?.message ?? first?.title) : undefined,
        pricing: pricing ? (camel(pricing) as Record<string, unknown>) : undefined,
        platform: Object.keys(rest).length ? rest : undefined,
      }),
    );
  };
}
