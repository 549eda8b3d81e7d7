import { sleep } from '../support/gateway.ts';
import { type BenchContext, type Findings, rounded, SENDERS } from './bench-context.ts';
import type { Child } from './child.ts';
import type { GatewayProcess } from './gateway-process.ts';
import type { Seen } from './kafka-reader.ts';
import { cpuByThread, watchMemory } from './proc.ts';

/** The rate that goes on for ever: the backlog at the end is no larger than at 10 s, every event is readable, and with Kafka every event is there. */
export const CONNECTIONS = 64;
interface Tried {
  readonly rate: number;
  readonly accepted: number;
  readonly errors: number;
  readonly p50: number;
  readonly p99: number;
  /** Seconds of work that waited: at 10 s (or a sixth of the run), at the end. */
  readonly lagEarly: number;
  readonly lagEnd: number;
  readonly holds: boolean;
  /** What the backlog of the end leaves of the rate, per second. */
  readonly keptUp: number;
  readonly memory: number;
}
/** Half a second of backlog is what a batch and a look at it make. */
const SLACK_S = 0.5;

async function hold(
  bench: BenchContext,
  gateway: GatewayProcess,
  at: { rate: number; ms: number; reader: Child | null },
): Promise<Tried & { seen: Seen | null; threads: Record<string, number> }> {
  const count = Math.ceil((at.rate * at.ms) / 1000);
  const load = await bench.prepare(count, { senders: SENDERS });
  if (at.reader) await at.reader.ask({ type: 'watch', first: load.first, count });
  const before = cpuByThread(gateway.pid);
  const memory = watchMemory(gateway.pid);
  const began = performance.now();
  const running = bench.run({ type: 'open', port: gateway.port, connections: CONNECTIONS, pids: [gateway.pid], rate: at.rate, warmMs: 0, runMs: at.ms, patienceMs: 10_000 });
  /** What is accepted by now and not readable (or not on Kafka), in seconds of the rate. */
  const lag = async (): Promise<number> => {
    const due = Math.min(count, ((performance.now() - began) * at.rate) / 1000);
    const there = at.reader ? (await at.reader.ask<Seen>({ type: 'seen' })).distinct : due - (await gateway.pending());
    return Math.max(0, (due - there) / at.rate);
  };
  await sleep(Math.min(10_000, at.ms / 6));
  const lagEarly = await lag();
  const early = performance.now();
  await sleep(Math.max(0, at.ms - (performance.now() - began) - 50));
  const lagEnd = await lag();
  const seconds = (performance.now() - early) / 1000;
  const outcome = await running;
  const { peak } = memory.stop();
  await gateway.drained();
  let seen: Seen | null = null;
  if (at.reader) {
    for (let i = 0; i < 300; i++) {
      seen = await at.reader.ask<Seen>({ type: 'seen' });
      if (seen.distinct >= outcome.accepted) break;
      await sleep(100);
    }
  }
  const after = cpuByThread(gateway.pid);
  const threads = Object.fromEntries(Object.entries(after).map(([name, s]) => [name, ((s - (before[name] ?? 0)) / outcome.accepted) * 1e4]));
  const kept = outcome.accepted / count;
  return {
    rate: at.rate,
    accepted: outcome.accepted,
    errors: outcome.errors,
    p50: outcome.latency.p50,
    p99: outcome.latency.p99,
    lagEarly,
    lagEnd,
    keptUp: at.rate * (1 - Math.max(0, lagEnd - lagEarly) / seconds),
    holds: outcome.errors === 0 && kept > 0.99 && lagEnd <= Math.max(lagEarly, SLACK_S) && lagEnd < 1,
    memory: peak,
    seen,
    threads,
  };
}

interface Search {
  readonly reader: Child | null;
  readonly guess: number;
  /** Rates are raised no further after so many. */
  readonly longRuns: number;
}
/** No rate below is looked at. */
const LEAST = 500;
/** Rates that differ by less are one, where short runs are all that tells them apart. */
const NEAR = 1.15;

/** The highest rate that short runs keep up with: from a guess on, up until one is not kept up with or down until one is, then between the two. */
async function probe(bench: BenchContext, gateway: GatewayProcess, { reader, guess }: Search): Promise<number> {
  await hold(bench, gateway, { rate: 1000, ms: bench.plan.probeMs, reader }); // warm
  let [kept, tooFast] = [0, Infinity];
  for (let rate = guess; tooFast > Math.max(kept, LEAST) * NEAR; ) {
    const tried = await hold(bench, gateway, { rate: Math.round(rate), ms: bench.plan.probeMs, reader });
    if (tried.keptUp > 0.9 * rate) kept = rate;
    else tooFast = rate;
    if (tooFast === Infinity) rate = kept * 1.3;
    else rate = kept ? Math.sqrt(kept * tooFast) : Math.max(LEAST, Math.min(tried.keptUp, tooFast / NEAR));
  }
  return Math.max(kept, LEAST);
}
/**
 * Proves a rate over long runs: from nine tenths of what short ones keep up with a step up while that holds, or down until it does. From
 * above, each run that does not hold would leave the next one a larger store and not much else.
 */
async function find(bench: BenchContext, gateway: GatewayProcess, search: Search) {
  const best = await probe(bench, gateway, search);
  let proved: Awaited<ReturnType<typeof hold>> | null = null;
  for (let rate = Math.round(best * 0.9), runs = 1, falling = false; ; runs++) {
    const long = await hold(bench, gateway, { rate, ms: bench.plan.sustainMs, reader: search.reader });
    bench.say(`sustained: ${rate}/s ${long.holds ? 'held' : 'did not hold'} (${rounded(long.lagEarly)} s behind early, ${rounded(long.lagEnd)} s at the end)`);
    if (!long.holds && (proved || rate < LEAST)) return proved ?? long;
    if (long.holds && (falling || runs >= search.longRuns)) return long;
    if (long.holds) proved = long;
    else falling = true;
    rate = Math.round(long.holds ? rate * 1.1 : Math.min(rate * 0.92, long.keptUp * 0.95));
  }
}

/** Of what is acknowledged at full speed: about what is kept up with. */
const GUESS = 0.7;

export async function sustained(bench: BenchContext, known: Readonly<Record<string, number>>): Promise<Findings> {
  const guess = Math.round(GUESS * (known['peak.32.gateway'] ?? 4000));
  const rows: (string | number)[][] = [];
  const figures: Record<string, number> = {};
  const notes: string[] = [];
  for (const withKafka of bench.noKafka ? [false] : [false, true]) {
    const name = withKafka ? 'every event on Kafka' : 'store alone';
    const key = withKafka ? 'sustained.kafka' : 'sustained.store';
    const whole = withKafka ? await bench.whole('sustained.') : null;
    const gateway = whole?.gateway ?? (await bench.gateway());
    const reader = whole && (await bench.reader(whole.topic));
    const from = { at: await gateway.here(), received: (await gateway.ledger()).received };
    const found = await find(bench, gateway, { reader, guess, longRuns: bench.plan.quick ? 1 : withKafka ? 4 : 2 });
    bench.say(`sustained, ${name}: ${found.rate}/s`);
    figures[key] = found.rate;
    figures[`${key}.lag`] = found.lagEnd;
    figures[`${key}.memory`] = found.memory;
    rows.push([name, found.rate, rounded(found.p50), rounded(found.p99), rounded(found.lagEarly), rounded(found.lagEnd), Math.round(found.memory)]);
    const received = (await gateway.ledger()).received - from.received;
    const { distinct, again } = await gateway.readEvents({ after: from.at, first: 0, count: 40_000_000 });
    figures.lost = (figures.lost ?? 0) + Math.abs(received - distinct) + again;
    notes.push(`${name}: journalled ${received}, read by /v1/events ${distinct}, twice ${again}`);
    if (found.seen) {
      figures.lost += Math.abs(found.accepted - found.seen.distinct) + found.seen.again;
      notes.push(`${name}: accepted in the long run ${found.accepted}, on Kafka ${found.seen.distinct}, twice ${found.seen.again}, out of order ${found.seen.disorder}`);
    }
    notes.push(
      `${name}: CPU s per 10k by thread: ${Object.entries(found.threads)
        .filter(([, s]) => s >= 0.005)
        .map(([n, s]) => `${n} ${s.toFixed(2)}`)
        .join(', ')}`,
    );
    await reader?.end();
    await gateway.end();
  }
  return {
    figures,
    tables: [
      {
        title: `Sustained: open loop over ${bench.plan.sustainMs / 1000} s`,
        columns: ['what', 'per second', 'ack p50 ms', 'ack p99 ms', 'behind at 10 s, s', 'at the end, s', 'peak MB'],
        rows,
      },
    ],
    notes: [...notes, 'the naive gateway answers after Kafka: its sustained rate is its peak'],
  };
}
