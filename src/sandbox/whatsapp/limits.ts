import { createWindows } from '../core/sliding-window.ts';

const [SECOND_MS, HOUR_MS] = [1000, 3_600_000];
const [PAIR_MS, PAIR_BURST] = [6000, 45];

/** Counted on arrival (whatsapp.md 7.1): 80 messages a second of a number, inbound too; a customer 1 in 6 s, 45 at once; 5,000 other calls an hour. */
export function createLimits({ now, on }: { now: () => number; on: boolean }) {
  const numbers = createWindows({ limit: 80, windowMs: SECOND_MS, now });
  const calls = createWindows({ limit: 5000, windowMs: HOUR_MS, now });
  /** When the burst of a pair is whole again. */
  const paid = new Map<string, number>();
  return {
    inbound: (number: string): void => numbers.add(number),
    throughput: (number: string): boolean => !on || numbers.take(number),
    management: (account: string): boolean => !on || calls.take(account),
    /** Every message takes 6 s from the pair, at most 45 of them in advance. */
    pair(number: string, phone: string): boolean {
      const name = `${number} ${phone}`;
      const at = Math.max(paid.get(name) ?? 0, now());
      if (on && at - now() > (PAIR_BURST - 1) * PAIR_MS) return false;
      paid.set(name, at + PAIR_MS);
      return true;
    },
  };
}
export type WhatsappLimits = ReturnType<typeof createLimits>;
