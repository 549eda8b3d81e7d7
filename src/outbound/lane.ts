import Bottleneck from 'bottleneck';
import { createWireWindow, type Turn } from './wire-window.ts';

/** Bottleneck's own bound is about 400 jobs a second per limiter; above 100 calls a second a job carries several. */
const JOBS_PER_SECOND = 100;
/** Bottleneck spaces calls a little closer than the rate, so that what a stall cost is made up for; how many go in a second the window decides. */
const CLOSER = 0.96;
const SLOWEST = 32;
const RECOVER_MS = 10_000;
/** Refusals so soon after one another answer calls that were under way together: they are one reason to slow down, not many. */
const TOGETHER_MS = 1000;
/** Of Bottleneck: 0 is first, 9 last. Ours: 2 is high, 1 normal, 0 bulk. */
const placeOf = (priority: number): number => ({ 2: 2, 1: 5 })[priority] ?? 8;

export type Work = (turn: Turn) => Promise<void>;
interface Waiting {
  readonly work: Work;
  readonly job: Job;
  done(): void;
  failed(error: unknown): void;
}
export interface Job {
  readonly priority: number;
  /** Places of the allowance that the call uses. */
  readonly units: number;
}

/** Paces one sending account: minTime between jobs, no reservoir (its windows burst to twice the rate), so many in any second at the wire, slower after a throttling answer and back in steps. */
export function createLane(perSecond: number) {
  const perJob = Math.max(1, Math.ceil(perSecond / JOBS_PER_SECOND));
  const minTime = Math.max(1, Math.floor((CLOSER * 1000 * perJob) / perSecond));
  const open = (slower: number) => new Bottleneck({ minTime: minTime * slower, maxConcurrent: null });
  let limiter = open(1);
  const window = createWireWindow(perSecond);
  const state = { slow: 1, slowedAt: Number.NEGATIVE_INFINITY, pausedUntil: 0, asked: 0 };
  let recovery: NodeJS.Timeout | null = null;
  /** By priority, each in order. */
  const lines: Waiting[][] = [[], [], []];
  const apply = () => limiter.updateSettings({ minTime: minTime * state.slow });
  const recover = () => {
    state.slow = Math.max(1, state.slow / 2);
    void apply();
    recovery = state.slow > 1 ? setTimeout(recover, RECOVER_MS).unref() : null;
  };
  const waiting = () => lines.reduce((n, line) => n + line.length, 0);
  const take = (): Waiting | undefined => lines.findLast((line) => line.length > 0)?.shift();

  async function runOne({ work, job, done, failed }: Waiting): Promise<void> {
    const turn = window.turn(job.units);
    try {
      await work(turn);
      done();
    } catch (error) {
      failed(error);
    } finally {
      turn.answered();
    }
  }
  /** One job of the limiter. What it runs is chosen when its turn comes, so a reply overtakes a campaign that waits already. */
  async function runSome(of: Bottleneck): Promise<void> {
    for (let i = 0; i < perJob && waiting() > 0; i++) {
      await window.gate();
      const next = take();
      if (next) void runOne(next);
      else window.noTurn();
    }
    if (of !== limiter) return;
    state.asked--;
    ask(1);
  }
  /** As many jobs as what waits needs. */
  function ask(priority: number): void {
    while (state.asked * perJob < waiting()) {
      state.asked++;
      const of = limiter;
      of.schedule({ priority: placeOf(priority) }, () => runSome(of)).catch(() => {}); // the limiter was replaced; the work is still in its line
    }
  }
  return {
    perSecond,
    /** Runs `work` when its turn comes: higher priority first, each in order. */
    schedule(work: Work, job: Job = { priority: 1, units: 1 }): Promise<void> {
      return new Promise((done, failed) => {
        lines[Math.min(2, Math.max(0, job.priority))]?.push({ work, job, done, failed });
        ask(job.priority);
      });
    },
    /** Places of the allowance that calls of before a start used, `ago` ms back. */
    used: (n: number, ago = 0): void => window.note(n, ago),
    /** Messages of customers came so many ms ago each; they use the number's allowance where they count. */
    inbound: (ago: readonly number[]): void => window.inbound(ago),
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
      state.asked = 0;
      ask(1);
      void old.stop({ dropWaitingJobs: true });
    },
    /** What it holds still goes. */
    stop(): void {
      if (recovery) clearTimeout(recovery);
    },
  };
}
export type Lane = ReturnType<typeof createLane>;
