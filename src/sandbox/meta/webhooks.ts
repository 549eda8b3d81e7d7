import type { Clock } from '../core/clock.ts';
import { createLanes } from '../core/lanes.ts';
import type { Outcome, Poster } from '../core/poster.ts';
import { createSteering, type Steering } from '../core/steering.ts';
import { createWebhookFaults } from '../core/webhook-faults.ts';
import { createBatches } from './batches.ts';
import { metaSignature } from './body.ts';
import { twisted } from './twist.ts';

export interface Hook {
  /** The page, number or account that it is about. */
  readonly account: string;
  readonly secret: string;
  /** The platform's word in faults and counts. */
  readonly channel: string;
  /** Secrets before the current one, newest first: what an old signature is made with. */
  readonly olderSecrets?: readonly string[];
  /** Webhooks about one customer go out one after the other; a retry does not hold up the next. */
  readonly customer: string;
  readonly body: object;
  /** Of which message it tells a status. */
  readonly statusOf?: string | undefined;
  /** Where to, in the place of the app's address. */
  readonly url?: string;
}
export interface Failing {
  /** From 0: how many attempts failed before this one. */
  readonly attempt: number;
  /** When this webhook was first tried, and since when the account's webhooks fail. */
  readonly firstAt: number;
  readonly failingSince: number;
  readonly now: number;
}
export interface MetaWebhookOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly poster: Poster;
  readonly steering?: Steering;
  /** Webhooks of so long a time go out in one body, the first of them at once; 0: each in its own. */
  readonly gatherMs?: number;
  /** How long to wait for the next attempt; null: this one is given up. */
  retry(failing: Failing, account: string): number | null;
  log(message: string): void;
}
/** The documented budget is 5 s for Messenger; clients of the Cloud API report 5 to 10 s. */
const LIMITS = { connectMs: 5000, readMs: 10_000 };
const good = (status: number) => status === 200; // "anything else is a failure" (whatsapp.md 1.4)
const taken = (outcome: Outcome) => outcome.kind === 'answered' && good(outcome.status);

/** Signed deliveries that come again, with the same bytes, until they are answered 200 or given up. */
export function createMetaWebhooks({ url, clock, poster, steering = createSteering(), gatherMs = 0, retry, log }: MetaWebhookOptions) {
  const faults = createWebhookFaults(steering, clock);
  const lanes = createLanes();
  const failing = new Map<string, number>();

  async function deliver(hook: Hook, body: string, tried: { attempt: number; firstAt: number }): Promise<void> {
    const headers = {
      'content-type': 'application/json',
      'x-hub-signature-256': metaSignature(body, faults.secret(hook.channel, [hook.secret, ...(hook.olderSecrets ?? [])])),
      'user-agent': 'facebookexternalua',
      accept: '*/*',
    };
    const outcome = faults.seen(hook.channel, { outcome: await poster.post({ url: hook.url ?? url, headers, body }, LIMITS), attempt: tried.attempt, good });
    if (taken(outcome)) return void failing.delete(hook.account);
    const now = clock.now();
    const since = failing.get(hook.account) ?? now;
    failing.set(hook.account, since);
    const wait = retry({ ...tried, failingSince: since, now }, hook.account);
    log(`webhook not taken (${outcome.kind === 'answered' ? outcome.status : outcome.message})${wait === null ? ', given up' : ''}`);
    if (wait !== null) clock.later(wait, () => void deliver(hook, body, { attempt: tried.attempt + 1, firstAt: tried.firstAt }));
  }
  const batches = createBatches<Hook & { key: string; lane: string }>(gatherMs, ({ lanes: names, body }, [hook]) =>
    lanes.run(names, () => deliver(hook, body, { attempt: 0, firstAt: clock.now() })),
  );
  return {
    send(hook: Hook): void {
      const body = twisted(hook.body, faults.twist(hook.channel));
      const key = JSON.stringify([hook.url, hook.secret, (hook.body as { object?: string }).object]);
      faults.release({ channel: hook.channel, lane: hook.customer, statusOf: hook.statusOf }, (lane) => batches.add({ ...hook, body, key, lane }));
    },
  };
}
export type MetaWebhooks = ReturnType<typeof createMetaWebhooks>;
