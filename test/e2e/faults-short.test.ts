import { SCENARIOS } from '../faults/catalogue.ts';
import { seedOf } from '../faults/random.ts';
import { runScenario } from '../faults/run-scenario.ts';
import { whyNot } from '../faults/scenario.ts';

/** The short form of `npm run faults`: some of its scenarios, each for seconds; PARLANCE_SEED chooses other moments. */
const seed = Number(process.env.PARLANCE_SEED ?? 1);
const required = process.env.PARLANCE_REQUIRE_KAFKA === '1';

test.each(SCENARIOS.filter((s) => s.inShort).map((s) => [s.name, s] as const))(
  '%s: nothing lost, doubled, out of order or sent twice, and the books agree',
  async (name, scenario) => {
    const why = await whyNot(scenario);
    if (why !== null && required) throw new Error(`required: ${why}`);
    if (why !== null) return void process.stdout.write(`skipped: ${name}: ${why}\n`);
    const { verdict, good } = await runScenario(scenario, { seed: seedOf(seed, name), short: true });
    expect(verdict.findings).toEqual([]);
    expect(verdict).toMatchObject({ lost: 0, doubled: 0, outOfOrder: 0, seqGaps: 0, ledger: 0, kafkaDiffers: 0, repliesTwice: 0, repliesLost: 0 });
    expect(verdict.acknowledged).toBeGreaterThan(50);
    expect(good).toBe(true);
  },
  240_000,
);
