import { type BenchContext, type Findings, NAIVE_TOPIC, rounded, type Server } from './bench-context.ts';
import type { Child } from './child.ts';
import type { GatewayProcess } from './gateway-process.ts';
import type { Outcome } from './generator.ts';
import type { Quantiles } from './histogram.ts';

/** Latency at a given rate, from the time that each webhook was due: to the acknowledgement, and to a Kafka consumer. */
const CONNECTIONS = 256;
const PREFIX = 'open.';
interface Contender extends Server {
  readonly reader: Child | null;
  readonly gateway: GatewayProcess | null;
}
interface Found {
  readonly outcome: Outcome;
  readonly consumer: Quantiles | null;
}

async function measure(bench: BenchContext, server: Contender, rate: number): Promise<Found> {
  const { openWarmMs: warmMs, openMs: runMs } = bench.plan;
  const count = Math.round((rate * (warmMs + runMs)) / 1000);
  const load = await bench.prepare(count);
  if (server.reader) await server.reader.ask({ type: 'watch', first: load.first, count });
  const outcome = await bench.run({ type: 'open', port: server.port, pids: [server.pid], connections: CONNECTIONS, rate, warmMs, runMs, patienceMs: 30_000 });
  await server.gateway?.drained();
  let consumer: Quantiles | null = null;
  if (server.reader) {
    for (let i = 0; i < 100; i++) {
      const { distinct } = await server.reader.ask<{ distinct: number }>({ type: 'seen' });
      if (distinct >= outcome.accepted) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    consumer = await server.reader.ask<Quantiles>({ type: 'latency', startedAt: outcome.startedAt, rate, from: Math.round((rate * warmMs) / 1000), to: count });
  }
  return { outcome, consumer };
}

const times = (q: Quantiles | null): string | null => (q ? [q.p50, q.p99, q.p999].map((ms) => rounded(ms)).join(' / ') : null);

/** `half`: half of what the sustained section found, where it ran. */
export async function openLoop(bench: BenchContext, known: Readonly<Record<string, number>>): Promise<Findings> {
  const half = Math.round((known['sustained.kafka'] ?? known['sustained.store'] ?? 6000) / 2);
  const naiveHalf = Math.round((known['peak.32.naive'] ?? 6000) / 2);
  const figures: Record<string, number> = { 'open.half': half, 'open.naive half': naiveHalf };
  const rows: (string | number | null)[][] = [];
  const note = (server: Contender, rate: number, { outcome, consumer }: Found): void => {
    const key = `open.${rate}.${server.name}`;
    const cpu = (outcome.cpuOf[0] ?? 0) / (outcome.measured / 1e4);
    Object.assign(figures, { [`${key}.p50`]: outcome.latency.p50, [`${key}.p99`]: outcome.latency.p99, [`${key}.cpu`]: cpu, [`${key}.errors`]: outcome.errors });
    if (consumer) Object.assign(figures, { [`${key}.kafka.p50`]: consumer.p50, [`${key}.kafka.p99`]: consumer.p99 });
    rows.push([server.name, rate, outcome.errors, times(outcome.latency), times(consumer), rounded(cpu)]);
  };
  const round = async (servers: readonly Contender[], rates: readonly number[]) => {
    for (const rate of rates) for (const server of servers) note(server, rate, await measure(bench, server, rate));
    bench.say(`open loop: ${servers.map((s) => s.name).join(', ')} at ${rates.join(', ')}/s`);
  };

  const floor: Contender = { ...(await bench.floor()), reader: null, gateway: null };
  if (bench.noKafka) {
    const alone = await bench.gateway();
    await round([floor, { name: 'gateway', port: alone.port, pid: alone.pid, reader: null, gateway: alone }], [300, 2000, half, 10_000]);
    await alone.end();
    return { figures, tables: [{ title: 'Open loop', columns: COLUMNS, rows }], notes: [`without Kafka: ${bench.noKafka}`] };
  }
  const kafka = await bench.kafka();
  const gateway = await bench.gateway({ env: await bench.onKafka(PREFIX) });
  const withReader = async (name: string, g: GatewayProcess, topic: string): Promise<Contender> => ({
    name,
    port: g.port,
    pid: g.pid,
    reader: await bench.reader(topic),
    gateway: g,
  });
  const whole = await withReader('gateway', gateway, `${PREFIX}messages.v1`);
  const naive: Contender = { ...(await bench.naive()), reader: await bench.reader(NAIVE_TOPIC), gateway: null };
  await measure(bench, whole, 2000); // warm
  await measure(bench, naive, 2000);
  await round([floor, whole, naive], [300, 2000]);
  await round([whole, naive], [naiveHalf]);
  await round(
    [floor, whole],
    [...new Set([half, 10_000])].filter((rate) => rate !== naiveHalf),
  );
  await naive.reader?.end();
  if (bench.slowSync) {
    const slow = await bench.gateway({ env: { ...(await bench.onKafka('slow.')), ...bench.slowSync } });
    const contender = await withReader('gateway, +1 ms a sync', slow, 'slow.messages.v1');
    await round([contender], [300, 2000, half]);
    await contender.reader?.end();
    await slow.end();
  }
  await kafka.stop('SIGKILL');
  await round([{ ...whole, name: 'gateway, Kafka away', reader: null }], [300, 2000, half]);
  await kafka.up();
  await whole.reader?.end();
  await gateway.end();
  return {
    figures,
    tables: [{ title: 'Open loop, from the intended time', columns: COLUMNS, rows }],
    ...(bench.slowSync ? {} : { notes: ['+1 ms a sync: left out, there is no C compiler'] }),
  };
}
const COLUMNS = ['server', 'rate/s', 'errors', 'ack p50 / p99 / p99.9 ms', 'to the consumer p50 / p99 / p99.9 ms', 'CPU s per 10k'];
