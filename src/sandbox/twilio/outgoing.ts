import { schemeOf } from './addresses.ts';
import type { ToCreate } from './create.ts';
import { createDelivery, type DeliveryParts } from './delivery.ts';
import type { TwilioMessage } from './messages.ts';
import { createQueue } from './queue.ts';
import { segmentsOf } from './segments.ts';
import { announced } from './send-media.ts';
import type { TwilioSender } from './senders.ts';
import { smartEncoded } from './smart-encoding.ts';

const CHOOSING_MS = 10;

type About = Pick<TwilioMessage, 'messagingServiceSid' | 'from' | 'to' | 'body' | 'status' | 'direction' | 'segments' | 'sentAt'> &
  Partial<Pick<TwilioMessage, 'media' | 'buttons'>>;

/** What the business sends: made, then sent in its turn in its sender's queue, or at its time. */
export function createOutgoing(parts: DeliveryParts) {
  const { clock, messages, screens } = parts;
  const { tell, send } = createDelivery(parts);
  const queue = createQueue(clock);
  const lastSenders = new Map<string, string>();
  const createdBy = new WeakMap<TwilioMessage, ToCreate>();
  const pair = (service: string, to: string) => `${service} ${to}`;

  function make(sender: TwilioSender, about: About, isMms?: boolean): TwilioMessage {
    return messages.add({ accountSid: sender.accountSid, media: [], createdAt: clock.now(), errorCode: null, ...about }, isMms);
  }
  function enqueue(message: TwilioMessage, created: ToCreate): void {
    const { sender, byService, validityMs, service, to } = created;
    const segments = created.mediaUrls.length || schemeOf(sender.address) !== 'sms' ? 1 : Math.max(segmentsOf(message.body).count, 1);
    if (service !== null) lastSenders.set(pair(service, to), sender.address);
    const overflow = queue.full(sender);
    const wait = overflow ? null : queue.join(sender, segments, validityMs);
    if (byService)
      clock.later(CHOOSING_MS, () => {
        Object.assign(message, { from: sender.address, segments });
        tell(message, created, overflow ? { status: 'failed', code: 30001 } : { status: 'queued' });
      });
    if (overflow) return;
    if (wait === null) return clock.later(validityMs, () => tell(message, created, { status: 'failed', code: 30036 }));
    clock.later(wait, () => void send(message, created));
  }
  return {
    full: queue.full,
    lastSender: (service: string, to: string): string | undefined => lastSenders.get(pair(service, to)),
    accept(created: ToCreate): TwilioMessage {
      const { sender, to, body, byService, service, sendAt, smart, mediaUrls, asMms, buttons } = created;
      const text = smart ? smartEncoded(body) : body;
      const isMms = asMms || mediaUrls.length > 0;
      const segments = isMms || schemeOf(sender.address) !== 'sms' ? 1 : Math.max(segmentsOf(text).count, 1);
      // By a service neither sender nor segments are known at first (sms.md 2.1).
      const later = byService || sendAt !== null;
      const message = make(
        sender,
        {
          messagingServiceSid: service,
          from: later ? null : sender.address,
          to,
          body: text,
          status: sendAt === null ? (byService ? 'accepted' : 'queued') : 'scheduled',
          direction: 'outbound-api',
          segments: later ? 0 : segments,
          sentAt: null,
          media: mediaUrls.map(announced),
          buttons,
        },
        isMms,
      );
      createdBy.set(message, created);
      if (sendAt === null) enqueue(message, created);
      else clock.later(sendAt - clock.now(), () => message.status === 'scheduled' && enqueue(message, { ...created, byService: true }));
      return message;
    },
    /** False: it is too late, or was never scheduled. */
    cancel(message: TwilioMessage): boolean {
      const created = createdBy.get(message);
      if (message.status !== 'scheduled' || !created) return false;
      tell(message, created, { status: 'canceled' });
      return true;
    },
    /** The customer looked at it: a receipt that WhatsApp and RCS have. */
    read(message: TwilioMessage): void {
      const created = createdBy.get(message);
      if (created) tell(message, created, { status: 'read' });
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
export type Outgoing = ReturnType<typeof createOutgoing>;
