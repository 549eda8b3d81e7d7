import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type BenchContext, type Findings, median, rounded, SENDERS, spread } from './bench-context.ts';
import type { GatewayProcess } from './gateway-process.ts';

/** What a message costs as the work grows: messages stored, channels, conversations. No step may cost more than twice the first. */
const CONNECTIONS = 32;
const CHUNK = 200_000;
/** Every conversation exists, and the code is compiled, before a step is measured. */
const WARM = 20_000;
interface Shape {
  readonly senders: number;
  readonly channels: number;
}
/** What a step has: so many messages stored, of so many conversations on so many channels. */
interface Size extends Shape {
  readonly what: string;
  readonly stored: number;
}
interface Step {
  readonly what: string;
  /** Messages a second, round by round. */
  readonly rates: readonly number[];
  /** A message's time to that of the first step, the median of the rounds. */
  readonly time: number;
  readonly bytes: number;
}

/** Bytes of the store as its pages are counted, whatever of them stands in the write-ahead log still. */
function sizeOf(gateway: GatewayProcess): number {
  const db = new DatabaseSync(join(gateway.gateway.dir, 'data', 'store.sqlite'), { readOnly: true });
  try {
    const { pages, bytes } = db.prepare('SELECT (SELECT page_count FROM pragma_page_count) AS pages, (SELECT page_size FROM pragma_page_size) AS bytes').get() as {
      pages: number;
      bytes: number;
    };
    return pages * bytes;
  } finally {
    db.close();
  }
}

/** From the first webhook to the last event, with nothing else to do: what the whole gateway can sustain on this machine. */
async function push(bench: BenchContext, gateway: GatewayProcess, shape: { messages: number; everyone?: boolean } & Shape): Promise<number> {
  const began = performance.now();
  let signing = 0;
  for (let left = shape.messages; left > 0; left -= CHUNK) {
    const from = performance.now();
    await bench.prepare(Math.min(left, CHUNK), { ...shape, everyone: shape.everyone === true && left === shape.messages });
    signing += performance.now() - from;
    const outcome = await bench.run({ type: 'closed', port: gateway.port, pids: [], connections: CONNECTIONS, warmMs: 0, runMs: 3_600_000, again: false });
    if (outcome.errors) throw new Error(`${outcome.errors} webhooks were not taken`);
  }
  await gateway.drained(3_600_000);
  return shape.messages / ((performance.now() - began - signing) / 1000);
}

/** A gateway for each step, with what the step is to have, and then all of them turn about: a machine's speed changes within minutes. */
async function series(bench: BenchContext, steps: readonly Size[]): Promise<Step[]> {
  const { rounds } = bench.plan;
  const messages = bench.plan.growth.measure;
  const all: { size: Size; gateway: GatewayProcess; before: number; rates: number[] }[] = [];
  for (const size of steps) {
    const gateway = await bench.gateway({ channels: size.channels });
    await push(bench, gateway, { ...size, messages: size.stored, everyone: true });
    all.push({ size, gateway, before: sizeOf(gateway), rates: [] });
    bench.say(`growth: ${size.what}`);
  }
  for (let round = 0; round < rounds; round++) for (const { size, gateway, rates } of all) rates.push(await push(bench, gateway, { ...size, messages }));
  const measured = all.map(({ size, gateway, before, rates }) => ({ what: size.what, rates, bytes: (sizeOf(gateway) - before) / (rounds * messages) }));
  for (const { gateway } of all) await gateway.end();
  const first = measured[0]?.rates ?? [];
  return measured.map(({ rates, ...step }) => ({ ...step, rates, time: median(rates.map((rate, round) => (first[round] ?? 0) / rate)) }));
}

export async function growth(bench: BenchContext): Promise<Findings> {
  const { messages, channels, conversations } = bench.plan.growth;
  const senders = Math.max(SENDERS, ...channels);
  const found = [
    await series(
      bench,
      messages.map((stored) => ({ what: `${stored} messages stored`, stored, senders: SENDERS, channels: 1 })),
    ),
    await series(
      bench,
      channels.map((count) => ({ what: `${count} channels`, stored: Math.max(senders, WARM), senders, channels: count })),
    ),
    await series(
      bench,
      conversations.map((count) => ({ what: `${count} conversations`, stored: Math.max(count, WARM), senders: count, channels: 1 })),
    ),
  ];
  const heavier = (step: Step, [first]: readonly Step[]) => step.bytes / (first?.bytes ?? 1);
  return {
    figures: {
      'growth.time': Math.max(...found.flatMap((steps) => steps.map(({ time }) => time))),
      'growth.bytes': Math.max(...found.flatMap((steps) => steps.map((step) => heavier(step, steps)))),
    },
    tables: [
      {
        title: 'Cost as the work grows (steps of a group turn about)',
        columns: ['with', 'messages/s', 'time to the first', 'store bytes a message', 'bytes to the first'],
        rows: found.flatMap((steps) => steps.map((s) => [s.what, spread(s.rates), rounded(s.time), Math.round(s.bytes), rounded(heavier(s, steps))])),
      },
    ],
  };
}
