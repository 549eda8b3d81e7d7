import type { Store } from '../store/port.ts';
import type { ClaimArgs, Claimed } from './claim.ts';
import type { OutcomeArgs } from './record-outcome.ts';

interface Asked<A, R> {
  readonly args: A;
  done(result: R): void;
  failed(error: unknown): void;
}
/** Bounds how long one transaction keeps others waiting. */
const MOST = 200;

/**
 * Claims and outcomes on their way to the store: while one transaction is under way the next gathers, so that under load many calls share
 * a commit, and a single one waits for nobody. Each call is still written down before it is made.
 */
export function createSteps(store: Pick<Store, 'write'>) {
  const claims: Asked<ClaimArgs, Claimed | null>[] = [];
  const outcomes: Asked<OutcomeArgs, boolean>[] = [];
  const state = { busy: false };

  /** One by one, since a fault of one must cost no other. */
  function apart(theirs: { claims: Asked<ClaimArgs, Claimed | null>[]; outcomes: Asked<OutcomeArgs, boolean>[] }): Promise<unknown> {
    return Promise.all([
      ...theirs.outcomes.map((o) => store.write('recordOutcome', o.args).then(o.done, o.failed)),
      ...theirs.claims.map((c) => store.write('claim', c.args).then(c.done, c.failed)),
    ]);
  }
  async function run(): Promise<void> {
    const mine = { outcomes: outcomes.splice(0, MOST), claims: claims.splice(0, MOST) };
    try {
      const told = await store.write('step', { outcomes: mine.outcomes.map((o) => o.args), claims: mine.claims.map((c) => c.args) });
      for (const [i, o] of mine.outcomes.entries()) o.done(told.freed[i] ?? false);
      for (const [i, c] of mine.claims.entries()) c.done(told.claimed[i] ?? null);
    } catch {
      await apart(mine);
    }
    state.busy = false;
    plan();
  }
  function plan(): void {
    if (state.busy || claims.length + outcomes.length === 0) return;
    state.busy = true;
    setImmediate(() => void run());
  }
  return {
    /** The next call of a message, written down as being made; null: it may not go now. */
    claim: (args: ClaimArgs): Promise<Claimed | null> =>
      new Promise((done, failed) => {
        claims.push({ args, done, failed });
        plan();
      }),
    /** How a call ended. True: something of its channel became ready by it. */
    outcome: (args: OutcomeArgs): Promise<boolean> =>
      new Promise((done, failed) => {
        outcomes.push({ args, done, failed });
        plan();
      }),
  };
}
