import type { Answer } from '../core/platform-server.ts';
import { refuse } from './errors.ts';
import { newWamid } from './numbers.ts';

/** What the send rules must know of the platform's state. */
export interface SendState {
  readonly now: number;
  /** Until when free-form messages to this phone are allowed; 0: the customer never wrote. */
  windowOf(phone: string): number;
  phoneOfUser(userId: string): string | undefined;
}
export interface Accepted {
  readonly id: string;
  readonly phone: string;
  readonly text: string;
  readonly opaque: unknown;
}
const MAX_TEXT = 4096;

/** The platform's rules for POST /{phone-number-id}/messages. */
export function checkSend(body: Record<string, unknown>, state: SendState): { answer: Answer; accepted?: Accepted } {
  const no = (...why: Parameters<typeof refuse>) => ({ answer: refuse(...why) });
  if (body.messaging_product !== 'whatsapp') return no('parameter', 'messaging_product must be whatsapp');
  const to = typeof body.to === 'string' ? body.to : undefined;
  const recipient = typeof body.recipient === 'string' ? body.recipient : undefined;
  if (!to && !recipient) return no('missing', 'to or recipient');
  const phone = to ? to.replace(/\D/g, '') : state.phoneOfUser(recipient ?? '');
  if (!phone) return no('value', 'recipient');
  const text = (body.text as { body?: unknown } | undefined)?.body;
  if (body.type !== 'text') return no('type');
  if (typeof text !== 'string' || text === '') return no('missing', 'text.body');
  if (text.length > MAX_TEXT) return no('parameter', `text.body must be at most ${MAX_TEXT} characters`);
  if (state.windowOf(phone) < state.now) return no('window', 'Message failed to send because more than 24 hours have passed since the customer last replied to this number.');
  const id = newWamid();
  const contact = to ? { input: to, wa_id: phone } : { input: recipient, user_id: recipient };
  return {
    answer: { status: 200, body: { messaging_product: 'whatsapp', contacts: [contact], messages: [{ id }] } },
    accepted: { id, phone, text, opaque: body.biz_opaque_callback_data },
  };
}
