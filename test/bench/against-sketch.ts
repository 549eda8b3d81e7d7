import { type BenchContext, type Findings, median, rounded, SKETCH_TOPIC } from './bench-context.ts';
import type { Outcome } from './generator.ts';
import { type Contender, type Found, measure, times, warm } from './open-loop.ts';

/**
 * The gateway beside the sketch of its design (sketch.ts), turn about: what all that makes it a gateway costs. On a machine where a figure
 * falls short of a goal, the sketch tells how much of that is the machine.
 */
const CONNECTIONS = 32;
const RATES = [1000, 2000];

export async function againstSketch(bench: BenchContext): Promise<Findings> {
  if (bench.noKafka) return { figures: {}, tables: [], notes: [`the sketch needs Kafka: ${bench.noKafka}`] };
  const { rounds, warmMs, runMs } = bench.plan;
  const { gateway, topic } = await bench.whole('beside.');
  const own = await bench.sketch();
  const floor: Contender = { ...(await bench.floor()), reader: null, gateway: null };
  const sketch: Contender = { ...own, reader: await bench.reader(SKETCH_TOPIC), gateway: own };
  const whole: Contender = { name: 'gateway', port: gateway.port, pid: gateway.pid, reader: await bench.reader(topic), gateway };
  const all = [floor, sketch, whole];
  for (const server of all) await warm(bench, server);

  const closed = new Map<Contender, Outcome[]>(all.map((server) => [server, []]));
  const open = new Map<string, Found[]>();
  const key = (server: Contender, rate: number) => `${rate} ${server.name}`;
  for (let round = 0; round < rounds; round++) {
    for (const [server, outcomes] of closed) {
      await bench.prepare(bench.plan.bodies / 4);
      outcomes.push(await bench.run({ type: 'closed', port: server.port, pids: [server.pid], connections: CONNECTIONS, warmMs, runMs, again: !server.gateway }));
      await server.gateway?.drained();
    }
    for (const rate of RATES) for (const server of all) open.set(key(server, rate), [...(open.get(key(server, rate)) ?? []), await measure(bench, server, rate)]);
    bench.say(`sketch: round ${round + 1} of ${rounds}`);
  }
  for (const server of all) await server.reader?.end();
  await gateway.end();

  const figures: Record<string, number> = {};
  const perSecond = (server: Contender) => median((closed.get(server) ?? []).map((o) => o.perSecond));
  const of = (server: Contender, rate: number, pick: (f: Found) => number | undefined) => median((open.get(key(server, rate)) ?? []).map((f) => pick(f) ?? Number.NaN));
  const cpu = ({ outcome }: Found) => (outcome.cpuOf[0] ?? 0) / (outcome.measured / 1e4);
  figures['sketch.acks'] = perSecond(whole) / perSecond(sketch);
  for (const rate of RATES) {
    const ratio = (pick: (f: Found) => number | undefined) => of(whole, rate, pick) / of(sketch, rate, pick);
    figures[`sketch.${rate}.ack p99`] = ratio((f) => f.outcome.latency.p99);
    figures[`sketch.${rate}.consumer p99`] = ratio((f) => f.consumer?.p99);
    figures[`sketch.${rate}.cpu`] = ratio(cpu);
    figures[`sketch.${rate}.sketch to floor`] = of(sketch, rate, (f) => f.outcome.latency.p99) / of(floor, rate, (f) => f.outcome.latency.p99);
    figures[`sketch.${rate}.gateway to floor`] = of(whole, rate, (f) => f.outcome.latency.p99) / of(floor, rate, (f) => f.outcome.latency.p99);
  }
  const tell = (rate: number, what: string) => rounded(figures[`sketch.${rate}.${what}`] ?? Number.NaN);
  return {
    figures,
    tables: [
      {
        title: 'Beside the sketch: the least that journals, stores and brings to Kafka',
        columns: ['server', 'how', 'acks/s', 'ack p50 / p99 (range) / p99.9 ms', 'to the consumer p50 / p99 (range) / p99.9 ms', 'CPU s per 10k'],
        rows: all.flatMap((server) => [
          [server.name, `c=${CONNECTIONS}`, Math.round(perSecond(server)), null, null, null],
          ...RATES.map((rate) => {
            const found = open.get(key(server, rate)) ?? [];
            return [server.name, `${rate}/s`, null, times(found.map((f) => f.outcome.latency)), times(found.map((f) => f.consumer)), rounded(of(server, rate, cpu))];
          }),
        ]),
      },
    ],
    notes: [
      `the gateway takes ${rounded(figures['sketch.acks'] ?? Number.NaN)} of the acknowledgements that the sketch takes at ${CONNECTIONS} connections`,
      ...RATES.map(
        (rate) =>
          `at ${rate}/s: ack p99 ${tell(rate, 'gateway to floor')} times the floor's where the sketch has ${tell(rate, 'sketch to floor')}; of the sketch's, ack p99 ${tell(rate, 'ack p99')}, to the consumer p99 ${tell(rate, 'consumer p99')}, processor ${tell(rate, 'cpu')}`,
      ),
    ],
  };
}
