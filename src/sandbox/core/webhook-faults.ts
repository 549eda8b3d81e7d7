import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Outcome } from './poster.ts';
import type { Steering } from './steering.ts';

const [DELAY_MS, HELD_MS, LATE_MS, BACKWARDS_MS] = [3000, 2000, 15_000, 400];
export type Twist = 'unknown-field' | 'unknown-type' | null;
export interface Leaving {
  /** The platform's word. */
  readonly channel: string;
  /** Webhooks of one lane go one after the other. */
  readonly lane: string;
  /** Of which message it tells a status; undefined: it tells none. */
  readonly statusOf?: string | undefined;
}

/** What a sender of webhooks asks, in this order: `twist` for the body, `release` for its way, and for each attempt `secret` and `seen`. */
export function createWebhookFaults({ faults, stats }: Steering, clock: Clock) {
  const held = new Map<string, (() => void)[]>();
  const turned = new Map<string, (() => void)[]>();
  const flush = (waiting: Map<string, (() => void)[]>, name: string, order: (all: (() => void)[]) => (() => void)[]) => {
    const all = waiting.get(name) ?? [];
    waiting.delete(name);
    for (const go of order(all)) go();
  };
  const keep = (waiting: Map<string, (() => void)[]>, name: string, go: () => void) => waiting.set(name, [...(waiting.get(name) ?? []), go]);

  /** Late, or after the later ones of its message. */
  function releaseStatus(channel: string, message: string, go: () => void): void {
    const name = `${channel} ${message}`;
    if (turned.has(name)) return void keep(turned, name, go);
    if (faults.strikes('backwards-status', channel)) {
      keep(turned, name, go);
      return clock.later(BACKWARDS_MS, () => flush(turned, name, (all) => all.reverse()));
    }
    if (faults.strikes('late-status', channel)) return clock.later(LATE_MS, go);
    go();
  }
  function releaseAny({ channel, lane }: Leaving, go: (lane: string) => void): void {
    const name = `${channel} ${lane}`;
    const copies = faults.strikes('duplicate', channel) ? [lane, `${lane} copy`] : [lane];
    const all = () => {
      for (const copy of copies) go(copy);
    };
    if (faults.strikes('reorder', channel)) {
      keep(held, name, all);
      return clock.later(HELD_MS, () => flush(held, name, (waiting) => waiting));
    }
    const passes = () => {
      all();
      flush(held, name, (waiting) => waiting);
    };
    const force = faults.force('delay', channel);
    if (force === null) passes();
    else clock.later(Math.ceil(force * DELAY_MS), passes);
  }
  return {
    twist: (channel: string): Twist => (faults.strikes('unknown-type', channel) ? 'unknown-type' : faults.strikes('unknown-field', channel) ? 'unknown-field' : null),
    /** `go` delivers it in the lane that it is given; it is called once, twice, later or never. */
    release(leaving: Leaving, go: (lane: string) => void): void {
      const { channel, statusOf } = leaving;
      if (faults.strikes('webhooks-unsubscribed', channel)) return;
      if (statusOf === undefined) releaseAny(leaving, go);
      else releaseStatus(channel, statusOf, () => releaseAny(leaving, go));
    },
    /** What to sign with; `secrets` are current first. */
    secret(channel: string, secrets: readonly [string, ...string[]]): string {
      if (faults.strikes('wrong-signature', channel)) return randomBytes(16).toString('hex');
      return faults.strikes('old-signature', channel) ? (secrets[1] ?? `retired ${secrets[0]}`) : secrets[0];
    },
    /** Counts an attempt and what became of it; the outcome as the platform sees it. `good`: the statuses that it takes for an acknowledgement. */
    seen(channel: string, { outcome, attempt, good = (status) => status >= 200 && status < 300 }: { outcome: Outcome; attempt: number; good?(status: number): boolean }): Outcome {
      stats.webhook(channel, attempt === 0 ? 'sent' : 'retried');
      if (outcome.kind !== 'answered' || !good(outcome.status)) return outcome;
      if (faults.strikes('lost-answer', channel)) return { kind: 'read', message: 'the answer was lost' };
      stats.webhook(channel, 'acknowledged');
      return outcome;
    },
  };
}
export type WebhookFaults = ReturnType<typeof createWebhookFaults>;
