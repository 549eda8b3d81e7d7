import { type BenchContext, type Findings, median, rounded, type Server, spread } from './bench-context.ts';
import type { GatewayProcess } from './gateway-process.ts';
import type { Outcome } from './generator.ts';

/** Durable acknowledgements per second at full speed, beside the floor and the naive gateway of the same rounds; what was taken is drained between the runs. */
interface Contender extends Server {
  /** Bodies may come again: nothing is kept. */
  readonly again: boolean;
  readonly gateway: GatewayProcess | null;
}

/** Bodies signed for a run: the floor may be sent the same ones again, and tells how many are enough for one that keeps them. */
const AT_FIRST = 20_000;
const MORE = 1.5;

type Counts = { readonly received: number; readonly published: number; readonly events: number };
async function counts(gateway: GatewayProcess): Promise<Counts> {
  const { received, published } = await gateway.ledger();
  return { received, published, events: Number(await gateway.here()) };
}

export async function peak(bench: BenchContext): Promise<Findings> {
  const { plan } = bench;
  const [{ gateway: fast }, slow, bare, naives] = await Promise.all([
    bench.whole('peak.'),
    bench.slowSync ? bench.gateway({ env: bench.slowSync }) : null,
    bench.floor(),
    bench.noKafka ? [] : Promise.all([bench.naive(), bench.naiveOnNode20()]),
  ]);
  const keeping = (name: string, gateway: GatewayProcess): Contender => ({ name, port: gateway.port, pid: gateway.pid, again: false, gateway });
  const floor: Contender = { ...bare, again: true, gateway: null };
  const naive = naives.flatMap((server): Contender[] => (server ? [{ ...server, again: true, gateway: null }] : []));
  const all: Contender[] = [floor, keeping('gateway', fast), ...naive, ...(slow ? [keeping('gateway, +1 ms a sync', slow)] : [])];
  const outcomes = new Map<string, Outcome[]>();
  const accepted = new Map<GatewayProcess, number>();
  const before = new Map<GatewayProcess, Counts>();
  for (const gateway of [fast, slow]) if (gateway) before.set(gateway, await counts(gateway));
  let errors = 0;
  let bodies = AT_FIRST;
  const contend = async (server: Contender, connections: number): Promise<Outcome> => {
    await bench.prepare(server.again ? AT_FIRST : bodies);
    const outcome = await bench.run({ type: 'closed', port: server.port, pids: [server.pid], connections, warmMs: plan.warmMs, runMs: plan.runMs, again: server.again });
    errors += outcome.errors;
    if (server.gateway) {
      accepted.set(server.gateway, (accepted.get(server.gateway) ?? 0) + outcome.accepted);
      await server.gateway.drained();
    }
    return outcome;
  };

  for (const server of all) {
    const { accepted: most } = await contend(server, 32); // not measured: everything is warm when the first round begins
    if (server === floor) bodies = Math.min(plan.bodies, Math.ceil(most * MORE));
  }
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
  for (const [gateway, from] of before) {
    const taken = accepted.get(gateway) ?? 0;
    await gateway.drained();
    const to = await counts(gateway);
    const [received, published, events] = [to.received - from.received, to.published - from.published, to.events - from.events];
    const differ = Math.abs(taken - received) + Math.abs(taken - published) + Math.abs(taken - events);
    figures.lost = (figures.lost ?? 0) + differ;
    truth.push(`accepted ${taken}, journalled ${received}, published ${published}, events ${events}: ${differ ? 'THEY DIFFER' : 'they agree'}`);
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
