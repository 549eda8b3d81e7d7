import { type BenchContext, type Findings, median, NAIVE_TOPIC, rounded, type Server, spread } from './bench-context.ts';
import type { Child } from './child.ts';
import type { GatewayProcess } from './gateway-process.ts';
import type { Outcome } from './generator.ts';
import type { Quantiles } from './histogram.ts';

/** Latency at a given rate, from the time that each webhook was due: to the acknowledgement, and to a Kafka consumer. */
const CONNECTIONS = 256;
/** Per second: what processor time is compared at. What it leaves to be done takes several times as long as the run. */
const OVERLOAD = 10_000;
export interface Contender extends Server {
  readonly reader: Child | null;
  /** Where it keeps what it takes: when all of that is behind it. */
  readonly gateway: Pick<GatewayProcess, 'drained'> | null;
}
export interface Found {
  readonly outcome: Outcome;
  readonly consumer: Quantiles | null;
}

export async function measure(bench: BenchContext, server: Contender, rate: number): Promise<Found> {
  const { openWarmMs: warmMs, openMs } = bench.plan;
  const runMs = rate === OVERLOAD ? openMs / 2 : openMs;
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

/** As warm as the peak makes the floor and the naive gateway: V8 compiles for some ten thousand requests. */
export async function warm(bench: BenchContext, server: Contender): Promise<void> {
  const { warmMs, runMs } = bench.plan;
  await bench.prepare(60_000);
  await bench.run({ type: 'closed', port: server.port, pids: [server.pid], connections: 32, warmMs, runMs: 1.5 * runMs, again: !server.gateway });
  await server.gateway?.drained();
  await measure(bench, server, 2000);
}

/** Median of each quantile, that of p99 with its range. */
export function times(of: readonly (Quantiles | null)[]): string | null {
  const all = of.filter((q) => q !== null);
  if (!all.length) return null;
  return [
    rounded(median(all.map((q) => q.p50))),
    spread(
      all.map((q) => q.p99),
      1,
    ),
    rounded(median(all.map((q) => q.p999))),
  ].join(' / ');
}

/** `half`: half of what the sustained section found, where it ran. */
export async function openLoop(bench: BenchContext, known: Readonly<Record<string, number>>): Promise<Findings> {
  const half = Math.round((known['sustained.kafka'] ?? known['sustained.store'] ?? 6000) / 2);
  const naiveHalf = Math.round((known['peak.32.naive'] ?? 6000) / 2);
  const figures: Record<string, number> = { 'open.half': half, 'open.naive half': naiveHalf };
  const rows: (string | number | null)[][] = [];
  const note = (server: Contender, rate: number, found: readonly Found[]): void => {
    const key = `open.${rate}.${server.name}`;
    const of = (pick: (f: Found) => number) => median(found.map(pick));
    const errors = found.reduce((sum, f) => sum + f.outcome.errors, 0);
    const cpu = of(({ outcome }) => (outcome.cpuOf[0] ?? 0) / (outcome.measured / 1e4));
    Object.assign(figures, { [`${key}.p50`]: of((f) => f.outcome.latency.p50), [`${key}.p99`]: of((f) => f.outcome.latency.p99), [`${key}.cpu`]: cpu, [`${key}.errors`]: errors });
    if (server.reader) Object.assign(figures, { [`${key}.kafka.p50`]: of((f) => f.consumer?.p50 ?? Number.NaN), [`${key}.kafka.p99`]: of((f) => f.consumer?.p99 ?? Number.NaN) });
    rows.push([server.name, rate, errors, times(found.map((f) => f.outcome.latency)), times(found.map((f) => f.consumer)), rounded(cpu)]);
  };
  /** Turn about, `rounds` times; where a goal hangs on it, as often as the closed loop. */
  const round = async (servers: readonly Contender[], rates: readonly number[], rounds = 1) => {
    for (const rate of rates) {
      const found = new Map<Contender, Found[]>(servers.map((server) => [server, []]));
      for (let i = 0; i < rounds; i++) for (const [server, all] of found) all.push(await measure(bench, server, rate));
      for (const [server, all] of found) note(server, rate, all);
    }
    bench.say(`open loop: ${servers.map((s) => s.name).join(', ')} at ${rates.join(', ')}/s`);
  };

  const floor: Contender = { ...(await bench.floor()), reader: null, gateway: null };
  const { gateway, topic } = await bench.whole('open.');
  if (bench.noKafka) {
    await round([floor, { name: 'gateway', port: gateway.port, pid: gateway.pid, reader: null, gateway }], [300, 2000, half, OVERLOAD]);
    await gateway.end();
    return { figures, tables: [{ title: 'Open loop', columns: COLUMNS, rows }], notes: [`without Kafka: ${bench.noKafka}`] };
  }
  const withReader = async (name: string, g: GatewayProcess, topic: string): Promise<Contender> => ({
    name,
    port: g.port,
    pid: g.pid,
    reader: await bench.reader(topic),
    gateway: g,
  });
  const whole = await withReader('gateway', gateway, topic);
  const naive: Contender = { ...(await bench.naive()), reader: await bench.reader(NAIVE_TOPIC), gateway: null };
  const { rounds, quick } = bench.plan;
  const peaked = known['peak.32.naive'] !== undefined; // which warms the naive gateway, and in the quick bench the same one of ours
  if (!peaked || !quick) await warm(bench, whole);
  if (!peaked) await warm(bench, naive);
  await round([floor, whole, naive], [300]);
  await round([floor, whole, naive], [2000], rounds);
  await round([floor, whole, naive], [naiveHalf], rounds);
  await round(
    [floor, whole],
    [...new Set([half, OVERLOAD])].filter((rate) => rate !== naiveHalf),
  );
  await naive.reader?.end();
  if (bench.slowSync) {
    const slow = await bench.gateway({ env: { ...(await bench.onKafka('slow.')), ...bench.slowSync } });
    const contender = await withReader('gateway, +1 ms a sync', slow, 'slow.messages.v1');
    await round([contender], quick ? [2000] : [300, 2000, half]);
    await contender.reader?.end();
    await slow.end();
  }
  await bench.stopKafka();
  const away: Contender = { ...whole, name: 'gateway, Kafka away', reader: null };
  if (!quick) await round([away], [300, half]);
  await round([away], [2000], rounds);
  await whole.reader?.end();
  await gateway.end();
  return {
    figures,
    tables: [{ title: 'Open loop, from the intended time', columns: COLUMNS, rows }],
    ...(bench.slowSync ? {} : { notes: ['+1 ms a sync: left out, there is no C compiler'] }),
  };
}
const COLUMNS = ['server', 'rate/s', 'errors', 'ack p50 / p99 (range) / p99.9 ms', 'to the consumer p50 / p99 (range) / p99.9 ms', 'CPU s per 10k'];
