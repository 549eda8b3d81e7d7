/** The platform's own time: real time, and what a test adds to it. Links, windows and retries go by it. */
export interface Clock {
  now(): number;
  later(ms: number, work: () => void): void;
  /** Time passes at once: what falls due in it is done, in its order. */
  advance(ms: number): void;
  /** Nothing scheduled is done any more. */
  stop(): void;
}
interface Job {
  readonly due: number;
  readonly work: () => void;
  timer?: NodeJS.Timeout;
}
/** Node's timers hold no more than 2^31 ms. */
const LONGEST_MS = 2 ** 31 - 1;

export function createClock(): Clock {
  let ahead = 0;
  let stopped = false;
  const jobs = new Set<Job>();
  const now = () => Date.now() + ahead;
  const run = (job: Job) => {
    jobs.delete(job);
    clearTimeout(job.timer);
    job.work();
  };
  const arm = (job: Job) => {
    clearTimeout(job.timer);
    const wait = job.due - now();
    job.timer = setTimeout(() => (job.due > now() ? arm(job) : run(job)), Math.min(Math.max(wait, 0), LONGEST_MS));
  };
  return {
    now,
    later(ms, work) {
      if (stopped) return; // a webhook that fails while we stop must not hold the process with its retries
      const job: Job = { due: now() + ms, work };
      jobs.add(job);
      arm(job);
    },
    advance(ms) {
      ahead += ms;
      const due = [...jobs].filter((job) => job.due <= now()).sort((a, b) => a.due - b.due);
      for (const job of due) if (jobs.has(job)) run(job);
      for (const job of jobs) arm(job);
    },
    stop() {
      stopped = true;
      for (const job of jobs) clearTimeout(job.timer);
      jobs.clear();
    },
  };
}
