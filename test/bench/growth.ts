import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type BenchContext, type Findings, rounded } from './bench-context.ts';
import type { GatewayProcess } from './gateway-process.ts';

/** What a message costs as the work grows: messages stored, channels, conversations. No step may cost more than twice the first. */
const CONNECTIONS = 32;
const CHUNK = 200_000;
/** Every conversation exists, and the code is compiled, before a step is measured. */
const WARM = 20_000;
interface Step {
  readonly what: string;
  readonly perSecond: number;
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
async function push(bench: BenchContext, gateway: GatewayProcess, shape: { messages: number; senders: number; channels: number }): Promise<number> {
  const began = performance.now();
  let signing = 0;
  for (let left = shape.messages; left > 0; left -= CHUNK) {
    const from = performance.now();
    await bench.prepare(Math.min(left, CHUNK), shape);
    signing += performance.now() - from;
    const outcome = await bench.run({ type: 'closed', port: gateway.port, pids: [], connections: CONNECTIONS, warmMs: 0, runMs: 3_600_000, again: false });
    if (outcome.errors) throw new Error(`${outcome.errors} webhooks were not taken`);
  }
  await gateway.drained(3_600_000);
  return shape.messages / ((performance.now() - began - signing) / 1000);
}

async function measured(bench: BenchContext, gateway: GatewayProcess, what: string, shape: { senders: number; channels: number }): Promise<Step> {
  const before = sizeOf(gateway);
  const perSecond = await push(bench, gateway, { ...shape, messages: bench.plan.growth.measure });
  const step = { what, perSecond, bytes: (sizeOf(gateway) - before) / bench.plan.growth.measure };
  bench.say(`growth: ${what}: ${Math.round(perSecond)}/s, ${Math.round(step.bytes)} bytes a message`);
  return step;
}

export async function growth(bench: BenchContext): Promise<Findings> {
  const { messages, channels, conversations, measure } = bench.plan.growth;
  const series: Step[][] = [[], [], []];
  const stored = await bench.gateway();
  let n = 0;
  for (const target of messages) {
    if (target > n) await push(bench, stored, { messages: target - n, senders: 2000, channels: 1 });
    series[0]?.push(await measured(bench, stored, `${target} messages stored`, { senders: 2000, channels: 1 }));
    n = Math.max(target, n) + measure;
  }
  await stored.end();
  for (const count of channels) {
    const gateway = await bench.gateway({ channels: count });
    const senders = Math.max(2000, ...channels);
    await push(bench, gateway, { messages: Math.max(senders, WARM), senders, channels: count });
    series[1]?.push(await measured(bench, gateway, `${count} channels`, { senders, channels: count }));
    await gateway.end();
  }
  for (const count of conversations) {
    const gateway = await bench.gateway();
    await push(bench, gateway, { messages: Math.max(count, WARM), senders: count, channels: 1 });
    series[2]?.push(await measured(bench, gateway, `${count} conversations`, { senders: count, channels: 1 }));
    await gateway.end();
  }
  const worst = Math.max(...series.flatMap(([first, ...rest]) => rest.map((step) => (first?.perSecond ?? 0) / step.perSecond)));
  const heaviest = Math.max(...series.flatMap(([first, ...rest]) => rest.map((step) => step.bytes / (first?.bytes ?? 1))));
  return {
    figures: { 'growth.time': worst, 'growth.bytes': heaviest },
    tables: [
      {
        title: 'Cost as the work grows',
        columns: ['with', 'messages/s', 'time to the first', 'store bytes a message', 'bytes to the first'],
        rows: series.flatMap((steps) =>
          steps.map((s) => [s.what, Math.round(s.perSecond), rounded((steps[0]?.perSecond ?? 0) / s.perSecond), Math.round(s.bytes), rounded(s.bytes / (steps[0]?.bytes ?? 1))]),
        ),
      },
    ],
  };
}
