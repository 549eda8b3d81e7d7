import type { Clock } from '../core/clock.ts';
import type { Asked } from '../core/platform-server.ts';
import type { TwilioAccount } from './accounts.ts';
import type { Contents } from './contents.ts';
import type { TwilioMessages } from './messages.ts';
import type { OptOuts } from './opt-out.ts';
import type { Outgoing } from './outgoing.ts';
import type { TwilioSender } from './senders.ts';
import type { Numbers, Services } from './services.ts';
import type { TwilioWebhooks } from './webhooks.ts';

/** All that the simulated API works on. */
export interface TwilioState {
  readonly clock: Clock;
  readonly accounts: readonly TwilioAccount[];
  readonly senders: readonly TwilioSender[];
  readonly services: Services;
  readonly numbers: Numbers;
  readonly contents: Contents;
  readonly messages: TwilioMessages;
  readonly optOuts: OptOuts;
  readonly outgoing: Outgoing;
  readonly webhooks: TwilioWebhooks;
  /** Levers pulled on accounts, by SID. */
  readonly accountStates: Map<string, AccountState>;
  /** Requests at once of one account (20429). */
  readonly concurrency: { take(account: string): boolean };
  url(): string;
}
/** Levers: `POST /sandbox/sms/accounts { id?, state }`. `internal` sends all the same: "repeating after a 500 may send twice" (sms.md 3.3). */
export const ACCOUNT_STATES = {
  well: null,
  suspended: 20003,
  inactive: 20005,
  noAccess: 20006,
  tooMany: 20429,
  internal: 20500,
  unavailable: 20503,
} as const;
export type AccountState = keyof typeof ACCOUNT_STATES;

/** A request that may act for this account. */
export interface Call {
  readonly asked: Asked;
  readonly account: TwilioAccount;
  readonly form: URLSearchParams;
}
