import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SCENARIOS } from './catalogue.ts';
import { seedOf } from './random.ts';
import { report } from './report.ts';
import { type Outcome, runScenario } from './run-scenario.ts';
import { whyNot } from './scenario.ts';

/** `npm run faults -- [--seed N] [--only kill,kafka] [--short] [--json FILE] [--soak MINUTES]`; ends with 1 where something does not hold. */
const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, only: { type: 'string' }, short: { type: 'boolean', default: false }, json: { type: 'string' }, soak: { type: 'string' } },
});
const seed = Number(values.seed);
const only = values.only?.split(',');
const chosen = SCENARIOS.filter((s) => (only ? only.includes(s.family) : true) && (values.short ? s.inShort : true));
if (!chosen.length) throw new Error(`--only takes ${[...new Set(SCENARIOS.map((s) => s.family))].join(', ')}`);
const outcomes: Outcome[] = [];
let broken = false;
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
process.stdout.write(`seed ${seed}\n`);
for (const scenario of chosen) {
  if (stop.signal.aborted) break;
  const why = await whyNot(scenario);
  if (why !== null) {
    process.stdout.write(`skipped: ${scenario.name}: ${why}\n`);
    continue;
  }
  try {
    const outcome = await runScenario(scenario, { seed: seedOf(seed, scenario.name), short: values.short, signal: stop.signal });
    outcomes.push(outcome);
    process.stdout.write(`${outcome.good ? 'held' : 'NOT HELD'}: ${scenario.name}, ${outcome.seconds} s, answers ${JSON.stringify(outcome.answers)}\n`);
    for (const finding of outcome.verdict.findings) process.stdout.write(`  ${finding}\n`);
  } catch (error) {
    broken = true;
    process.stdout.write(`BROKEN: ${(error as Error).message}\n`);
  }
}
process.stdout.write(`\n${report(outcomes)}\n`);
if (values.json) writeFileSync(values.json, JSON.stringify(outcomes, null, 2));
process.exit(broken || outcomes.some((o) => !o.good) ? 1 : 0);
