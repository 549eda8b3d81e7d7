interface Bucket {
  readonly tokens: number;
  /** Since when it is refilled; null: the first call of a full bucket is still under way. */
  readonly at: number | null;
}

/**
 * Token buckets by (account, recipient): `burst` calls at once, one more every `everyMs`. Full buckets are forgotten. Times are monotonic ms.
 * A platform refills its bucket from when the first call of a burst arrived, which is anywhere between its leaving and its answer: ours is
 * refilled from the answer, so that a call which the first one keeps waiting on its way is never early.
 */
export function createPairLimits({ everyMs, burst }: { everyMs: number; burst: number }) {
  const buckets = new Map<string, Bucket>();
  const level = (key: string, nowMs: number) => {
    const b = buckets.get(key);
    if (!b) return burst;
    return b.at === null ? b.tokens : Math.min(burst, b.tokens + Math.max(0, nowMs - b.at) / everyMs);
  };
  return {
    /** 0 and a token taken where a call may go now; else the milliseconds until one may. */
    take(key: string, nowMs: number): number {
      const tokens = level(key, nowMs);
      if (tokens < 1) return Math.ceil((1 - tokens) * everyMs);
      const waits = tokens >= burst || buckets.get(key)?.at === null;
      buckets.set(key, { tokens: tokens - 1, at: waits ? null : nowMs });
      return 0;
    },
    /** A call for which a token was taken has its answer, or has none and will get none. */
    answered(key: string, nowMs: number): void {
      const b = buckets.get(key);
      if (b?.at === null) buckets.set(key, { tokens: b.tokens, at: nowMs });
    },
    /** A token that was taken for a call that is not made. */
    giveBack(key: string): void {
      const b = buckets.get(key);
      if (b) buckets.set(key, { tokens: Math.min(burst, b.tokens + 1), at: b.at });
    },
    /** A call that was made at `atMs`, before this process began; in order of time. */
    made: (key: string, atMs: number): void => void buckets.set(key, { tokens: Math.max(0, level(key, atMs) - 1), at: atMs }),
    /** The platform said that the pair is over its limit: empty it. */
    drain: (key: string, nowMs: number): void => void buckets.set(key, { tokens: 0, at: nowMs }),
    sweep(nowMs: number): void {
      for (const key of buckets.keys()) if (level(key, nowMs) >= burst) buckets.delete(key);
    },
    size: () => buckets.size,
  };
}
export type PairLimits = ReturnType<typeof createPairLimits>;
