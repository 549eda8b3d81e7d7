interface Bucket {
  readonly tokens: number;
  /** Since when it is refilled. In the future while the first call of a full bucket may still be on its way. */
  readonly at: number;
}

/**
 * Token buckets by (account, recipient): `burst` calls at once, one more every `everyMs`. Full buckets are forgotten. Times are monotonic ms.
 * A platform refills its bucket from when it saw the first call of a burst, somewhere between its leaving and its answer: ours is refilled
 * from the first answer, or `longestMs` after it was taken, by when any call has ended. So no call comes early, however long another took.
 */
export function createPairLimits({ everyMs, burst, longestMs }: { everyMs: number; burst: number; longestMs: number }) {
  const buckets = new Map<string, Bucket>();
  const level = (key: string, nowMs: number) => {
    const b = buckets.get(key);
    return b ? Math.min(burst, b.tokens + Math.max(0, nowMs - b.at) / everyMs) : burst;
  };
  return {
    /** 0 and a token taken where a call may go now; else the milliseconds until one may. */
    take(key: string, nowMs: number): number {
      const tokens = level(key, nowMs);
      if (tokens < 1) return Math.ceil((1 - tokens) * everyMs);
      buckets.set(key, { tokens: tokens - 1, at: tokens < burst ? Math.max(buckets.get(key)?.at ?? nowMs, nowMs) : nowMs + longestMs });
      return 0;
    },
    /** A call for which a token was taken has its answer, or will get none. */
    answered(key: string, nowMs: number): void {
      const b = buckets.get(key);
      if (b && b.at > nowMs) buckets.set(key, { tokens: b.tokens, at: nowMs });
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
