import type { Scenario } from '../scenario.ts';

const THREADS = ['journal', 'store', 'reader', 'broker', 'checkpoint'] as const;
/** A worker that ends takes the process with it, soon; the supervisor starts it again. */
const WITHIN_MS = 15_000;

export const worker: readonly Scenario[] = THREADS.map((thread) => ({
  family: 'worker',
  endsProcess: true,
  name: `the ${thread} thread ended`,
  needs: thread === 'broker' ? (['kafka'] as const) : [],
  inShort: thread === 'reader',
  async play({ rig, moment, short, findings }) {
    for (let n = 0; n < (short ? 1 : 3); n++) {
      await moment(500, 2500);
      const life = rig.end();
      rig.command({ end: thread });
      const ended = await Promise.race([life.then(() => true), new Promise((resolve) => setTimeout(() => resolve(false), WITHIN_MS))]);
      if (!ended) findings.push(`the process went on for ${WITHIN_MS} ms without its ${thread} thread`);
      await rig.ready();
    }
  },
}));
