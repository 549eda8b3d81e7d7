import { randomBytes } from 'node:crypto';
import type { Twist } from '../core/webhook-faults.ts';
import { objectOf } from './bearer.ts';

type Fields = Record<string, unknown>;
const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(objectOf) : []);
const UNKNOWN = 'sandbox_unknown';
const id = () => `${UNKNOWN}.${randomBytes(12).toString('hex')}`;

/** A property that nobody knows, on each message, status and event and around them. */
const known = (value: Fields): Fields => ({
  ...Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, Array.isArray(inner) ? listOf(inner).map((i) => ({ ...i, [UNKNOWN]: { since: 'today' } })) : inner])),
  [UNKNOWN]: { since: 'today' },
});
/** One more message or event, of a type that nobody knows, from the same customer. */
function another(value: Fields): Fields {
  const [message] = listOf(value.messages);
  if (message)
    return {
      ...value,
      messages: [...listOf(value.messages), { from: message.from, from_user_id: message.from_user_id, id: id(), timestamp: message.timestamp, type: UNKNOWN, [UNKNOWN]: { a: 1 } }],
    };
  const [status] = listOf(value.statuses);
  return status ? { ...value, statuses: [...listOf(value.statuses), { ...status, status: UNKNOWN }] } : value;
}
const anotherEvent = (events: Fields[]): Fields[] => {
  const [event] = events;
  return event ? [...events, { sender: event.sender, recipient: event.recipient, timestamp: event.timestamp, [UNKNOWN]: { id: id() } }] : events;
};

/** A webhook of Meta with something in it that nobody knows yet; what it told before is still there. */
export function twisted(body: object, twist: Twist): object {
  if (twist === null) return body;
  const whole = body as Fields;
  const entry = listOf(whole.entry).map((e) => ({
    ...e,
    ...(e.changes ? { changes: listOf(e.changes).map((c) => ({ ...c, value: (twist === 'unknown-field' ? known : another)(objectOf(c.value)) })) } : {}),
    ...(e.messaging ? { messaging: twist === 'unknown-field' ? listOf(e.messaging).map(known) : anotherEvent(listOf(e.messaging)) } : {}),
  }));
  return { ...whole, entry };
}
