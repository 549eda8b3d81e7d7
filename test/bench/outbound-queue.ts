import { sleep } from '../support/gateway.ts';
import { type BenchContext, type Findings, rounded } from './bench-context.ts';
import { NO_LIMIT, pause, post, postMany, resume, type Stage, taken, withCustomers } from './outbound-stage.ts';
import { cpuSeconds, residentMb, watchMemory } from './proc.ts';

/** What a queue costs: processor time a message at several lengths, memory at the longest, how long a message waits at a light load, and what another tenant's backlog costs a single reply. */
const CUSTOMERS = 1000;
const LIGHT_S = 20;

interface Told {
  readonly accepted: readonly (readonly [own: string, at: number])[];
}
const clock = () => Number(process.hrtime.bigint()) / 1e6;
const percentile = (sorted: readonly number[], p: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0;

/** Posts `perSecond` a second for a while; how long after its acceptance each came to the platform, in ms, sorted. */
async function waits(stage: Stage, load: { perSecond: number; seconds: number; channel: number; customerOf(n: number): number; key: string }): Promise<number[]> {
  const answered = new Map<string, number>();
  const posted: Promise<void>[] = [];
  const began = clock();
  for (let n = 0; n < load.perSecond * load.seconds; n++) {
    const at = began + (n * 1000) / load.perSecond;
    if (at > clock()) await sleep(at - clock());
    posted.push(post(stage.gateway, { channel: load.channel, customer: load.customerOf(n), key: `${load.key}-${n}` }).then((id) => void answered.set(id, clock())));
  }
  await Promise.all(posted);
  await sleep(1500);
  const { accepted } = await stage.platform.ask<Told>({ what: 'told' });
  return accepted
    .flatMap(([own, at]) => {
      const since = answered.get(own.split('.')[0] ?? '');
      return since === undefined ? [] : [Math.max(0, at - since)];
    })
    .sort((a, b) => a - b);
}

/** Fills the paused channel up to a length, then lets some of it go. */
async function costs(bench: BenchContext, stage: Stage, rows: (string | number)[][]): Promise<Record<string, number>> {
  const { gateway } = stage;
  const figures: Record<string, number> = {};
  let queued = 0;
  let first: number | undefined;
  for (const length of bench.plan.queue) {
    await pause(gateway);
    const cpuBefore = cpuSeconds(gateway.pid);
    const adding = length - queued;
    await postMany(gateway, { count: adding, customerOf: (n) => ({ customer: (n * 2) % CUSTOMERS, channel: 0 }) });
    const admitMs = ((cpuSeconds(gateway.pid) - cpuBefore) * 1000) / adding;
    const { count: before } = await stage.platform.ask<{ count: number }>('count');
    const sample = Math.min(Math.floor(length / 2), bench.plan.queueSample);
    const [cpu, began] = [cpuSeconds(gateway.pid), performance.now()];
    await resume(gateway);
    await taken(stage, before + sample, 5);
    const seconds = (performance.now() - began) / 1000;
    await pause(gateway);
    await sleep(1000);
    const sent = (await stage.platform.ask<{ count: number }>('count')).count - before;
    const sendMs = ((cpuSeconds(gateway.pid) - cpu) * 1000) / sent;
    queued = length - sent;
    first ??= sendMs;
    rows.push([`${length} queued`, rounded(admitMs, 2), rounded(sendMs, 2), Math.round(sample / seconds), Math.round(residentMb(gateway.pid))]);
    figures[`queue.${length}.cpu`] = sendMs;
    figures['queue.growth'] = sendMs / first;
    bench.say(`queue: ${length} queued, ${rounded(sendMs, 2)} ms a message, ${Math.round(residentMb(gateway.pid))} MB`);
  }
  return figures;
}

export async function queue(bench: BenchContext): Promise<Findings> {
  const tenant = (n: number) => (n === 0 ? {} : { tenant: 'globex' });
  const shape = { channels: 2, customers: CUSTOMERS, perSecond: NO_LIMIT, platform: 'rated-platform.ts', env: { QUEUE_MAX_PER_TENANT: '2000000' }, channelOf: tenant } as const;
  const stage = await withCustomers(bench, shape);
  const even = (n: number) => (n * 2) % CUSTOMERS; // customers of channel 0 have even numbers, those of channel 1 odd ones
  const calm = await waits(stage, { perSecond: bench.plan.lightPerSecond, seconds: LIGHT_S / (bench.plan.quick ? 4 : 1), channel: 0, customerOf: even, key: 'light' });
  const alone = await waits(stage, { perSecond: 5, seconds: 10 / (bench.plan.quick ? 2 : 1), channel: 1, customerOf: (n) => even(n) + 1, key: 'alone' });
  const watch = watchMemory(stage.gateway.pid);
  const rows: (string | number)[][] = [];
  const figures = await costs(bench, stage, rows);
  await resume(stage.gateway);
  const beside = await waits(stage, { perSecond: 5, seconds: 10 / (bench.plan.quick ? 2 : 1), channel: 1, customerOf: (n) => even(n) + 1, key: 'beside' });
  const { count } = await stage.platform.ask<{ count: number }>('count');
  const { peak } = watch.stop();
  await stage.end();
  Object.assign(figures, {
    'queue.memory': peak,
    'queue.light p99': percentile(calm, 0.99),
    'queue.alone p50': percentile(alone, 0.5),
    'queue.beside p50': percentile(beside, 0.5),
    'queue.beside most': beside.at(-1) ?? 0,
  });
  const ms = (list: readonly number[]) => [list.length, rounded(percentile(list, 0.5), 1), rounded(percentile(list, 0.99), 1), rounded(list.at(-1) ?? 0, 1)];
  return {
    figures,
    tables: [
      { title: 'A long queue (processor time of all threads of the gateway)', columns: ['queue', 'ms to admit', 'ms to send', 'sent/s', 'MB'], rows },
      {
        title: 'From the 202 to the platform, ms',
        columns: ['what', 'messages', 'p50', 'p99', 'most'],
        rows: [
          [`${bench.plan.lightPerSecond} a second, nothing queued`, ...ms(calm)],
          ["another tenant's single replies, nothing queued", ...ms(alone)],
          [`the same, beside a backlog that goes out without limits`, ...ms(beside)],
        ],
      },
    ],
    notes: [`peak memory ${Math.round(peak)} MB; the platform had ${count} calls`],
  };
}
