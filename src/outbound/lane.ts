import Bottleneck from 'bottleneck';
import { createSecondGuard } from './second-guard.ts';

/** Bottleneck's own bound is about 400 jobs a second per limiter; above 100 calls a second a job carries several. */
const JOBS_PER_SECOND = 100;
/** Above it there is no platform behind the channel, and a count of every second would cost more than it saves. */
const MOST_GUARDED = 1000;
const SLOWEST = 32;
const RECOVER_MS = 10_000;
/** Refusals so soon after one another answer calls that were under way together: they are one reason to slow down, not many. */
const TOGETHER_MS = 1000;
/** Places of inbound messages go first: they have used the allowance already. */
const INBOUND = { priority: 0 } as const;

/** Paces one sending account: minTime between jobs, no reservoir (its windows burst to twice the rate), slower after a throttling answer and back in steps. */
export function createLane(perSecond: number) {
  const perJob = Math.max(1, Math.ceil(perSecond / JOBS_PER_SECOND));
  const minTime = Math.ceil((1000 * perJob) / perSecond);
  const open = (slower: number) => new Bottleneck({ minTime: minTime * slower, maxConcurrent: null });
  let limiter = open(1);
  const guard = perSecond <= MOST_GUARDED ? createSecondGuard(Math.max(Math.ceil(perSecond), perJob)) : null;
  const taken = { waiting: 0, rest: 0 };
  let slow = 1;
  let slowedAt = Number.NEGATIVE_INFINITY;
  let recovery: NodeJS.Timeout | null = null;
  let group: (() => Promise<void>)[] = [];
  const apply = () => limiter.updateSettings({ minTime: minTime * slow });
  const recover = () => {
    slow = Math.max(1, slow / 2);
    void apply();
    recovery = slow > 1 ? setTimeout(recover, RECOVER_MS).unref() : null;
  };
  const run = () =>
    void limiter
      .schedule(async () => {
        const mine = group.slice(0, perJob);
        group = group.slice(perJob);
        await Promise.all(mine.map((job) => job()));
      })
      .catch(() => {}); // the limiter was replaced; the work is still in the group
  return {
    /** Runs `work` when its turn comes. */
    schedule(work: () => Promise<void>): Promise<void> {
      return new Promise((resolve, reject) => {
        group.push(() => work().then(resolve, reject));
        if (group.length > 1 && group.length % perJob !== 1 && perJob > 1) return;
        run();
      });
    },
    /**
     * `n` places of the allowance were used by others (inbound messages of a number where they count, calls of before a start). What
     * lies more than a second back has left the platform's window, so no more than a second's worth ever waits.
     */
    used(n: number): void {
      for (let i = 0; i < n; i++) guard?.note(); // they have arrived, whatever waits here
      taken.rest += n;
      const jobs = Math.min(Math.floor(taken.rest / perJob), Math.ceil(perSecond / perJob) - taken.waiting);
      taken.rest %= perJob;
      for (let i = 0; i < jobs; i++) {
        taken.waiting++;
        limiter.schedule(INBOUND, async () => void taken.waiting--).catch(() => {}); // the lane was stopped
      }
    },
    /** A call that is about to go out waits here where a stall between its turn and the wire has bunched it with others. */
    atWire: async (): Promise<void> => guard?.pass(1),
    throttled(): void {
      if (performance.now() - slowedAt < TOGETHER_MS) return;
      slowedAt = performance.now();
      slow = Math.min(SLOWEST, slow * 2);
      void apply();
      recovery ??= setTimeout(recover, RECOVER_MS).unref();
    },
    /** The wall clock went back. Bottleneck counts by it, and would hold the next job until it has caught up: another one goes on with what waits. */
    clockWentBack(): void {
      const old = limiter;
      limiter = open(slow);
      taken.waiting = 0;
      for (let jobs = Math.ceil(group.length / perJob); jobs > 0; jobs--) run();
      void old.stop({ dropWaitingJobs: true });
    },
    stop(): void {
      if (recovery) clearTimeout(recovery);
    },
  };
}
export type Lane = ReturnType<typeof createLane>;
