import { type BenchContext, type Findings, rounded } from './bench-context.ts';
import { startChild } from './child.ts';
import type { GatewayProcess } from './gateway-process.ts';
import { cpuByThread } from './proc.ts';

/** Where the processor's time goes: each stage by itself, and the whole gateway by thread; names the next bottleneck. */
const RATE = 2000;

async function byThread(bench: BenchContext, gateway: GatewayProcess): Promise<Record<string, number>> {
  const { openWarmMs, openMs } = bench.plan;
  const seconds = (openWarmMs + openMs) / 1000;
  await bench.prepare(RATE * seconds);
  const before = cpuByThread(gateway.pid);
  const outcome = await bench.run({ type: 'open', port: gateway.port, pids: [gateway.pid], connections: 64, rate: RATE, warmMs: openWarmMs, runMs: openMs, patienceMs: 10_000 });
  await gateway.drained();
  const after = cpuByThread(gateway.pid);
  return Object.fromEntries(Object.entries(after).map(([name, s]) => [name, ((s - (before[name] ?? 0)) / outcome.accepted) * 1e6]));
}

export async function stages(bench: BenchContext): Promise<Findings> {
  const worker = startChild('stage-costs.ts', [String(bench.plan.stageMessages)]);
  const { costs, storePerSecond } = await worker.heard<{ costs: Record<string, number>; storePerSecond: number }>();
  await worker.end();
  const alone = await bench.gateway();
  await byThread(bench, alone); // warm
  const threads = await byThread(bench, alone);
  await alone.end();
  let relay: number | null = null;
  if (!bench.noKafka) {
    const { gateway: whole } = await bench.whole('stages.');
    await byThread(bench, whole); // warm
    const more = await byThread(bench, whole);
    relay = Object.values(more).reduce((a, b) => a + b, 0) - Object.values(threads).reduce((a, b) => a + b, 0);
    await whole.end();
  }
  const http = Math.max(0, (threads.main ?? 0) - (costs.hmac ?? 0));
  const stage: [string, number, string][] = [
    ['HTTP', http, `main thread at ${RATE}/s, without HMAC`],
    ['HMAC', costs.hmac ?? 0, 'by itself'],
    ['journal', costs.journal ?? 0, 'by itself, 32 a commit'],
    ['normalise', costs.normalise ?? 0, 'by itself'],
    ['store', costs.store ?? 0, 'by itself, full batches'],
    ['relay', relay ?? costs.relay ?? 0, relay === null ? 'reading, encoding, gzip by itself' : `whole gateway at ${RATE}/s with Kafka less without`],
  ];
  const thread: readonly [string, number][] = [
    ['HTTP thread', http + (costs.hmac ?? 0) + (relay ?? 0)],
    ['journal thread', costs.journal ?? 0],
    ['store thread', (costs.normalise ?? 0) + (costs.store ?? 0)],
  ];
  const [slowest] = [...thread].sort((a, b) => b[1] - a[1]);
  const [dearest] = [...stage].sort((a, b) => b[1] - a[1]);
  return {
    figures: { ...Object.fromEntries(stage.map(([name, us]) => [`stage.${name}`, us])), 'stage.store per second': storePerSecond },
    tables: [
      { title: 'Processor time by stage', columns: ['stage', 'us a message', 'how'], rows: stage.map(([name, us, how]) => [name, rounded(us, 1), how]) },
      {
        title: `Processor time by thread at ${RATE}/s, Kafka not configured`,
        columns: ['thread', 'us a message'],
        rows: Object.entries(threads)
          .filter(([, us]) => us >= 0.5)
          .map(([name, us]) => [name, rounded(us, 1)]),
      },
    ],
    notes: [
      `next bottleneck: the ${slowest?.[0]} (${rounded(slowest?.[1] ?? 0, 1)} us a message, so ${Math.round(1e6 / (slowest?.[1] ?? 1))}/s with a core of its own); the dearest stage is ${dearest?.[0]}`,
      `the store alone takes ${Math.round(storePerSecond)} messages/s`,
    ],
  };
}
