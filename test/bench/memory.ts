import { sleep } from '../support/gateway.ts';
import { freePort } from '../support/kafka.ts';
import { type BenchContext, type Findings, rounded } from './bench-context.ts';
import type { Seen } from './kafka-reader.ts';
import { residentMb, watchMemory } from './proc.ts';

/** A million webhooks with Kafka away: memory stays flat; then Kafka comes and the backlog is drained, in order, once. */
const PREFIX = 'memory.';
const CONNECTIONS = 32;

export async function memory(bench: BenchContext): Promise<Findings> {
  const total = bench.plan.memoryMessages;
  const env = bench.noKafka ? { KAFKA_BROKERS: `127.0.0.1:${await freePort()}` } : await bench.onKafka(PREFIX);
  if (!bench.noKafka) await bench.stopKafka();
  const gateway = await bench.gateway({ env });
  const load = await bench.prepare(total);
  const watch = watchMemory(gateway.pid);
  const began = performance.now();
  const outcome = await bench.run({ type: 'closed', port: gateway.port, pids: [gateway.pid], connections: CONNECTIONS, warmMs: 0, runMs: 3_600_000, again: false });
  const taken = (performance.now() - began) / 1000;
  await gateway.drained(1_800_000);
  const stored = (performance.now() - began) / 1000;
  const { peak, samples } = watch.stop();
  bench.say(`memory: ${outcome.accepted} webhooks taken in ${rounded(taken, 1)} s, stored in ${rounded(stored, 1)} s, peak ${Math.round(peak)} MB`);
  const at = (share: number) => Math.round(samples[Math.min(samples.length - 1, Math.floor(samples.length * share))] ?? 0);
  const figures: Record<string, number> = {
    'memory.peak': peak,
    'memory.taken per second': outcome.accepted / taken,
    'memory.stored per second': outcome.accepted / stored,
    lost: outcome.errors,
  };
  const rows: (string | number)[][] = [
    ['webhooks taken', outcome.accepted],
    ['acknowledged per second', Math.round(outcome.accepted / taken)],
    ['stored per second, from the first webhook to the last event', Math.round(outcome.accepted / stored)],
    ['memory of all threads at 10, 50, 90 % of the time, MB', `${at(0.1)}, ${at(0.5)}, ${at(0.9)}`],
    ['peak, MB', Math.round(peak)],
  ];
  const notes: string[] = [];
  if (!bench.noKafka) {
    await bench.kafka();
    const reader = await bench.reader(`${PREFIX}messages.v1`);
    await reader.ask({ type: 'watch', first: load.first, count: total });
    const start = performance.now();
    let seen: Seen = { distinct: 0, again: 0, disorder: 0 };
    let first = 0;
    while (seen.distinct < outcome.accepted && performance.now() - start < 600_000) {
      await sleep(200);
      seen = await reader.ask<Seen>({ type: 'seen' });
      if (!first && seen.distinct) first = performance.now();
    }
    const seconds = (performance.now() - first) / 1000;
    figures['memory.drain per second'] = seen.distinct / seconds;
    figures.lost = (figures.lost ?? 0) + Math.abs(outcome.accepted - seen.distinct) + seen.again;
    figures['memory.disorder'] = seen.disorder;
    rows.push(['relayed per second once Kafka was there', Math.round(seen.distinct / seconds)], ['memory after it, MB', Math.round(residentMb(gateway.pid))]);
    notes.push(`on Kafka ${seen.distinct} of ${outcome.accepted}, twice ${seen.again}, out of their conversation's order ${seen.disorder}`);
    await reader.end();
  } else notes.push(`the drain is left out: ${bench.noKafka}`);
  await gateway.end();
  return { figures, tables: [{ title: 'Memory: Kafka away', columns: ['what', 'figure'], rows }], notes };
}
