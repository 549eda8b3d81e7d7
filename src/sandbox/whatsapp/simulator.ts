import { type Clock, createClock } from '../core/clock.ts';
import type { FaultKind } from '../core/fault-kinds.ts';
import { createScreens, digitsOf, type Phones, type Written } from '../core/phones.ts';
import { type Answer, type Asked, createPlatformServer } from '../core/platform-server.ts';
import { createPoster } from '../core/poster.ts';
import { createSteering, type Steering } from '../core/steering.ts';
import { graphPath, jsonObject, tokenOf } from '../meta/bearer.ts';
import { createMetaWebhooks, type Failing } from '../meta/webhooks.ts';
import { refuse } from './errors.ts';
import { createMedia } from './media.ts';
import { newWamid, userIdOf, type WhatsappNumber } from './numbers.ts';
import { type Accepted, checkSend } from './send.ts';
import { envelope, inboundValue, mediaContent, statusValue } from './values.ts';

/**
 * A WhatsApp Cloud API on loopback, by Meta's own rules and wire formats. It shares no code with the gateway, so that what the
 * gateway believes of the platform is checked by something that does not believe it.
 */
export interface WhatsappSimulatorOptions {
  /** At least one. */
  readonly numbers: readonly WhatsappNumber[];
  /** Where webhooks go, signed exactly as given. */
  readonly webhookUrl: string;
  readonly clock?: Clock;
  readonly steering?: Steering;
  log(message: string): void;
}
const WINDOW_MS = 24 * 3_600_000;
const GIVEN_UP_MS = 7 * 24 * 3_600_000;
/** At once, then less and less often, for 7 days (whatsapp.md 1.4). */
const RETRIES_S = [0.5, 1, 2, 4, 8, 16, 30, 60, 300, 600, 1800, 3600, 10_800];
const retry = ({ attempt, firstAt, now }: Failing) => (now - firstAt > GIVEN_UP_MS ? null : (RETRIES_S[attempt] ?? 10_800) * 1000);
/** A message comes to the phone at once, and is looked at at once. */
const STATUSES = ['sent', 'delivered', 'read'] as const;

export function createWhatsappSimulator({ numbers, webhookUrl, clock = createClock(), steering = createSteering(), log }: WhatsappSimulatorOptions) {
  const server = createPlatformServer(answer, { steering, channel: 'whatsapp', refusals });
  const poster = createPoster();
  const webhooks = createMetaWebhooks({ url: webhookUrl, clock, poster, steering, retry, log });
  function refusals(kind: FaultKind, asked: Asked): Answer | null {
    const [node = '', edge] = graphPath(asked.path);
    if (kind === 'expired-media') return media.isLink(asked.path) ? media.expired() : media.has(node) ? refuse('node') : null;
    if (kind === 'token-revoked') return refuse('token');
    if (kind === '429-burst') return { ...refuse('throughput'), status: 429 };
    if (kind === '80007-burst') return refuse('accountRate');
    if (edge !== 'messages') return null;
    return kind === '130429-burst' ? refuse('throughput') : kind === '131056-burst' ? refuse('pair') : null;
  }
  const media = createMedia({ clock, url: server.url });
  const screens = createScreens(clock.now);
  const windows = new Map<string, number>();
  const users = new Map<string, string>();

  const hook = (number: WhatsappNumber, phone: string, value: object) =>
    webhooks.send({
      account: number.phoneNumberId,
      secret: number.appSecret,
      olderSecrets: number.olderSecrets ?? [],
      channel: 'whatsapp',
      customer: `${number.phoneNumberId} ${phone}`,
      body: envelope(number, value),
    });

  function write({ from, text, name = 'Sandbox customer', media: files, to }: Written): { id: string; customer: string } {
    const phone = digitsOf(from);
    const number = numbers.find((n) => n.phoneNumberId === to || n.displayNumber === digitsOf(to ?? '')) ?? numbers[0];
    if (!number) throw new Error('no number is configured');
    const customer = userIdOf(number, phone);
    users.set(`${number.phoneNumberId} ${customer}`, phone);
    windows.set(`${number.phoneNumberId} ${phone}`, clock.now() + WINDOW_MS);
    // Each medium is a message of its own; the text is the caption of the last (whatsapp.md 2.3).
    const contents = files.map((medium, i) => mediaContent(medium, { ...media.keep(medium), ...(text !== '' && i === files.length - 1 ? { caption: text } : {}) }));
    const all = contents.length ? contents : [{ type: 'text', text: { body: text } }];
    let id = '';
    for (const [i, content] of all.entries()) {
      id = newWamid();
      const shownMedia = files[i] ? { media: [{ mimeType: files[i].mimeType }] } : {};
      screens.show(phone, { from: 'customer', text: i === all.length - 1 ? text : '', id, ...shownMedia });
      hook(number, phone, inboundValue({ number, phone, name, id, at: clock.now(), content }));
    }
    return { id, customer };
  }
  function arrive(number: WhatsappNumber, { id, phone, text, opaque }: Accepted): number {
    screens.show(phone, { from: 'business', text, id });
    const { holdMs, steps } = webhooks.statuses('whatsapp', STATUSES, 50);
    for (const { status, afterMs } of steps) clock.later(afterMs, () => hook(number, phone, statusValue({ number, phone, id, status, at: clock.now(), opaque })));
    return holdMs;
  }

  function answer(asked: Asked): Answer {
    const token = tokenOf(asked);
    const mine = numbers.filter((n) => n.accessToken === token);
    if (!mine.length) return refuse('token');
    if (media.isLink(asked.path) && asked.method === 'GET') return asked.headers['user-agent'] ? media.download(asked.query) : { status: 403, body: '' };
    const [node = '', edge] = graphPath(asked.path);
    if (asked.method === 'GET' && edge === undefined && media.has(node)) return media.lookUp(node);
    const number = mine.find((n) => n.phoneNumberId === node);
    if (asked.method !== 'POST' || !number || edge !== 'messages') return refuse('node');
    const body = jsonObject(asked.body);
    if (!body) return refuse('parameter', 'the body is not a JSON object');
    const { answer: told, accepted } = checkSend(body, {
      now: clock.now(),
      windowOf: (phone) => windows.get(`${node} ${phone}`) ?? 0,
      phoneOfUser: (user) => users.get(`${node} ${user}`),
    });
    return accepted ? { ...told, holdMs: arrive(number, accepted) } : told;
  }
  const phones: Phones = { write, shown: (phone) => screens.shown(digitsOf(phone)) };
  return {
    start: server.start,
    phones,
    stop(): Promise<void> {
      clock.stop();
      poster.stop();
      return server.stop();
    },
  };
}
export type WhatsappSimulator = ReturnType<typeof createWhatsappSimulator>;
