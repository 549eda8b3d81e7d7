import type { Clock } from '../core/clock.ts';
import { classOf, PER_SECOND } from './addresses.ts';
import { keyOf, type TwilioSender } from './senders.ts';

/** A sender holds ten hours of segments (sms.md 5). */
const QUEUE_MS = 10 * 3_600_000;
const START_MS = 20;

/** When each sender is free again: it takes so many segments a second, and one message after the other. */
export function createQueue(clock: Clock) {
  const freeAt = new Map<string, number>();
  const rateOf = (sender: TwilioSender) => sender.perSecond ?? PER_SECOND[classOf(sender.address) ?? 'longCode'];
  return {
    full: (sender: TwilioSender): boolean => (freeAt.get(keyOf(sender)) ?? 0) - clock.now() >= QUEUE_MS,
    /** How long until its turn; its place is taken, unless it would wait longer than it may. */
    join(sender: TwilioSender, segments: number, most: number): number | null {
      const start = Math.max(clock.now() + START_MS, freeAt.get(keyOf(sender)) ?? 0);
      const wait = start - clock.now();
      if (wait > most) return null;
      freeAt.set(keyOf(sender), start + (segments * 1000) / rateOf(sender));
      return wait;
    },
  };
}
