import type { Clock } from '../core/clock.ts';
import type { Fetcher } from '../core/fetcher.ts';
import type { Screens } from '../core/phones.ts';
import { classOf } from './addresses.ts';
import type { ToCreate } from './create.ts';
import type { TwilioMessage, TwilioMessages } from './messages.ts';
import { endingOf } from './outcomes.ts';
import { fetchMedia, withoutMms } from './send-media.ts';
import type { Services } from './services.ts';
import { statusForm } from './status-form.ts';
import type { TwilioWebhooks } from './webhooks.ts';

const DELIVERY_MS = 60;
/** The phone is not reachable by RCS. */
const NO_RCS = 63036;
const DAY_MS = 24 * 3_600_000;
export interface DeliveryParts {
  readonly clock: Clock;
  readonly messages: TwilioMessages;
  readonly webhooks: TwilioWebhooks;
  readonly screens: Screens;
  readonly services: Services;
  readonly fetch: Fetcher;
}
interface Told {
  readonly status: string;
  readonly code?: number | undefined;
}
const isFault = (status: string) => status === 'failed' || status === 'undelivered';

/** What becomes of a message whose turn has come: its end by the recipient's number, and a callback for each status. */
export function createDelivery({ clock, messages, webhooks, screens, services, fetch }: DeliveryParts) {
  function tell(message: TwilioMessage, { sender, callback, test }: ToCreate, told: Told): void {
    message.status = told.status;
    message.updatedAt = clock.now();
    if (told.code !== undefined) message.errorCode = told.code;
    if (callback !== null && !test) webhooks.send({ url: callback, method: 'POST', authToken: sender.authToken, lane: message.sid, form: statusForm(message) });
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
      const step = () => tell(message, created, { status, ...(isFault(status) ? { code: ending.code } : {}) });
      if (i === 0) step();
      else clock.later(i * DELIVERY_MS, step);
    }
    if (!ending.statuses.includes('delivered') && ending.code !== undefined) return;
    const media = message.media.length ? { media: message.media.map((m, i) => ({ mimeType: m.mimeType, url: created.mediaUrls[i] ?? '' })) } : {};
    screens.show(`${sender.accountSid} ${to}`, { from: 'business', text: message.body, id: message.sid, ...media });
  }
  return { tell, send };
}
