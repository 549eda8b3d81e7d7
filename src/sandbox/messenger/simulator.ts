import { randomInt } from 'node:crypto';
import { type Clock, createClock } from '../core/clock.ts';
import { createScreens, type Phones, type Written } from '../core/phones.ts';
import { createPlatformServer } from '../core/platform-server.ts';
import { createPoster } from '../core/poster.ts';
import { createWindows } from '../core/sliding-window.ts';
import { createSteering, type Steering } from '../core/steering.ts';
import { tokenOf } from '../meta/bearer.ts';
import { createMetaWebhooks } from '../meta/webhooks.ts';
import { type MessengerAccount, newMid, userIdOf } from './accounts.ts';
import { createCdn } from './cdn.ts';
import { refuse } from './errors.ts';
import { deliveryItem, echoItem, envelope, messageItem, readItem } from './events.ts';
import { createGraph, type MessengerState } from './graph.ts';
import { createPeople, type Person } from './people.ts';
import type { ToSend } from './send.ts';
import { createSubscriptions } from './subscriptions.ts';
import { createThreads } from './threads.ts';

/**
 * Messenger and Instagram messaging on loopback, one Graph API as in life. It shares no code with the gateway (see ../whatsapp/simulator.ts).
 */
export interface MessengerSimulatorOptions {
  readonly accounts: readonly MessengerAccount[];
  readonly webhookUrl: string;
  readonly clock?: Clock;
  readonly steering?: Steering;
  log(message: string): void;
}
const kindOf = (mimeType: string) => /^(image|audio|video)\//.exec(mimeType)?.[1] ?? 'file';
const SECOND = 1000;

export function createMessengerSimulator({ accounts, webhookUrl, clock = createClock(), steering = createSteering(), log }: MessengerSimulatorOptions) {
  const poster = createPoster();
  const subscriptions = createSubscriptions(accounts, log);
  const webhooks = createMetaWebhooks({ url: webhookUrl, clock, poster, steering, retry: subscriptions.retry, log });
  const people = createPeople();
  const threads = createThreads();
  const screens = createScreens(clock.now);
  const attachments = new Set<string>();
  const limit = (perSecond: number) => createWindows({ limit: perSecond, windowMs: SECOND, now: clock.now });
  const wordOf = (account: MessengerAccount | undefined) => (account?.object === 'instagram' ? 'instagram' : 'messenger');
  const server = createPlatformServer((asked) => graph(asked), {
    steering,
    channel: 'messenger',
    channelOf: (asked) => wordOf(accounts.find((a) => a.accessToken === tokenOf(asked))),
    refusals: (kind, { path }) => {
      if (kind === 'expired-media') return cdn.serves(path) ? { status: 403, body: 'URL signature expired' } : null;
      if (cdn.serves(path)) return null;
      return kind === 'token-revoked' ? refuse('token') : kind === '429-burst' ? { ...refuse('sendRate'), status: 429 } : null;
    },
  });
  const cdn = createCdn({ clock, url: server.url });

  const hook = (account: MessengerAccount, person: Person, item: object) => {
    if (!subscriptions.has(account)) return; // it is lost for the webhook, and stands in the conversation
    webhooks.send({ account: account.id, secret: account.appSecret, channel: wordOf(account), customer: `${account.id} ${person.id}`, body: envelope(account, item, clock.now()) });
  };
  function write(object: MessengerAccount['object'], { from, text, name, media, to }: Written): { id: string; customer: string } {
    const account = accounts.find((a) => a.object === object && (to === undefined || a.id === to)) ?? accounts.find((a) => a.object === object);
    if (!account) throw new Error(`no ${object} account is configured`);
    const at = clock.now();
    const person = people.seen(account, { id: userIdOf(account, from), name, at });
    const mid = newMid(account);
    const files = media.map((m) => ({ type: kindOf(m.mimeType), mimeType: m.mimeType, url: cdn.put(m), size: m.bytes.length }));
    threads.add(account, person, { mid, at, from: 'customer', text, attachments: files });
    screens.show(`${object} ${person.id}`, { from: 'customer', text, id: mid, ...(files.length ? { media: files.map(({ mimeType, url }) => ({ mimeType, url })) } : {}) });
    hook(account, person, messageItem({ account, user: person.id, at }, { mid, text, attachments: files }));
    return { id: mid, customer: person.id };
  }
  /** The message is on the customer's phone: its echo to the app, then what the phone tells. */
  function deliver(account: MessengerAccount, { person, text = '', attachments: sent, metadata, replyTo }: ToSend): string {
    const mid = newMid(account);
    const at = clock.now();
    const more = { ...(metadata === undefined ? {} : { metadata }), ...(replyTo === undefined ? {} : { replyTo }) };
    const shown = sent.map((a) => ({ mimeType: a.type, ...(a.url === undefined ? {} : { url: a.url }) }));
    threads.add(account, person, { mid, at, from: 'business', text, attachments: [], ...(replyTo === undefined ? {} : { replyTo }) });
    screens.show(`${account.object} ${person.id}`, { from: 'business', text, id: mid, ...(shown.length ? { media: shown } : {}) });
    const where = { account, user: person.id };
    hook(account, person, echoItem({ ...where, at }, { mid, ...(text === '' ? {} : { text }), attachments: sent.map(({ type, payload }) => ({ type, payload })), ...more }));
    if (account.object === 'page') clock.later(80, () => hook(account, person, deliveryItem({ ...where, at: clock.now() }, [mid])));
    clock.later(160, () => hook(account, person, readItem({ ...where, at: clock.now() }, mid)));
    return mid;
  }
  const state: MessengerState = {
    accounts,
    clock,
    people,
    threads,
    cdn,
    subscriptions,
    limits: { text: limit(300), media: limit(10), reads: limit(2) },
    url: server.url,
    hasAttachment: (id) => attachments.has(id),
    newAttachment: () => {
      const id = `18${randomInt(10 ** 13, 10 ** 14 - 1)}`;
      attachments.add(id);
      return id;
    },
    deliver,
  };
  const graph = createGraph(state);
  const phonesOf = (object: MessengerAccount['object']): Phones => ({
    write: (written) => write(object, written),
    shown: (phone) => screens.shown(...accounts.filter((a) => a.object === object).map((a) => `${object} ${userIdOf(a, phone)}`)),
  });
  return {
    start: server.start,
    phones: { messenger: phonesOf('page'), instagram: phonesOf('instagram') },
    stop(): Promise<void> {
      clock.stop();
      poster.stop();
      return server.stop();
    },
  };
}
export type MessengerSimulator = ReturnType<typeof createMessengerSimulator>;
