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
  /** Takes over where RCS does not reach the phone (sms.md 3.7). */
  readonly fallback?: TwilioSender;
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
/** A sender that this request may not use: nobody's, another account's, or outside the service. */
function foreign(from: string, { everyone, account }: CreateState): Answer {
  const kind = classOf(from);
  if (kind === null) return refuse(21212, from);
  if (everyone.some((s) => s.address === from && s.accountSid !== account.sid)) return refuse(21660);
  if ((kind === 'whatsapp' || kind === 'rcs') && !everyone.some((s) => s.address === from)) return refuse(63007);
  return kind === 'shortCode' ? refuse(21659, from) : refuse(21606, from);
}
/**
 * One of the pool that can write to this recipient, the one of last time first. An RCS sender in it is "the first try for all of its
 * traffic", and a number stands behind it (sms.md 3.7).
 */
function fromPool(service: string, to: string, state: CreateState): Pick<Chosen, 'sender' | 'fallback'> | Answer {
  const pool = state.services.pool(service);
  if (!pool.length) return refuse(21704);
  const scheme = schemeOf(to);
  const fit = pool.filter((s) => schemeOf(s.address) === scheme && (classOf(s.address) !== 'alphanumeric' || !northAmerica(to)));
  const sticky = state.services.find(service)?.stickySender ? state.lastSender(service, to) : undefined;
  const number = fit.find((s) => s.address === sticky) ?? fit[0];
  const rcs = scheme === 'sms' ? pool.find((s) => classOf(s.address) === 'rcs') : undefined;
  if (rcs) return { sender: rcs, ...(number ? { fallback: number } : {}) };
  return number ? { sender: number } : refuse(21703);
}
const northAmerica = (address: string) => countryOf(address) === 'US';

/** The sender of a request: the number named, or one that the service chooses; both: the service's rules with this number. */
export function senderOf(form: URLSearchParams, to: string, state: CreateState): Chosen | Answer {
  const [from, service] = [form.get('From'), form.get('MessagingServiceSid')];
  if (!from && !service) return refuse(21603);
  const known = service ? state.services.find(service) : undefined;
  if (service && known?.accountSid !== state.account.sid) return refuse(21705);
  if (!from) {
    const found = fromPool(service ?? '', to, state);
    if ('status' in found) return found;
    const named = state.senders.find((s) => s.address === form.get('FallbackFrom'));
    return { ...found, ...(named && found.fallback ? { fallback: named } : {}), service, byService: true };
  }
  const magic = MAGIC_FROM[from];
  if (magic !== undefined && magic !== 'fine') return refuse(magic, from);
  const { sid: accountSid, authToken } = state.account;
  const sender = magic === 'fine' ? { accountSid, authToken, address: from } : state.senders.find((s) => s.address === from && (!service || s.messagingServiceSid === service));
  if (!sender) return foreign(from, state);
  return { sender, service: service || null, byService: false };
}
/** Whether these two can be joined at all. */
export function pairFault(to: string, { sender, byService }: Chosen): Answer | null {
  if (!byService && schemeOf(to) !== schemeOf(sender.address)) return refuse(21910);
  if (to === sender.address) return refuse(21211, to);
  const kind = classOf(sender.address);
  if (kind === 'alphanumeric' && northAmerica(to)) return refuse(21612); // "one-way, not US/CA" (sms.md 9.1)
  return kind === 'shortCode' && !northAmerica(to) ? refuse(21659, sender.address) : null;
}
