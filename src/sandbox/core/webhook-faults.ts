import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Outcome } from './poster.ts';
import type { Steering } from './steering.ts';

const [DELAY_MS, HELD_MS, LATE_MS, EARLY_MS] = [3000, 2000, 15_000, 400];
export type Twist = 'unknown-field' | 'unknown-type' | null;
export interface StatusPlan<Word> {
  /** How long the answer to the send waits, so that the statuses come before it. */
  readonly holdMs: number;
  readonly steps: readonly { readonly status: Word; readonly afterMs: number }[];
}

/** What a sender of webhooks asks, in this order: `twist` for the body, `release` for its way, and for each attempt `secret` and `seen`. */
export function createWebhookFaults({ faults, stats }: Steering, clock: Clock) {
  const held = new Map<string, (() => void)[]>();
  const flush = (lane: string) => {
    const waiting = held.get(lane) ?? [];
    held.delete(lane);
    for (const go of waiting) go();
  };
  return {
    twist: (channel: string): Twist => (faults.strikes('unknown-type', channel) ? 'unknown-type' : faults.strikes('unknown-field', channel) ? 'unknown-field' : null),
    /** `go` delivers it in the lane that it is given: one after the other within a lane. */
    release(channel: string, lane: string, go: (lane: string) => void): void {
      if (faults.strikes('webhooks-unsubscribed', channel)) return;
      const name = `${channel} ${lane}`;
      const copies = faults.strikes('duplicate', channel) ? [lane, `${lane} copy`] : [lane];
      const all = () => {
        for (const copy of copies) go(copy);
      };
      if (faults.strikes('reorder', channel)) {
        held.set(name, [...(held.get(name) ?? []), all]);
        clock.later(HELD_MS, () => flush(name));
        return;
      }
      const passes = () => {
        all();
        flush(name);
      };
      const force = faults.force('delay', channel);
      if (force === null) passes();
      else clock.later(Math.ceil(force * DELAY_MS), passes);
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
    /** When each status of a message is told: `everyMs` apart, beginning with one interval. */
    statuses<Word>(channel: string, words: readonly Word[], everyMs: number): StatusPlan<Word> {
      const early = faults.strikes('early-status', channel);
      const lateMs = faults.strikes('late-status', channel) ? LATE_MS : 0;
      const order = faults.strikes('backwards-status', channel) ? [...words].reverse() : words;
      return { holdMs: early ? EARLY_MS : 0, steps: order.map((status, i) => ({ status, afterMs: early ? i : lateMs + (i + 1) * everyMs })) };
    },
  };
}
export type WebhookFaults = ReturnType<typeof createWebhookFaults>;
