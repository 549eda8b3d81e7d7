import type { Clock } from '../core/clock.ts';
import type { Poster } from '../core/poster.ts';
import type { Steering } from '../core/steering.ts';
import { createMetaWebhooks, type MetaWebhooks } from '../meta/webhooks.ts';
import { type MessengerAccount, wordOf } from './accounts.ts';
import type { AppSubscriptions } from './app-subscriptions.ts';
import type { MessengerApp } from './apps.ts';
import { envelope } from './events.ts';
import type { Person } from './people.ts';
import type { Routing } from './routing.ts';
import type { Subscriptions } from './subscriptions.ts';
import { fieldOf, ON_STANDBY } from './webhook-fields.ts';

interface Parts {
  readonly apps: readonly MessengerApp[];
  readonly appSubscriptions: AppSubscriptions;
  readonly subscriptions: Subscriptions;
  readonly routing: Routing;
  readonly clock: Clock;
  readonly poster: Poster;
  readonly steering: Steering;
  log(message: string): void;
}
export interface Told {
  readonly account: MessengerAccount;
  /** Nobody, where it is about the account alone. */
  readonly person: Person | null;
  /** The property by which it is known (webhook-fields.ts). */
  readonly kind: string;
  readonly item: object;
  /** Only this app is told: who gains or loses a thread. */
  readonly app?: string;
  /** The app that sent the button: alone in being told the payload. */
  readonly payloadFor?: string | undefined;
}
/** What the phone tells of messages that it was sent; they name no message each, so the customer stands for them. */
const STATUSES: ReadonlySet<string> = new Set(['delivery', 'read']);
const withoutPayload = (item: object): object => {
  const { postback, ...rest } = item as { postback?: Record<string, unknown> };
  const { payload: _payload, ...kept } = postback ?? {};
  return { ...rest, postback: kept };
};

/** What happened, to each app that is subscribed to it: on `messaging` where the thread is the app's, else on `standby`. */
export function createHooks({ apps, appSubscriptions, subscriptions, routing, clock, poster, steering, log }: Parts) {
  const senders = new Map<string, MetaWebhooks>();
  /** Of an app at its callback of now: what is on its way to an older one still goes there. */
  function senderOf(app: MessengerApp, url: string): MetaWebhooks {
    const key = `${app.id} ${url}`;
    const sender = senders.get(key) ?? createMetaWebhooks({ url, clock, poster, steering, retry: subscriptions.retryOf(app), log });
    senders.set(key, sender);
    return sender;
  }

  const subscribed = (app: MessengerApp, account: MessengerAccount, field: string) =>
    subscriptions.has(app, account, field) && appSubscriptions.of(app, account.object).fields.includes(field);

  function listOf(app: MessengerApp, { account, person, kind, app: only }: Told): 'messaging' | 'standby' | 'changes' | null {
    const field = fieldOf(kind, account.object);
    // Not subscribed, by the app or for the account: it is lost for the webhook, and stands in the conversation.
    if (field === null || !subscribed(app, account, field) || (only !== undefined && only !== app.id)) return null;
    if (kind === 'comment' || kind === 'template_status') return 'changes';
    if (!person || only !== undefined || routing.holds(app.id, account, person)) return 'messaging';
    return ON_STANDBY.has(kind) && subscribed(app, account, 'standby') ? 'standby' : null;
  }
  return (told: Told): void => {
    const { account, person } = told;
    for (const app of apps) {
      const list = listOf(app, told);
      if (!list) continue;
      const blind = told.kind === 'postback' && (list === 'standby' || (told.payloadFor !== undefined && told.payloadFor !== app.id));
      const item = blind ? withoutPayload(told.item) : told.item;
      const about = {
        account: account.id,
        channel: wordOf(account),
        customer: `${account.id} ${person?.id ?? ''}`,
        statusOf: STATUSES.has(told.kind) ? `${app.id} ${person?.id ?? ''}` : undefined,
      };
      const { url } = appSubscriptions.of(app, account.object);
      senderOf(app, url).send({ ...about, secret: app.secret, body: envelope(account, { list, item }, clock.now()) });
    }
  };
}
export type Tell = ReturnType<typeof createHooks>;
