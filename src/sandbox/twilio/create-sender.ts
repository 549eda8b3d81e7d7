import type { Answer } from '../core/platform-server.ts';
import { bareOf, classOf, countryOf, GEO_OFF, isRecipient, schemeOf } from './addresses.ts';
import type { CreateState } from './create.ts';
import { refuse } from './errors.ts';
import { MAGIC_FROM, MAGIC_TO } from './magic.ts';
import type { TwilioSender } from './senders.ts';

/** Who sends, and whether the service chose them. */
export interface Chosen {
  readonly sender: TwilioSender;
  readonly service: string | null;
  readonly byService: boolean;
}
/** What is wrong with the recipient by itself: how it is written, and where it is. */
export function recipientFault(to: string | null, { account }: CreateState): Answer | null {
  if (!to) return refuse(21604);
  const magic = MAGIC_TO[to];
  if (magic) return refuse(magic, to);
  if (!isRecipient(to)) return refuse(21211, to);
  if (schemeOf(to) === 'sms' && GEO_OFF.has(countryOf(to))) return refuse(21408, to);
  return account.verified && !account.verified.includes(bareOf(to)) ? refuse(21608, to) : null;
}
function foreign(from: string, { everyone }: CreateState): Answer {
  const kind = classOf(from);
  if (kind === null) return refuse(21212, from);
  if (everyone.some((s) => s.address === from)) return refuse(21660);
  if (kind === 'whatsapp' || kind === 'rcs') return refuse(63007);
  return kind === 'shortCode' ? refuse(21659, from) : refuse(21606, from);
}
/** One of the pool that can write to this recipient: on its channel, RCS before SMS, the one of last time first (sms.md 3.7). */
function fromPool(service: string, to: string, state: CreateState): TwilioSender | Answer {
  const pool = state.services.pool(service);
  if (!pool.length) return refuse(21704);
  const scheme = schemeOf(to);
  const fit = pool.filter((s) => schemeOf(s.address) === scheme);
  const sticky = state.services.find(service)?.stickySender ? state.lastSender(service, to) : undefined;
  const found = fit.find((s) => s.address === sticky) ?? fit.find((s) => classOf(s.address) !== 'alphanumeric' || !northAmerica(to));
  return found ?? refuse(21703);
}
const northAmerica = (address: string) => countryOf(address) === 'US';

/** The sender of a request: the number named, or one that the service chooses; both: the service's rules with this number. */
export function senderOf(form: URLSearchParams, to: string, state: CreateState): Chosen | Answer {
  const [from, service] = [form.get('From'), form.get('MessagingServiceSid')];
  if (!from && !service) return refuse(21603);
  const known = service ? state.services.find(service) : undefined;
  if (service && known?.accountSid !== state.account.sid) return refuse(21705);
  if (!from) {
    const sender = fromPool(service ?? '', to, state);
    return 'status' in sender ? sender : { sender, service, byService: true };
  }
  const magic = MAGIC_FROM[from];
  if (magic !== undefined && magic !== 'fine') return refuse(magic, from);
  const { sid: accountSid, authToken } = state.account;
  const sender = magic === 'fine' ? { accountSid, authToken, address: from } : state.senders.find((s) => s.address === from && (!service || s.messagingServiceSid === service));
  if (!sender) return foreign(from, state);
  return { sender, service: service || null, byService: false };
}
/** Whether these two can be joined at all. */
export function pairFault(to: string, { sender }: Chosen): Answer | null {
  if (schemeOf(to) !== schemeOf(sender.address)) return refuse(21910);
  if (to === sender.address) return refuse(21211, to);
  const kind = classOf(sender.address);
  if (kind === 'alphanumeric' && northAmerica(to)) return refuse(21612); // "one-way, not US/CA" (sms.md 9.1)
  return kind === 'shortCode' && !northAmerica(to) ? refuse(21659, sender.address) : null;
}
