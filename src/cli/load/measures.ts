/** What became of the calls of one part of the mix, in milliseconds from the intended time, so that a stall is seen in all that it held up. */
export function createMeasure() {
  const latencies: number[] = [];
  const counts = { due: 0, failed: 0 };
  const percentile = (sorted: readonly number[], share: number): number => Math.round(sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0);
  return {
    intended(): void {
      counts.due += 1;
    },
    failed(): void {
      counts.failed += 1;
    },
    done: (ms: number): void => void latencies.push(ms),
    open: (): number => counts.due - counts.failed - latencies.length,
    show() {
      const sorted = [...latencies].sort((a, b) => a - b);
      const at = (share: number) => percentile(sorted, share);
      return {
        ...counts,
        seen: sorted.length,
        missing: counts.due - counts.failed - sorted.length,
        p50: at(0.5),
        p95: at(0.95),
        p99: at(0.99),
        max: Math.round(sorted.at(-1) ?? 0),
      };
    },
  };
}
export type Measure = ReturnType<typeof createMeasure>;
const MOST_EARLY = 100_000;

/** Joins what was taken with what was seen of it; either may come first. */
export function createJoin(now: () => number = performance.now.bind(performance)) {
  const waiting = new Map<string, { measure: Measure; intendedAt: number }>();
  const early = new Map<string, number>();
  return {
    taken(id: string, measure: Measure, intendedAt: number): void {
      const seenAt = early.get(id);
      if (seenAt === undefined) return void waiting.set(id, { measure, intendedAt });
      early.delete(id);
      measure.done(seenAt - intendedAt);
    },
    seen(id: string): void {
      const known = waiting.get(id);
      waiting.delete(id);
      if (known) return known.measure.done(now() - known.intendedAt);
      early.set(id, now());
      if (early.size > MOST_EARLY) early.delete(early.keys().next().value ?? ''); // somebody else's
    },
  };
}
