import type { Clock } from '../core/clock.ts';
import type { Screens } from '../core/phones.ts';
import type { ToCreate } from './create.ts';
import { statusForm } from './forms.ts';
import type { TwilioMessage, TwilioMessages } from './messages.ts';
import { segmentsOf } from './segments.ts';
import type { TwilioSender } from './senders.ts';
import type { createTwilioWebhooks } from './webhooks.ts';

/** A sender takes so many segments a second and holds 10 hours of them (sms.md 5). */
const PER_SECOND = 10;
const QUEUE_MS = 10 * 3_600_000;
const [START_MS, DELIVERY_MS] = [20, 60];

interface Parts {
  readonly clock: Clock;
  readonly messages: TwilioMessages;
  readonly webhooks: ReturnType<typeof createTwilioWebhooks>;
  readonly screens: Screens;
}
/** The queue of each sender, and what becomes of a message: sent, delivered, and a callback for each. */
export function createOutgoing({ clock, messages, webhooks, screens }: Parts) {
  const freeAt = new Map<string, number>();
  const keyOf = (s: TwilioSender) => `${s.accountSid} ${s.address}`;

  const full = (sender: TwilioSender): boolean => (freeAt.get(keyOf(sender)) ?? 0) - clock.now() >= QUEUE_MS;

  function tell(message: TwilioMessage, { sender, callback }: ToCreate, told: { status: string; errorCode?: number }): void {
    message.status = told.status;
    message.updatedAt = clock.now();
    message.errorCode = told.errorCode ?? null;
    if (callback !== null) webhooks.send({ url: callback, authToken: sender.authToken, lane: message.sid, form: statusForm(message) });
  }
  function make(sender: TwilioSender, about: Pick<TwilioMessage, 'messagingServiceSid' | 'from' | 'to' | 'body' | 'status' | 'direction' | 'segments' | 'sentAt'>): TwilioMessage {
    return messages.add({ accountSid: sender.accountSid, media: [], createdAt: clock.now(), errorCode: null, ...about });
  }
  /** Its turn in the queue has come. */
  function send(message: TwilioMessage, created: ToCreate): void {
    const { sender, to, body, mediaUrls } = created;
    message.sentAt = clock.now();
    const media = mediaUrls.length ? { media: mediaUrls.map((url) => ({ mimeType: '', url })) } : {};
    screens.show(`${sender.accountSid} ${to}`, { from: 'business', text: body, id: message.sid, ...media });
    tell(message, created, { status: 'sent' });
    clock.later(DELIVERY_MS, () => tell(message, created, { status: 'delivered' }));
  }
  return {
    full,
    accept(created: ToCreate): TwilioMessage {
      const { sender, to, body, byService } = created;
      const now = clock.now();
      const segments = Math.max(segmentsOf(body).count, 1);
      // By a service: neither sender nor segments are known at first (sms.md 2.1).
      const message = make(sender, {
        messagingServiceSid: byService ? (sender.messagingServiceSid ?? null) : null,
        from: byService ? null : sender.address,
        to,
        body,
        status: byService ? 'accepted' : 'queued',
        direction: 'outbound-api',
        segments: byService ? 0 : segments,
        sentAt: null,
      });
      const overflow = full(sender);
      const start = Math.max(now + START_MS, freeAt.get(keyOf(sender)) ?? 0);
      if (!overflow) freeAt.set(keyOf(sender), start + (segments * 1000) / (sender.perSecond ?? PER_SECOND));
      if (byService)
        clock.later(START_MS / 2, () => {
          Object.assign(message, { from: sender.address, segments });
          tell(message, created, overflow ? { status: 'failed', errorCode: 30001 } : { status: 'queued' });
        });
      if (!overflow) clock.later(start - now, () => send(message, created));
      return message;
    },
    /** What Twilio itself answers the customer: opt-out words, TwiML. No callback. */
    answer(sender: TwilioSender, to: string, body: string): void {
      const made = make(sender, {
        messagingServiceSid: sender.messagingServiceSid ?? null,
        from: sender.address,
        to,
        body,
        status: 'delivered',
        direction: 'outbound-reply',
        segments: segmentsOf(body).count,
        sentAt: clock.now(),
      });
      screens.show(`${sender.accountSid} ${to}`, { from: 'business', text: body, id: made.sid });
    },
  };
}
