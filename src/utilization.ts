const WINDOW_MS = 100;

/**
 * How much of its time this thread was at work in the last window of 100 ms or more, 0 to 1: asked often, it looks once a window, and
 * between two looks it says the same.
 */
export function createUtilization(): () => number {
  const last = { since: performance.now(), at: performance.eventLoopUtilization(), utilization: 0 };
  return () => {
    const now = performance.now();
    if (now - last.since < WINDOW_MS) return last.utilization;
    const at = performance.eventLoopUtilization();
    last.utilization = performance.eventLoopUtilization(at, last.at).utilization;
    last.at = at;
    last.since = now;
    return last.utilization;
  };
}

/** Of the thread that asks: one look a window for all who ask there. */
export const utilization = createUtilization();
