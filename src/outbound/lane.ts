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
const INBOUND = 0;
/** Of Bottleneck: 0 is first, 9 last. Ours: 2 is high, 1 normal, 0 bulk. */
const placeOf = (priority: number): number => ({ 2: 2, 1: 5 })[priority] ?? 8;

interface Waiting {
  readonly work: () => Promise<void>;
  readonly priority: number;
}
export interface Job {
  readonly priority: number;
  /** Places of the allowance that the call uses. */
  readonly units: number;
}

/** Paces one sending account: minTime between jobs, no reservoir (its windows burst to twice the rate), slower after a throttling answer and back in steps. */
export function createLane(perSecond: number) {
  const perJob = Math.max(1, Math.ceil(perSecond / JOBS_PER_SECOND));
  const minTime = Math.ceil((1000 * perJob) / perSecond);
  const open = (slower: number) => new Bottleneck({ minTime: minTime * slower, maxConcurrent: null });
  let limiter = open(1);
  const guard = perSecond <= MOST_GUARDED ? createSecondGuard(Math.max(Math.ceil(perSecond), perJob)) : null;
  const taken = { waiting: 0, rest: 0 };
  const state = { slow: 1, slowedAt: Number.NEGATIVE_INFINITY, pausedUntil: 0 };
  let recovery: NodeJS.Timeout | null = null;
  const group: Waiting[] = [];
  const apply = () => limiter.updateSettings({ minTime: minTime * state.slow });
  const recover = () => {
    state.slow = Math.max(1, state.slow / 2);
    void apply();
    recovery = state.slow > 1 ? setTimeout(recover, RECOVER_MS).unref() : null;
  };
  /** The first of the highest priority that waits. */
  function take(): Waiting | undefined {
    const at = group.reduce((best, job, i) => (job.priority > (group[best]?.priority ?? -1) ? i : best), 0);
    return group.splice(at, 1)[0];
  }
  /** One job of the limiter. What it runs is chosen when its turn comes, so a reply overtakes a campaign that waits already. */
  const run = (priority: number) =>
    void limiter
      .schedule({ priority: placeOf(priority) }, async () => {
        const mine = Array.from({ length: perJob }, take).filter((w) => w !== undefined);
        await Promise.all(mine.map((w) => w.work()));
      })
      .catch(() => {}); // the limiter was replaced; the work is still in the group
  function used(n: number, most = Math.ceil(perSecond / perJob) - taken.waiting): void {
    taken.rest += n;
    const jobs = Math.min(Math.floor(taken.rest / perJob), most);
    taken.rest %= perJob;
    for (let i = 0; i < jobs; i++) {
      taken.waiting++;
      limiter.schedule({ priority: INBOUND }, async () => void taken.waiting--).catch(() => {}); // the lane was stopped
    }
  }
  return {
    perSecond,
    /** Runs `work` when its turn comes: higher priority first, each in order. */
    schedule(work: () => Promise<void>, job: Job = { priority: 1, units: 1 }): Promise<void> {
      return new Promise((resolve, reject) => {
        group.push({ work: () => work().then(resolve, reject), priority: job.priority });
        if (job.units > 1) used(job.units - 1, Number.POSITIVE_INFINITY);
        if (perJob > 1 && group.length % perJob !== 1 && group.length > 1) return;
        run(job.priority);
      });
    },
    /**
     * `n` places of the allowance were used by others (inbound messages of a number where they count, calls of before a start). What
     * lies more than a second back has left the platform's window, so no more than a second's worth ever waits.
     */
    used(n: number): void {
      for (let i = 0; i < n; i++) guard?.note(); // they have arrived, whatever waits here
      used(n);
    },
    /** A call that is about to go out waits here where a stall between its turn and the wire has bunched it with others. */
    atWire: async (units = 1): Promise<void> => guard?.pass(units),
    /** The platform said that it was too fast: half the pace, back in steps. */
    throttled(): void {
      if (performance.now() - state.slowedAt < TOGETHER_MS) return;
      state.slowedAt = performance.now();
      state.slow = Math.min(SLOWEST, state.slow * 2);
      void apply();
      recovery ??= setTimeout(recover, RECOVER_MS).unref();
    },
    /** Nothing at all for so long (Retry-After). */
    pause(ms: number): void {
      state.pausedUntil = Math.max(state.pausedUntil, performance.now() + ms);
    },
    /** Milliseconds until the pause is over; 0: there is none. */
    pausedFor: (): number => Math.max(0, Math.ceil(state.pausedUntil - performance.now())),
    /** The wall clock went back. Bottleneck counts by it, and would hold the next job until it has caught up: another one goes on with what waits. */
    clockWentBack(): void {
      const old = limiter;
      limiter = open(state.slow);
      taken.waiting = 0;
      for (let i = 0; i < group.length; i += perJob) run(group[i]?.priority ?? 1);
      void old.stop({ dropWaitingJobs: true });
    },
    stop(): void {
      if (recovery) clearTimeout(recovery);
    },
  };
}
export type Lane = ReturnType<typeof createLane>;
