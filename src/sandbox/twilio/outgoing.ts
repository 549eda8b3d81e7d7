import type { Clock } from '../core/clock.ts';
import type { Fetcher } from '../core/fetcher.ts';
import type { Screens } from '../core/phones.ts';
import { classOf, schemeOf } from './addresses.ts';
import type { ToCreate } from './create.ts';
import type { TwilioMessage, TwilioMessages } from './messages.ts';
import { endingOf } from './outcomes.ts';
import { createQueue } from './queue.ts';
import { segmentsOf } from './segments.ts';
import { announced, fetchMedia, withoutMms } from './send-media.ts';
import type { TwilioSender } from './senders.ts';
import type { Services } from './services.ts';
import { smartEncoded } from './smart-encoding.ts';
import { statusForm } from './status-form.ts';
import type { TwilioWebhooks } from './webhooks.ts';

const CHOOSING_MS = 10;
const DELIVERY_MS = 60;
/** The phone is not reachable by RCS. */
const NO_RCS = 63036;
const DAY_MS = 24 * 3_600_000;
interface Parts {
  readonly clock: Clock;
  readonly messages: TwilioMessages;
  readonly webhooks: TwilioWebhooks;
  readonly screens: Screens;
  readonly services: Services;
  readonly fetch: Fetcher;
}
type About = Pick<TwilioMessage, 'messagingServiceSid' | 'from' | 'to' | 'body' | 'status' | 'direction' | 'segments' | 'sentAt'> &
  Partial<Pick<TwilioMessage, 'media' | 'buttons'>>;

/** The queue of each sender, and what becomes of a message: its end by the recipient's number, and a callback for each status. */
export function createOutgoing({ clock, messages, webhooks, screens, services, fetch }: Parts) {
  const queue = createQueue(clock);
  const lastSenders = new Map<string, string>();
  const createdBy = new WeakMap<TwilioMessage, ToCreate>();
  const pair = (service: string, to: string) => `${service} ${to}`;

  function tell(message: TwilioMessage, { sender, callback, test }: ToCreate, told: { readonly status: string; readonly code?: number | undefined }): void {
    message.status = told.status;
    message.updatedAt = clock.now();
    if (told.code !== undefined) message.errorCode = told.code;
    if (callback !== null && !test) webhooks.send({ url: callback, method: 'POST', authToken: sender.authToken, lane: message.sid, form: statusForm(message) });
  }
  function make(sender: TwilioSender, about: About, isMms?: boolean): TwilioMessage {
    return messages.add({ accountSid: sender.accountSid, media: [], createdAt: clock.now(), errorCode: null, ...about }, isMms);
  }
  /** Free text goes on WhatsApp for a day after what the customer wrote (63016). */
  const outsideWindow = ({ sender, to, template }: ToCreate) => {
    if (classOf(sender.address) !== 'whatsapp' || template) return false;
    const heard = messages.heardAt(to, sender.address);
    return heard === undefined || clock.now() - heard > DAY_MS;
  };
  /** Media that cannot go as such: by a service as a link in the text, else not at all (sms.md 3.7 and 6.3). */
  async function prepare(message: TwilioMessage, created: ToCreate): Promise<number | null> {
    const { sender, to, mediaUrls, service } = created;
    if (!mediaUrls.length) return null;
    if (withoutMms(sender.address, to)) {
      if (!services.find(service)?.mmsConverter) return 30011;
      message.body = [message.body, ...mediaUrls].filter(Boolean).join('\n');
      message.media = [];
      return null;
    }
    const found = await fetchMedia(message.media, { urls: mediaUrls, from: sender.address, fetch });
    if ('code' in found) return found.code;
    message.media = found.media;
    return null;
  }
  /** Its turn in the queue has come. */
  async function send(message: TwilioMessage, created: ToCreate): Promise<void> {
    const { sender, to, test } = created;
    if (test) return;
    const code = outsideWindow(created) ? 63016 : await prepare(message, created);
    if (code !== null) return tell(message, created, { status: 'failed', code });
    const first = endingOf(to, sender.address);
    // Where RCS does not reach the phone, the service's number sends; `From` alone tells it (sms.md 2.2).
    const falls = first.code === NO_RCS && created.fallback !== undefined;
    if (falls) message.from = created.fallback?.address ?? message.from;
    const ending = falls ? endingOf(to, message.from ?? '') : first;
    message.sentAt = ending.statuses.includes('sent') ? clock.now() : null;
    for (const [i, status] of ending.statuses.entries()) {
      const step = () => tell(message, created, { status, ...(status === 'failed' || status === 'undelivered' ? { code: ending.code } : {}) });
      if (i === 0) step();
      else clock.later(i * DELIVERY_MS, step);
    }
    if (!ending.statuses.includes('delivered') && ending.code !== undefined) return;
    const media = message.media.length ? { media: message.media.map((m, i) => ({ mimeType: m.mimeType, url: created.mediaUrls[i] ?? '' })) } : {};
    screens.show(`${sender.accountSid} ${to}`, { from: 'business', text: message.body, id: message.sid, ...media });
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
