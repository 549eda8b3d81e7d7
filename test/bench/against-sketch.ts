import { type BenchContext, type Findings, median, NAIVE_TOPIC, rounded, SKETCH_TOPIC } from './bench-context.ts';
import type { Outcome } from './generator.ts';
import { type Contender, type Found, measure, times, warm } from './open-loop.ts';
import { findSustained, guessFrom } from './sustained.ts';

/**
 * The gateway beside the sketch of its design (sketch.ts), the floor and the naive gateway, turn about: what all that makes it a gateway
 * costs. Where a figure falls short of a goal, the sketch and the floor tell how much of that is the machine.
 */
const CONNECTIONS = 32;
const RATE = 2000;

export async function againstSketch(bench: BenchContext): Promise<Findings> {
  if (bench.noKafka) return { figures: {}, tables: [], notes: [`the sketch needs Kafka: ${bench.noKafka}`] };
  const { rounds, warmMs, runMs, bodies } = bench.plan;
  const { gateway, topic } = await bench.whole('beside.');
  const own = await bench.sketch();
  const floor: Contender = { ...(await bench.floor()), reader: null, gateway: null };
  const naive: Contender = { ...(await bench.naive()), reader: await bench.reader(NAIVE_TOPIC), gateway: null };
  const sketch: Contender = { ...own, reader: await bench.reader(SKETCH_TOPIC), gateway: own };
  const whole: Contender = { name: 'gateway', port: gateway.port, pid: gateway.pid, reader: await bench.reader(topic), gateway };
  const all = [floor, naive, sketch, whole];
  for (const server of all) await warm(bench, server);

  const closed = new Map<Contender, Outcome[]>(all.map((server) => [server, []]));
  for (let round = 0; round < rounds; round++)
    for (const [server, outcomes] of closed) {
      await bench.prepare(bodies / 4);
      outcomes.push(await bench.run({ type: 'closed', port: server.port, pids: [server.pid], connections: CONNECTIONS, warmMs, runMs, again: !server.gateway }));
      await server.gateway?.drained();
    }
  const perSecond = (server: Contender) => median((closed.get(server) ?? []).map((o) => o.perSecond));
  bench.say(`sketch: ${CONNECTIONS} connections`);

  const rates = [Math.round(perSecond(naive) / 2), RATE];
  const open = new Map(rates.map((rate) => [rate, new Map<Contender, Found[]>(all.map((server) => [server, []]))]));
  for (const [rate, servers] of open) {
    for (let round = 0; round < rounds; round++) for (const [server, found] of servers) found.push(await measure(bench, server, rate));
    bench.say(`sketch: ${rate}/s`);
  }

  const sustained = new Map<Contender, number>();
  for (const { server, holder } of [
    { server: sketch, holder: own },
    { server: whole, holder: gateway },
  ]) {
    const found = await findSustained(bench, { ...holder, reader: server.reader }, { guess: guessFrom(perSecond(server)), longRuns: 3 });
    sustained.set(server, found.rate);
    bench.say(`sketch: sustained, ${server.name}: ${found.rate}/s`);
  }
  for (const server of all) await server.reader?.end();
  await gateway.end();

  const foundOf = (server: Contender, rate: number) => open.get(rate)?.get(server) ?? [];
  const ackP99 = (server: Contender, rate: number) => median(foundOf(server, rate).map((f) => f.outcome.latency.p99));
  const cpu = (server: Contender, rate: number) => median(foundOf(server, rate).map(({ outcome }) => (outcome.cpuOf[0] ?? 0) / (outcome.measured / 1e4)));
  const figures: Record<string, number> = { 'sketch.naive half': rates[0] ?? 0, 'sketch.acks': perSecond(whole) / perSecond(sketch) };
  for (const server of all)
    for (const rate of rates) Object.assign(figures, { [`sketch.${rate}.${server.name}.p99`]: ackP99(server, rate), [`sketch.${rate}.${server.name}.cpu`]: cpu(server, rate) });
  for (const [server, rate] of sustained) figures[`sketch.sustained.${server.name}`] = rate;
  const shares = (of: Contender, figure: (server: Contender) => number) =>
    all
      .filter((server) => server !== of)
      .map((server) => `${server.name} ${rounded(figure(server) / figure(of))}`)
      .join(', ');
  const held = [...sustained].map(([server, rate]) => `${server.name} ${rounded(rate / perSecond(floor), 3)}`).join(', ');
  return {
    figures,
    tables: [
      {
        title: 'Beside the sketch: the least that journals, stores and brings to Kafka',
        columns: ['server', 'how', 'per second', 'ack p50 / p99 (range) / p99.9 ms', 'to the consumer p50 / p99 (range) / p99.9 ms', 'CPU s per 10k'],
        rows: all.flatMap((server) => [
          [server.name, `c=${CONNECTIONS}`, Math.round(perSecond(server)), null, null, null],
          ...(sustained.has(server) ? [[server.name, 'sustained', sustained.get(server) ?? null, null, null, null]] : []),
          ...rates.map((rate) => {
            const found = foundOf(server, rate);
            return [server.name, `${rate}/s`, null, times(found.map((f) => f.outcome.latency)), times(found.map((f) => f.consumer)), rounded(cpu(server, rate))];
          }),
        ]),
      },
    ],
    notes: [
      `acknowledgements at ${CONNECTIONS} connections, of the floor's: ${shares(floor, perSecond)}`,
      `sustained for ${bench.plan.sustainMs / 1000} s, every event on Kafka, of the floor's acknowledgements: ${held}`,
      ...rates.flatMap((rate) => [
        `ack p99 at ${rate}/s, times the floor's: ${shares(floor, (server) => ackP99(server, rate))}; times the naive's: ${shares(naive, (server) => ackP99(server, rate))}`,
        `processor at ${rate}/s: ${rounded(cpu(whole, rate) / cpu(sketch, rate))} times the sketch's`,
      ]),
    ],
  };
}
