import { type BenchContext, type Findings, median, rounded, type Server, spread } from './bench-context.ts';
import type { GatewayProcess } from './gateway-process.ts';
import type { Outcome } from './generator.ts';

/** Durable acknowledgements per second at full speed, beside the floor and the naive gateway of the same rounds; what was taken is drained between the runs. */
interface Contender extends Server {
  /** Bodies may come again: nothing is kept. */
  readonly again: boolean;
  readonly gateway: GatewayProcess | null;
}

export async function peak(bench: BenchContext): Promise<Findings> {
  const { plan } = bench;
  const fast = await bench.gateway({ env: bench.noKafka ? {} : { ...(await bench.onKafka('peak.')) } });
  const slow = bench.slowSync ? await bench.gateway({ env: bench.slowSync }) : null;
  const keeping = (name: string, gateway: GatewayProcess): Contender => ({ name, port: gateway.port, pid: gateway.pid, again: false, gateway });
  const floor: Contender = { ...(await bench.floor()), again: true, gateway: null };
  const withKafka = bench.noKafka ? [] : [await bench.naive(), await bench.naiveOnNode20()];
  const naive = withKafka.flatMap((server): Contender[] => (server ? [{ ...server, again: true, gateway: null }] : []));
  const all: Contender[] = [floor, keeping('gateway', fast), ...naive, ...(slow ? [keeping('gateway, +1 ms a sync', slow)] : [])];
  const outcomes = new Map<string, Outcome[]>();
  const accepted = new Map<GatewayProcess, number>();
  let errors = 0;
  const contend = async (server: Contender, connections: number): Promise<Outcome> => {
    await bench.prepare(plan.bodies);
    const outcome = await bench.run({ type: 'closed', port: server.port, pids: [server.pid], connections, warmMs: plan.warmMs, runMs: plan.runMs, again: server.again });
    errors += outcome.errors;
    if (server.gateway) {
      accepted.set(server.gateway, (accepted.get(server.gateway) ?? 0) + outcome.accepted);
      await server.gateway.drained();
    }
    return outcome;
  };

  for (const server of all) await contend(server, 32); // not measured: everything is warm when the first round begins
  for (let round = 0; round < plan.rounds; round++) {
    for (const connections of plan.connections) {
      const inRound = connections === 32 ? all : all.slice(0, 2);
      const turned = [...inRound.slice(round % inRound.length), ...inRound.slice(0, round % inRound.length)];
      for (const server of turned) {
        const key = `${connections} ${server.name}`;
        outcomes.set(key, [...(outcomes.get(key) ?? []), await contend(server, connections)]);
      }
    }
    bench.say(`peak: round ${round + 1} of ${plan.rounds}`);
  }

  const figures: Record<string, number> = { 'peak.errors': errors };
  const rows = plan.connections.flatMap((c) =>
    all.flatMap((server) => {
      const own = outcomes.get(`${c} ${server.name}`);
      if (!own) return [];
      const bare = outcomes.get(`${c} floor`) ?? [];
      const rates = own.map((o) => o.perSecond);
      const ratios = own.map((o, i) => o.perSecond / (bare[i]?.perSecond ?? Number.NaN));
      const of = (pick: (o: Outcome) => number) => median(own.map(pick));
      figures[`peak.${c}.${server.name}`] = median(rates);
      figures[`peak.${c}.${server.name}.ratio`] = median(ratios);
      const latency = [of((o) => o.latency.p50), of((o) => o.latency.p99), of((o) => o.latency.p999)].map((ms) => rounded(ms)).join(' / ');
      const perTenThousand = (seconds: (o: Outcome) => number) => rounded(of((o) => (seconds(o) / o.measured) * 1e4));
      return [[c, server.name, spread(rates), spread(ratios, 2), latency, perTenThousand((o) => o.cpuOf[0] ?? 0), perTenThousand((o) => o.cpu)]];
    }),
  );
  for (const { name } of naive)
    figures[`peak.32.against ${name}`] = median((outcomes.get('32 gateway') ?? []).map((o, i) => o.perSecond / (outcomes.get(`32 ${name}`)?.[i]?.perSecond ?? Number.NaN)));

  const truth: string[] = [];
  for (const [gateway, taken] of accepted) {
    await gateway.drained();
    const books = await gateway.ledger();
    const events = Number(await gateway.here());
    const holds = books.received === taken && books.published === taken && events === taken;
    figures.lost = (figures.lost ?? 0) + Math.abs(taken - books.received) + Math.abs(taken - books.published) + Math.abs(taken - events);
    truth.push(`accepted ${taken}, journalled ${books.received}, published ${books.published}, events ${events}: ${holds ? 'they agree' : 'THEY DIFFER'}`);
    await gateway.end();
  }
  return {
    figures,
    tables: [
      { title: 'Peak: closed loop, every acknowledgement durable', columns: ['c', 'server', 'acks/s', 'to floor', 'p50 / p99 / p99.9 ms', 'CPU s per 10k', 'generator'], rows },
    ],
    notes: [
      ...truth,
      ...(slow ? [] : ['+1 ms a sync: left out, there is no C compiler']),
      ...(naive.length === 1 ? ['naive on Node 20: computed, there is no such Node on PATH'] : []),
    ],
  };
}
