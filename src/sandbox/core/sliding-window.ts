/** Counts what arrives, exactly, in the window that ends now. Refused calls are not counted. */
export function createSlidingWindow({ limit, windowMs, now }: { limit: number; windowMs: number; now: () => number }) {
  let times: number[] = [];
  return {
    /** Whether one more still fits; then it is counted. */
    take(): boolean {
      const from = now() - windowMs;
      if (times.length >= limit) times = times.filter((t) => t > from);
      if (times.length >= limit) return false;
      times.push(now());
      return true;
    },
    /** What counts, and is not asked whether it fits. */
    add(): void {
      const from = now() - windowMs;
      if ((times[0] ?? from) < from) times = times.filter((t) => t > from);
      times.push(now());
    },
  };
}
export type SlidingWindow = ReturnType<typeof createSlidingWindow>;

/** One window for each name (a page, an account). */
export function createWindows(options: { limit: number; windowMs: number; now: () => number }) {
  const windows = new Map<string, SlidingWindow>();
  const of = (name: string): SlidingWindow => {
    const window = windows.get(name) ?? createSlidingWindow(options);
    windows.set(name, window);
    return window;
  };
  return { take: (name: string): boolean => of(name).take(), add: (name: string): void => of(name).add() };
}
