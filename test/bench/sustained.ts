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
  /** As a Kafka consumer has it, where one looks. */
  readonly seen: Seen | null;
  /** Processor seconds for 10,000 accepted, by thread. */
  readonly threads: Readonly<Record<string, number>>;
}
/** Who is to hold a rate. */
export interface Holder extends Pick<GatewayProcess, 'port' | 'pid' | 'pending' | 'drained'> {
  /** Where its events are to be; null: whatever it has no more pending is done. */
  readonly reader: Child | null;
}
/** Half a second of backlog is what a batch and a look at it make. */
const SLACK_S = 0.5;
/** So much more behind than early in the run, it is not going to hold: the rest would tell nothing new. */
const HOPELESS_S = 4;

async function hold(bench: BenchContext, { reader, ...holder }: Holder, rate: number, ms: number): Promise<Tried> {
  const count = Math.ceil((rate * ms) / 1000);
  const load = await bench.prepare(count, { senders: SENDERS });
  if (reader) await reader.ask({ type: 'watch', first: load.first, count });
  const before = cpuByThread(holder.pid);
  const memory = watchMemory(holder.pid);
  const began = performance.now();
  const running = bench.run({ type: 'open', port: holder.port, connections: CONNECTIONS, pids: [holder.pid], rate, warmMs: 0, runMs: ms, patienceMs: 10_000 });
  /** What is accepted by now and not readable (or not on Kafka), in seconds of the rate. */
  const lag = async (): Promise<number> => {
    const due = Math.min(count, ((performance.now() - began) * rate) / 1000);
    const there = reader ? (await reader.ask<Seen>({ type: 'seen' })).distinct : due - (await holder.pending());
    return Math.max(0, (due - there) / rate);
  };
  const end = began + ms - 50;
  await sleep(Math.min(10_000, ms / 6));
  const lagEarly = await lag();
  const early = performance.now();
  let lagEnd = lagEarly;
  do {
    await sleep(Math.max(0, Math.min(1000, end - performance.now())));
    lagEnd = await lag();
  } while (performance.now() < end && lagEnd < lagEarly + HOPELESS_S);
  const seconds = (performance.now() - early) / 1000;
  if (performance.now() < end) bench.stopOpen();
  const outcome = await running;
  const { peak } = memory.stop();
  await holder.drained();
  let seen: Seen | null = null;
  if (reader) {
    for (let i = 0; i < 300; i++) {
      seen = await reader.ask<Seen>({ type: 'seen' });
      if (seen.distinct >= outcome.accepted) break;
      await sleep(100);
    }
  }
  const after = cpuByThread(holder.pid);
  const threads = Object.fromEntries(Object.entries(after).map(([name, s]) => [name, ((s - (before[name] ?? 0)) / outcome.accepted) * 1e4]));
  return {
    rate,
    accepted: outcome.accepted,
    errors: outcome.errors,
    p50: outcome.latency.p50,
    p99: outcome.latency.p99,
    lagEarly,
    lagEnd,
    keptUp: rate * (1 - Math.max(0, lagEnd - lagEarly) / seconds),
    holds: outcome.errors === 0 && outcome.accepted > 0.99 * count && lagEnd <= Math.max(lagEarly, SLACK_S) && lagEnd < 1,
    memory: peak,
    seen,
    threads,
  };
}

/** No rate below is looked at. */
const LEAST = 500;
/** Rates that differ by less are one, where short runs are all that tells them apart. */
const NEAR = 1.15;
/** And where long ones do. */
const NEAR_LONG = 1.08;

/** The highest rate that short runs keep up with: from a guess on, up until one is not kept up with or down until one is, then between the two. */
async function probe(bench: BenchContext, holder: Holder, guess: number): Promise<number> {
  await hold(bench, holder, 1000, bench.plan.probeMs); // warm
  let [kept, tooFast] = [0, Infinity];
  for (let rate = guess; tooFast > Math.max(kept, LEAST) * NEAR; ) {
    const tried = await hold(bench, holder, Math.round(rate), bench.plan.probeMs);
    if (tried.keptUp > 0.9 * rate) kept = rate;
    else tooFast = rate;
    if (tooFast === Infinity) rate = kept * 1.3;
    else rate = kept ? Math.sqrt(kept * tooFast) : Math.max(LEAST, Math.min(tried.keptUp, tooFast / NEAR));
  }
  return Math.max(kept, LEAST);
}
/**
 * The highest rate that a long run holds, of those tried: from nine tenths of what short runs keep up with, up a step while that holds or
 * down until it does, then between the two. After so many long runs as `longRuns` only until one holds.
 */
export async function findSustained(bench: BenchContext, holder: Holder, { guess, longRuns }: { guess: number; longRuns: number }): Promise<Tried> {
  const best = await probe(bench, holder, guess);
  let held: Tried | null = null;
  let tooFast = Infinity;
  for (let rate = Math.round(best * 0.9), runs = 1; ; runs++) {
    const long = await hold(bench, holder, rate, bench.plan.sustainMs);
    bench.say(`sustained: ${rate}/s ${long.holds ? 'held' : 'did not hold'} (${rounded(long.lagEarly)} s behind early, ${rounded(long.lagEnd)} s at the end)`);
    if (long.holds) held = long;
    else tooFast = rate;
    if (held && (runs >= longRuns || tooFast < held.rate * NEAR_LONG)) return held;
    if (rate < LEAST) return long;
    if (!held) rate = Math.round(Math.min(rate * 0.92, long.keptUp * 0.95));
    else rate = Math.round(tooFast === Infinity ? held.rate * 1.1 : Math.sqrt(held.rate * tooFast));
  }
}

/** Of what is acknowledged at full speed: about what is kept up with. */
const GUESS = 0.7;
export const guessFrom = (acknowledged: number): number => Math.round(GUESS * acknowledged);

export async function sustained(bench: BenchContext, known: Readonly<Record<string, number>>): Promise<Findings> {
  const guess = guessFrom(known['peak.32.gateway'] ?? 4000);
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
    const found = await findSustained(bench, { ...gateway, reader }, { guess, longRuns: bench.plan.quick || !withKafka ? 1 : 3 });
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
