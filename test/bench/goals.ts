/** What we set ourselves: each row has what must hold and what is aimed at, and how its figure comes out of the run. */
export type Figures = Readonly<Record<string, number>>;
export interface Goal {
  readonly what: string;
  /** At least (rates against a rival) or at most (latencies, cost, losses). */
  readonly is: 'at least' | 'at most';
  readonly must: number;
  readonly aim: number;
  /** undefined where the sections that it needs did not run. */
  figure(f: Figures): number | undefined;
  /** Of a rival that was not run: its figure is taken from its ratio to the floor in the comparison of November 2026; null where it was run. */
  computed?(f: Figures): string | null;
  /** The same figure of the bare floor, which keeps nothing: what nobody can pass on this machine. */
  bare?(f: Figures): number | undefined;
}

/** Rivals' rates as shares of the floor's of the same round (medians of five; the slow disk of three). */
const SHARE = { courier32: 0.016, courier32Slow: 719 / 54_125, bridge32: 0.098, bridge128: 0.392, naiveNode20: 0.128 } as const;
const ratio = (a: number | undefined, b: number | undefined): number | undefined => (a === undefined || b === undefined || !b ? undefined : a / b);
const rival = (share: number, name: string) => () => `${name} = ${(share * 100).toFixed(1)} % of the floor, by the comparison`;
const open = (f: Figures, rate: number | string | undefined, server: string, what: string) => f[`open.${rate}.${server}.${what}`];

export const GOALS: readonly Goal[] = [
  { what: 'durable acks/s against the bare floor, c=32', is: 'at least', must: 0.45, aim: 0.65, figure: (f) => f['peak.32.gateway.ratio'] },
  {
    what: 'acks/s against courier, c=32',
    is: 'at least',
    must: 25,
    aim: 40,
    figure: (f) => ratio(f['peak.32.gateway.ratio'], SHARE.courier32),
    computed: rival(SHARE.courier32, 'courier'),
  },
  {
    what: 'acks/s against courier, c=32, 1 ms per sync',
    is: 'at least',
    must: 10,
    aim: 14,
    figure: (f) => ratio(f['peak.32.gateway, +1 ms a sync.ratio'], SHARE.courier32Slow),
    computed: rival(SHARE.courier32Slow, 'courier'),
  },
  { what: 'acks/s against naive on Node 24, c=32', is: 'at least', must: 2, aim: 2.6, figure: (f) => f['peak.32.against naive'] },
  {
    what: 'acks/s against naive on Node 20, c=32',
    is: 'at least',
    must: 4,
    aim: 5,
    figure: (f) => f['peak.32.against naive on Node 20'] ?? ratio(f['peak.32.gateway.ratio'], SHARE.naiveNode20),
    computed: (f) => (f['peak.32.against naive on Node 20'] === undefined ? rival(SHARE.naiveNode20, 'naive on Node 20')() : null),
  },
  {
    what: 'acks/s against svix-bridge, c=32',
    is: 'at least',
    must: 5,
    aim: 6,
    figure: (f) => ratio(f['peak.32.gateway.ratio'], SHARE.bridge32),
    computed: rival(SHARE.bridge32, 'svix-bridge'),
  },
  {
    what: 'acks/s against svix-bridge, c=128',
    is: 'at least',
    must: 1.5,
    aim: 2.5,
    figure: (f) => ratio(f['peak.128.gateway.ratio'], SHARE.bridge128),
    computed: rival(SHARE.bridge128, 'svix-bridge'),
  },
  { what: "ack p99 at 2,000/s, against the floor's", is: 'at most', must: 4, aim: 2, figure: (f) => ratio(open(f, 2000, 'gateway', 'p99'), open(f, 2000, 'floor', 'p99')) },
  {
    what: "ack p99 at the naive's half load, against the naive's",
    is: 'at most',
    must: 1 / 5,
    aim: 1 / 15,
    figure: (f) => ratio(open(f, f['open.naive half'], 'gateway', 'p99'), open(f, f['open.naive half'], 'naive', 'p99')),
    bare: (f) => ratio(open(f, f['open.naive half'], 'floor', 'p99'), open(f, f['open.naive half'], 'naive', 'p99')),
  },
  {
    what: "webhook to Kafka consumer at 2,000/s, p50 against the naive's",
    is: 'at most',
    must: 5,
    aim: 2,
    figure: (f) => ratio(open(f, 2000, 'gateway', 'kafka.p50'), open(f, 2000, 'naive', 'kafka.p50')),
  },
  {
    what: "webhook to Kafka consumer at 2,000/s, p99 against the naive's",
    is: 'at most',
    must: 1.5,
    aim: 0.8,
    figure: (f) => ratio(open(f, 2000, 'gateway', 'kafka.p99'), open(f, 2000, 'naive', 'kafka.p99')),
  },
  {
    what: "sustained for 60 s, all on Kafka and readable, lag under 1 s, against the floor's c=32",
    is: 'at least',
    must: 0.17,
    aim: 0.25,
    figure: (f) => ratio(f['sustained.kafka'], f['peak.32.floor']),
  },
  {
    what: "processor time per 10k at 10k/s, against the floor's",
    is: 'at most',
    must: 8,
    aim: 5,
    figure: (f) => ratio(open(f, 10_000, 'gateway', 'cpu'), open(f, 10_000, 'floor', 'cpu')),
  },
  {
    what: 'ack p99 while Kafka is away, at 2,000/s, against with Kafka there',
    is: 'at most',
    must: 2,
    aim: 1,
    figure: (f) => ratio(open(f, 2000, 'gateway, Kafka away', 'p99'), open(f, 2000, 'gateway', 'p99')),
  },
  { what: 'accepted and lost, or doubled', is: 'at most', must: 0, aim: 0, figure: (f) => f.lost },
  { what: 'events per id with 50 copies at once', is: 'at most', must: 1, aim: 1, figure: (f) => f['copies.events per id'] },
  { what: 'memory under load, MB', is: 'at most', must: 400, aim: 250, figure: (f) => f['memory.peak'] },
  { what: 'texts out from a queue, without limits, per second', is: 'at least', must: 492, aim: 1570, figure: (f) => f['outbound.queued'] },
  { what: 'use of 80 a second, steady inbound in it', is: 'at least', must: 0.95, aim: 0.97, figure: (f) => f['rate.80.share'] },
  { what: 'use of 1000 a second, steady inbound in it', is: 'at least', must: 0.95, aim: 0.97, figure: (f) => f['rate.1000.share'] },
  { what: 'use of the pair limit', is: 'at least', must: 0.95, aim: 0.97, figure: (f) => f['rate.pair.share'] },
  {
    what: 'rate-limit answers',
    is: 'at most',
    must: 0,
    aim: 0,
    figure: (f) => (f['rate.80.refused'] === undefined ? undefined : (f['rate.80.refused'] ?? 0) + (f['rate.1000.refused'] ?? 0) + (f['rate.pair.refused'] ?? 0)),
  },
  { what: 'memory with the longest outbound queue, MB', is: 'at most', must: 400, aim: 300, figure: (f) => f['queue.memory'] },
  { what: 'processor time to send one, at the longest queue against the shortest', is: 'at most', must: 1.5, aim: 1, figure: (f) => f['queue.growth'] },
  { what: 'outcomes that nobody knows, in 100,000 calls', is: 'at most', must: 10, aim: 0, figure: (f) => f['unknown.per 100k'] },
  { what: 'growth: time a message against the first step', is: 'at most', must: 2, aim: 1.5, figure: (f) => f['growth.time'] },
  { what: 'growth: store bytes a message against the first step', is: 'at most', must: 2, aim: 1.2, figure: (f) => f['growth.bytes'] },
];

export type Verdict = 'aim' | 'must' | 'SHORT' | 'not run';
export function verdict(goal: Goal, figures: Figures): { figure: number | undefined; verdict: Verdict } {
  const figure = goal.figure(figures);
  if (figure === undefined || Number.isNaN(figure)) return { figure: undefined, verdict: 'not run' };
  const meets = (bound: number) => (goal.is === 'at least' ? figure >= bound : figure <= bound);
  return { figure, verdict: meets(goal.aim) ? 'aim' : meets(goal.must) ? 'must' : 'SHORT' };
}
