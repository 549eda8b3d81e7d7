import { writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { optionsHere, refuse } from '../support/given-options.ts';
import { againstSketch } from './against-sketch.ts';
import { type BenchContext, createContext, type Findings, PARTITIONS } from './bench-context.ts';
import { conversions } from './conversions.ts';
import { copies } from './copies.ts';
import { growth } from './growth.ts';
import { media } from './media.ts';
import { memory } from './memory.ts';
import { openLoop } from './open-loop.ts';
import { outbound } from './outbound.ts';
import { queue } from './outbound-queue.ts';
import { rate } from './outbound-rate.ts';
import { unknown } from './outbound-unknowns.ts';
import { peak } from './peak.ts';
import { FULL, GROWTH, QUICK } from './plan.ts';
import { goalTable, machine, type Report, render } from './report.ts';
import { stages } from './stages.ts';
import { sustained } from './sustained.ts';

const USAGE = 'npm run bench [-- --quick] [--all] [--only peak,open,...] [--growth] [--partitions N] [--json FILE]';
/** Run it alone on the machine; compare ratios of one run, never figures of two machines. */
const SECTIONS: Readonly<Record<string, (bench: BenchContext, known: Readonly<Record<string, number>>) => Promise<Findings>>> = {
  peak,
  sustained,
  stages,
  open: openLoop, // ends with Kafka away
  memory,
  outbound,
  rate,
  queue,
  unknown,
  media,
  conversions,
  growth,
  copies,
  sketch: againstSketch,
};
/** What a change of the core is judged by, in a quarter of an hour; the others take half an hour more (`--all`). */
const CORE = ['peak', 'sustained', 'stages', 'open', 'copies'];
const values = optionsHere(`${USAGE}\nSections: ${Object.keys(SECTIONS).join(', ')}; without --only and --all ${CORE.join(', ')}.`, {
  quick: { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  growth: { type: 'boolean', default: false },
  only: { type: 'string' },
  partitions: { type: 'string', default: String(PARTITIONS) },
  json: { type: 'string', default: 'bench.json' },
});
const names = values.only?.split(',') ?? (values.all ? Object.keys(SECTIONS) : CORE);
const missing = names.filter((name) => !Object.hasOwn(SECTIONS, name));
if (missing.length) refuse(`There is no section ${missing.join(', ')}; there are ${Object.keys(SECTIONS).join(', ')}.`);
const partitions = Number(values.partitions);
if (!(Number.isInteger(partitions) && partitions > 0)) refuse(`--partitions is how many a topic has, a whole number from 1 on; ${values.partitions} is none.`);
const base = values.quick ? QUICK : FULL;
const began = new Date();
const clock = performance.now();
const elapsed = () => (performance.now() - clock) / 1000;
const out = (text: string) => void process.stdout.write(`${text}\n`);
const bench = await createContext(values.growth ? { ...base, ...GROWTH } : base, (line) => out(`[${elapsed().toFixed(0).padStart(4)} s] ${line}`), partitions);
const stop = () => void bench.end().finally(() => process.exit(130));
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

const figures: Record<string, number> = {};
const sections: Record<string, Findings> = {};
const failed: string[] = [];
out(`${machine()}; topics of ${partitions} partitions`);
if (bench.noKafka) out(`without Kafka (${bench.noKafka}): its rows and the naive gateway's are left out`);
for (const name of names) {
  try {
    const found = await SECTIONS[name]?.(bench, figures);
    if (!found) continue;
    sections[name] = found;
    for (const [key, value] of Object.entries(found.figures)) figures[key] = key === 'lost' ? (figures.lost ?? 0) + value : value;
    for (const table of found.tables) out(render(table));
    for (const note of found.notes ?? []) out(`- ${note}`);
    out('');
  } catch (error) {
    failed.push(name);
    out(`${name} failed: ${inspect(error)}`); // with its causes
  }
}
await bench.end();
const goals = goalTable(figures);
out(render(goals));
const report: Report = { machine: machine(), began: began.toISOString(), seconds: Math.round(elapsed()), quick: values.quick, figures, sections, goals };
writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
out(`${Math.round(elapsed())} s; written to ${values.json}`);
process.exit(failed.length ? 1 : 0);
