import { objectOf } from '../meta/bearer.ts';
import type { MessengerAccount } from './accounts.ts';
import type { Refusal } from './errors.ts';
import { type Person, stateOf } from './people.ts';

const HOUR = 3_600_000;
const [WINDOW, HUMAN_WINDOW] = [24 * HOUR, 7 * 24 * HOUR];
const TYPES = new Set(['RESPONSE', 'UPDATE', 'MESSAGE_TAG', 'UTILITY']);
type Body = Readonly<Record<string, unknown>>;
const isFeedback = (body: Body) => objectOf(objectOf(objectOf(body.message).attachment).payload).template_type === 'customer_feedback';

/** `messaging_type` and `tag` by themselves (messenger.md 4.1 and 5.2): the tags other than these ended on 2026-04-27. */
export function typeFault({ messaging_type: type, tag }: Body, account: MessengerAccount): Refusal | null {
  if (type !== undefined && !(typeof type === 'string' && TYPES.has(type))) return 'parameter';
  if (type === 'UTILITY' && account.object === 'instagram') return 'parameter';
  if (type === 'MESSAGE_TAG' && tag === undefined) return 'parameter';
  if (tag === undefined) return null;
  if (type !== undefined && type !== 'MESSAGE_TAG') return 'tag';
  if (tag === 'HUMAN_AGENT') return account.humanAgent === false ? 'tag' : null;
  return tag === 'CUSTOMER_FEEDBACK' && account.object === 'page' ? null : 'tag';
}
/** Whether this may be sent now (messenger.md 5); nothing that the business sends extends it. */
export function windowFault(body: Body, person: Person, at: { account: MessengerAccount; now: number }): Refusal | null {
  const age = at.now - person.lastAt;
  const { messaging_type: type, tag } = body;
  const tagged = tag !== undefined || type === 'UTILITY';
  const abuse = stateOf(person).tagged;
  if (tagged && abuse) return abuse;
  if (tag === 'CUSTOMER_FEEDBACK' && !isFeedback(body)) return 'tag';
  // "Only in the standard window" (messenger.md 4.2).
  const sticker = objectOf(body.message).sticker_id !== undefined;
  if (tag !== undefined && !sticker) return age <= HUMAN_WINDOW ? null : 'humanAgent';
  if (type === 'UTILITY' || age <= WINDOW) return null;
  return at.account.object === 'page' ? 'window' : 'windowInstagram';
}
