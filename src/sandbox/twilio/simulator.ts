import { type Clock, createClock } from '../core/clock.ts';
import { createFetcher } from '../core/fetcher.ts';
import { createScreens, digitsOf, type Phones, type Written } from '../core/phones.ts';
import { createPlatformServer } from '../core/platform-server.ts';
import { createPoster } from '../core/poster.ts';
import { createWindows } from '../core/sliding-window.ts';
import { createSteering, type Steering } from '../core/steering.ts';
import { accountsOf, type TwilioAccount } from './accounts.ts';
import { schemeOf } from './addresses.ts';
import { createContents } from './contents.ts';
import { refuse } from './errors.ts';
import { userIdOf } from './forms.ts';
import { createInbound } from './inbound.ts';
import { createLevers } from './levers.ts';
import { createMessages } from './messages.ts';
import { createOptOuts } from './opt-out.ts';
import { createOutgoing } from './outgoing.ts';
import { createRest } from './rest.ts';
import type { TwilioSender } from './senders.ts';
import { createNumbers, createServices, type GivenService } from './services.ts';
import type { TwilioState } from './state.ts';
import { createTwilioWebhooks } from './webhooks.ts';

/** Twilio's Messages resource, webhooks and callbacks on loopback. It shares no code with the gateway (see ../whatsapp/simulator.ts). */
export interface TwilioSimulatorOptions {
  readonly senders: readonly TwilioSender[];
  /** What the senders alone do not say of their accounts and Messaging Services. */
  readonly accounts?: readonly TwilioAccount[];
  readonly services?: readonly GivenService[];
  /** What is configured on every number and service that has none of its own, signed exactly as given (a #fragment apart). */
  readonly webhookUrl: string;
  /** Where an address really leads, for webhooks, callbacks and media alike. */
  readonly route?: (url: URL) => URL;
  readonly clock?: Clock;
  /** Requests of one account at once. */
  readonly concurrency?: number;
  readonly steering?: Steering;
  log(message: string): void;
}
/** About 100 (sms.md 5). In life each request takes some tens of milliseconds, here none: they are counted in that time, which is the machine's own. */
const CONCURRENCY = 100;
const REQUEST_MS = 50;

export function createTwilioSimulator(options: TwilioSimulatorOptions) {
  const { senders, webhookUrl, route, clock = createClock(), steering = createSteering(), concurrency = CONCURRENCY, log } = options;
  const poster = createPoster(route);
  const webhooks = createTwilioWebhooks({ clock, poster, steering, log });
  const messages = createMessages();
  const screens = createScreens(clock.now);
  const services = createServices(options.services ?? [], senders, webhookUrl);
  const server = createPlatformServer((asked) => rest(asked), {
    steering,
    channel: 'sms',
    refusals: (kind, { path }) => {
      if (kind === 'expired-media') return /\/Media\/ME/.test(path) ? refuse(20404) : null;
      return kind === 'token-revoked' ? refuse(20003) : kind === '429-burst' || kind === '20429-burst' ? refuse(20429) : null;
    },
  });
  const state: TwilioState = {
    clock,
    accounts: accountsOf(senders, options.accounts ?? []),
    senders,
    services,
    numbers: createNumbers(webhookUrl),
    contents: createContents(clock.now),
    messages,
    optOuts: createOptOuts(),
    outgoing: createOutgoing({ clock, messages, webhooks, screens, services, fetch: createFetcher(route) }),
    webhooks,
    accountStates: new Map(),
    concurrency: createWindows({ limit: steering.limits ? concurrency : Number.POSITIVE_INFINITY, windowMs: REQUEST_MS, now: () => performance.now() }),
    url: server.url,
  };
  const rest = createRest(state);
  const say = createInbound(state, screens);
  const customerOf = (sender: TwilioSender, phone: string) => {
    const scheme = schemeOf(sender.address);
    return `${scheme === 'sms' ? '' : `${scheme}:`}+${digitsOf(phone)}`;
  };
  const namesOf = (sender: TwilioSender, phone: string) => {
    const customer = customerOf(sender, phone);
    return [customer, userIdOf(sender.accountSid, customer)].map((name) => `${sender.accountSid} ${name}`);
  };
  function write({ from, text, name, media, to }: Written): { id: string; customer: string } {
    const sender = senders.find((s) => to === undefined || s.address === to) ?? senders[0];
    if (!sender) throw new Error('no sender is configured');
    return say({ sender, customer: customerOf(sender, from), text, name, media });
  }
  const phones: Phones = { write, shown: (phone) => screens.shown(...senders.flatMap((s) => namesOf(s, phone))), levers: createLevers(state, say, customerOf) };
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
export type TwilioSimulator = ReturnType<typeof createTwilioSimulator>;
