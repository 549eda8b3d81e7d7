import type { Clock } from '../../src/sandbox/core/clock.ts';

/** Time stands still until it is advanced: what is counted in a window is counted exactly, however slow the machine. */
export function frozenClock(): Clock {
  let now = Date.now();
  let jobs: { due: number; work: () => void }[] = [];
  return {
    now: () => now,
    later: (ms, work) => void jobs.push({ due: now + ms, work }),
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const next = jobs.filter((job) => job.due <= until).sort((a, b) => a.due - b.due)[0];
        if (!next) break;
        jobs = jobs.filter((job) => job !== next);
        now = Math.max(now, next.due);
        next.work();
      }
      now = until;
    },
    stop: () => {
      jobs = [];
    },
  };
}
