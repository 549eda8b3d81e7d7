import type { Clock } from '../core/clock.ts';
import type { Fetcher } from '../core/fetcher.ts';
import type { Asked } from '../core/platform-server.ts';
import type { MessengerAccount } from './accounts.ts';
import type { AppSubscriptions } from './app-subscriptions.ts';
import type { Caller, MessengerApp } from './apps.ts';
import type { Cdn } from './cdn.ts';
import type { Comments } from './comments.ts';
import type { Deliver } from './deliver.ts';
import type { Tell } from './hooks.ts';
import type { PageSettings } from './page-settings.ts';
import type { Params } from './params.ts';
import type { People } from './people.ts';
import type { Personas } from './personas.ts';
import type { Routing } from './routing.ts';
import type { AccountState } from './states.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { Threads } from './threads.ts';
import type { Uploads } from './uploads.ts';
import type { Usage } from './usage.ts';
import type { UtilityTemplates } from './utility-templates.ts';

interface Limit {
  take(account: string): boolean;
}
/** All that the simulated Graph API works on. */
export interface MessengerState {
  readonly accounts: readonly MessengerAccount[];
  readonly apps: readonly MessengerApp[];
  readonly clock: Clock;
  readonly people: People;
  readonly threads: Threads;
  readonly cdn: Cdn;
  readonly appSubscriptions: AppSubscriptions;
  readonly subscriptions: Subscriptions;
  readonly routing: Routing;
  readonly comments: Comments;
  readonly uploads: Uploads;
  readonly personas: Personas;
  readonly templates: UtilityTemplates;
  readonly settings: PageSettings;
  readonly usage: Usage;
  readonly fetch: Fetcher;
  /** Levers pulled on accounts, by id. */
  readonly accountStates: Map<string, AccountState>;
  /** Calls of one account in their windows (messenger.md 7). */
  readonly limits: { readonly text: Limit; readonly media: Limit; readonly reads: Limit; readonly privateReplies: Limit; readonly settings: Limit };
  readonly tell: Tell;
  readonly deliver: Deliver;
  url(): string;
}
/** A call whose token and parameters have been read. */
export interface Call extends Caller, Params {
  readonly asked: Asked;
}
