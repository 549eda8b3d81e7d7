import { writeFileSync } from 'node:fs';
import { optionsHere, refuse } from '../support/given-options.ts';
import { SCENARIOS } from './catalogue.ts';
import { seedOf } from './random.ts';
import { report } from './report.ts';
import { type Outcome, runScenario } from './run-scenario.ts';
import { whyNot } from './scenario.ts';
import { HALF_RATE, type Sample, soak, soakTable } from './soak.ts';

const FAMILIES = [...new Set(SCENARIOS.map((s) => s.family))];
/** Ends with 1 where something does not hold. */
const USAGE = `npm run faults [-- --seed N] [--only ${FAMILIES.join(',')}] [--short] [--json FILE] [--soak MINUTES [--rate PER_SECOND]]`;
const values = optionsHere(USAGE, {
  seed: { type: 'string', default: '1' },
  only: { type: 'string' },
  short: { type: 'boolean', default: false },
  json: { type: 'string' },
  soak: { type: 'string' },
  rate: { type: 'string', default: String(HALF_RATE) },
});
const only = values.only?.split(',');
const wrong = [
  ...(['seed', 'soak', 'rate'] as const)
    .filter((name) => values[name] !== undefined && !(Number(values[name]) > 0))
    .map((name) => `--${name} takes a number above 0, not ${values[name]}.`),
  ...(only ?? []).filter((name) => !FAMILIES.some((family) => family === name)).map((name) => `--only takes ${FAMILIES.join(', ')}, not ${name}.`),
];
if (wrong.length) refuse(wrong.join('\n'));
const seed = Number(values.seed);
const print = (text: string) => void process.stdout.write(`${text}\n`);
let samples: readonly Sample[] = [];
const sampled = (all: readonly Sample[]) => {
  samples = all;
  print(`${soakTable(all)}\n\nThe load has ended; now everything is counted.`);
};
const chosen = values.soak
  ? [soak({ minutes: Number(values.soak), perSecond: Number(values.rate) }, sampled)]
  : SCENARIOS.filter((s) => (only ? only.includes(s.family) : true) && (values.short ? s.inShort : true));
if (!chosen.length) refuse(`There is no short form of ${values.only}; leave --short out.`);
const outcomes: Outcome[] = [];
let broken = false;
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());

print(`seed ${seed}`);
for (const scenario of chosen) {
  if (stop.signal.aborted) break;
  const why = await whyNot(scenario);
  if (why !== null) {
    print(`skipped: ${scenario.name}: ${why}`);
    continue;
  }
  try {
    const outcome = await runScenario(scenario, { seed: seedOf(seed, scenario.name), short: values.short, signal: stop.signal });
    outcomes.push(outcome);
    print(`${outcome.good ? 'held' : 'NOT HELD'}: ${scenario.name}, ${outcome.seconds} s, answers ${JSON.stringify(outcome.answers)}`);
    for (const finding of outcome.verdict.findings) print(`  ${finding}`);
  } catch (error) {
    broken = true;
    print(`BROKEN: ${(error as Error).message}`);
  }
}
print(`\n${report(outcomes)}`);
if (values.json) writeFileSync(values.json, JSON.stringify({ seed, outcomes, samples }, null, 2));
process.exit(broken || stop.signal.aborted || outcomes.some((o) => !o.good) ? 1 : 0);
