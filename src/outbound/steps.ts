import type { Store } from '../store/port.ts';
import type { ClaimArgs, Claimed } from './claim.ts';
import type { OutcomeArgs } from './record-outcome.ts';

interface Asked<A, R> {
  readonly args: A;
  done(result: R): void;
  failed(error: unknown): void;
}
type Claim = Asked<ClaimArgs, Claimed | null>;
type Outcome = Asked<OutcomeArgs, boolean>;
/** Bounds how long one transaction keeps others waiting. */
const MOST = 100;

/**
 * Claims and outcomes on their way to the store: while one transaction is under way the next gathers, so that under load many calls share
 * a commit, and a single one waits for nobody. Each call is still written down before it is made. Channels take turns.
 */
export function createSteps(store: Pick<Store, 'write'>) {
  const claims = new Map<string, Claim[]>();
  const outcomes: Outcome[] = [];
  const state = { busy: false };

  /** One of each channel, and again, so that the many of one never keep the one of another waiting. */
  function nextClaims(): Claim[] {
    const mine: Claim[] = [];
    while (claims.size > 0 && mine.length < MOST)
      for (const [channel, line] of claims) {
        const first = line.shift();
        if (first) mine.push(first);
        // Behind the others for the next time.
        claims.delete(channel);
        if (line.length > 0) claims.set(channel, line);
        if (mine.length >= MOST) break;
      }
    return mine;
  }
  /** One by one, since a fault of one must cost no other. */
  function apart(mine: { claims: readonly Claim[]; outcomes: readonly Outcome[] }): Promise<unknown> {
    return Promise.all([
      ...mine.outcomes.map((o) => store.write('recordOutcome', o.args).then(o.done, o.failed)),
      ...mine.claims.map((c) => store.write('claim', c.args).then(c.done, c.failed)),
    ]);
  }
  async function run(): Promise<void> {
    const mine = { outcomes: outcomes.splice(0, MOST), claims: nextClaims() };
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
    if (state.busy || claims.size + outcomes.length === 0) return;
    state.busy = true;
    setImmediate(() => void run());
  }
  return {
    /** The next call of a message, written down as being made; null: it may not go now. */
    claim: (channel: string, args: ClaimArgs): Promise<Claimed | null> =>
      new Promise((done, failed) => {
        const line = claims.get(channel) ?? [];
        if (line.push({ args, done, failed }) === 1) claims.set(channel, line);
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
