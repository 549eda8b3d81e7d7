import type { Answer } from '../core/platform-server.ts';
import { jsonObject } from '../meta/bearer.ts';
import { refuse } from './errors.ts';
import type { Call, TwilioState } from './state.ts';

const SOURCES = new Set(['website', 'offline', 'opt-in-message', 'opt-out-message', 'others']);
/** POST accounts.twilio.com/v1/Consents/Bulk (sms.md 7): write-only; nothing lists who is blocked. */
export function consentCall(state: TwilioState, { asked, account, form }: Call): Answer {
  if (asked.method !== 'POST') return refuse(20404);
  const items = form.getAll('Items').map((text) => {
    const item = jsonObject(Buffer.from(text)) ?? {};
    const { contact_id: contact, sender_id: sender, status, source, correlation_id: id } = item;
    const of = (address: string) => state.senders.find((s) => s.accountSid === account.sid && (s.address === address || s.messagingServiceSid === address));
    const known = typeof sender === 'string' ? of(sender) : undefined;
    const good = typeof contact === 'string' && /^\+\d{8,15}$/.test(contact) && known && (status === 'opt-in' || status === 'opt-out') && SOURCES.has(String(source));
    if (good) state.optOuts.set(known.messagingServiceSid ?? `${account.sid} ${known.address}`, contact, status === 'opt-out');
    return { correlation_id: id ?? null, error_code: good ? 0 : 20001, error_messages: good ? [] : ['invalid item'] };
  });
  return items.length ? { status: 201, body: { items } } : refuse(20001, 'Items');
}
