import { type Clock, createClock } from '../core/clock.ts';
import { createFetcher } from '../core/fetcher.ts';
import { createScreens, type Phones, type Written } from '../core/phones.ts';
import { createPlatformServer } from '../core/platform-server.ts';
import { createPoster } from '../core/poster.ts';
import { createWindows } from '../core/sliding-window.ts';
import { createSteering, type Steering } from '../core/steering.ts';
import { tokenOf } from '../meta/bearer.ts';
import { type MessengerAccount, userIdOf, wordOf } from './accounts.ts';
import { say } from './acts/messages.ts';
import { createAppSubscriptions } from './app-subscriptions.ts';
import { appsOf, type MessengerApp } from './apps.ts';
import { createCdn } from './cdn.ts';
import { createComments } from './comments.ts';
import { createDeliver } from './deliver.ts';
import { refuse } from './errors.ts';
import { createGraph } from './graph.ts';
import { createHooks } from './hooks.ts';
import { createLevers } from './levers.ts';
import { createPageSettings } from './page-settings.ts';
import { createPeople } from './people.ts';
import { createPersonas } from './personas.ts';
import { createRouting } from './routing.ts';
import type { MessengerState } from './state.ts';
import { createSubscriptions } from './subscriptions.ts';
import { createThreads } from './threads.ts';
import { createUploads } from './uploads.ts';
import { createUsage } from './usage.ts';
import { createUtilityTemplates } from './utility-templates.ts';

/**
 * Messenger and Instagram messaging on loopback, one Graph API as in life. It shares no code with the gateway (see ../whatsapp/simulator.ts).
 */
export interface MessengerSimulatorOptions {
  readonly accounts: readonly MessengerAccount[];
  readonly webhookUrl: string;
  /** Further apps on the same accounts, each with its own webhook and tokens (messenger.md 10). */
  readonly apps?: readonly MessengerApp[];
  readonly clock?: Clock;
  readonly steering?: Steering;
  /** Where an address of the business really leads: a webhook, a medium that it names. */
  readonly route?: (url: URL) => URL;
  log(message: string): void;
}
const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];

export function createMessengerSimulator({ accounts, webhookUrl, apps: others = [], clock = createClock(), steering = createSteering(), route, log }: MessengerSimulatorOptions) {
  const poster = createPoster(route);
  const apps = [...appsOf(accounts, webhookUrl), ...others];
  const appSubscriptions = createAppSubscriptions(poster);
  const subscriptions = createSubscriptions({ apps, accounts, log });
  const routing = createRouting(clock);
  const tell = createHooks({ apps, appSubscriptions, subscriptions, routing, clock, poster, steering, log });
  const threads = createThreads();
  const screens = createScreens(clock.now);
  const server = createPlatformServer((asked) => graph(asked), {
    steering,
    channel: 'messenger',
    channelOf: (asked) => wordOf(accounts.find((a) => apps.some((app) => app.tokens[a.id] === tokenOf(asked) && tokenOf(asked) !== undefined))),
    refusals: (kind, { path }) => {
      const file = state.cdn.serves(path);
      if (kind === 'expired-media') return file ? { status: 403, body: 'URL signature expired' } : null;
      if (file) return null;
      return kind === 'token-revoked' ? refuse('token') : kind === '429-burst' ? { ...refuse('sendRate'), status: 429 } : null;
    },
  });
  const limit = (count: number, windowMs: number) => createWindows({ limit: steering.limits ? count : Number.POSITIVE_INFINITY, windowMs, now: clock.now });
  const state: MessengerState = {
    accounts,
    apps,
    clock,
    people: createPeople(),
    threads,
    cdn: createCdn({ clock, url: server.url }),
    appSubscriptions,
    subscriptions,
    routing,
    comments: createComments(clock),
    uploads: createUploads(clock),
    personas: createPersonas(),
    templates: createUtilityTemplates(clock, (account, item) => tell({ account, person: null, kind: 'template_status', item })),
    settings: createPageSettings(),
    usage: createUsage(clock),
    fetch: createFetcher(route),
    accountStates: new Map(),
    limits: { text: limit(300, SECOND), media: limit(10, SECOND), reads: limit(2, SECOND), privateReplies: limit(750, HOUR), settings: limit(10, 10 * MINUTE) },
    tell,
    deliver: createDeliver({ clock, threads, screens, tell }),
    url: server.url,
  };
  const graph = createGraph(state);

  function write(object: MessengerAccount['object'], { from, text, name, media, to }: Written): { id: string; customer: string } {
    const account = accounts.find((a) => a.object === object && (to === undefined || a.id === to)) ?? accounts.find((a) => a.object === object);
    if (!account) throw new Error(`no ${object} account is configured`);
    return say({ state, screens, account, user: userIdOf(account, from), body: name === undefined ? {} : { name } }, { text, media });
  }
  const phonesOf = (object: MessengerAccount['object']): Phones => ({
    write: (written) => write(object, written),
    shown: (phone) => screens.shown(...accounts.filter((a) => a.object === object).map((a) => `${object} ${userIdOf(a, phone)}`)),
    levers: createLevers(object, state, screens),
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
