import { type BenchContext, type Findings, median, rounded } from './bench-context.ts';
import { NO_LIMIT, pause, postMany, resume, type Stage, send, taken, withCustomers } from './outbound-stage.ts';
import { cpuSeconds } from './proc.ts';

/** Texts out, to a platform on loopback that answers at once and without limits: posted one by one, and from a queue that is there already. Medians of the rounds. */
const CUSTOMERS = 1000;

interface Measured {
  readonly calls: number;
  readonly admitted: number;
  readonly perSecond: number;
  /** Milliseconds of processor time a message, all threads of the gateway. */
  readonly cpuMs: number;
}
/** From a queue that was filled while the channel was paused: the dispatcher alone. */
async function drained(stage: Stage, messages: number): Promise<Measured> {
  const { gateway } = stage;
  const { count: before } = await stage.platform.ask<{ count: number }>('count');
  await pause(gateway);
  await postMany(gateway, { count: messages, customerOf: (n) => ({ customer: n % CUSTOMERS, channel: 0 }) });
  const [began, cpu] = [performance.now(), cpuSeconds(gateway.pid)];
  await resume(gateway);
  const calls = (await taken(stage, before + messages, 10)) - before;
  return { calls, admitted: 0, perSecond: calls / ((performance.now() - began) / 1000), cpuMs: ((cpuSeconds(gateway.pid) - cpu) * 1000) / calls };
}
async function posted(stage: Stage, shape: { messages: number; channels: number; round: number }): Promise<Measured> {
  const cpu = cpuSeconds(stage.gateway.pid);
  const { times, postedMs, wholeMs } = await send(stage, { ...shape, customers: CUSTOMERS, key: `round ${shape.round}` });
  return {
    calls: times.length,
    admitted: shape.messages / (postedMs / 1000),
    perSecond: times.length / (wholeMs / 1000),
    cpuMs: ((cpuSeconds(stage.gateway.pid) - cpu) * 1000) / times.length,
  };
}

export async function outbound(bench: BenchContext): Promise<Findings> {
  const figures: Record<string, number> = {};
  const rows: (string | number)[][] = [];
  function add(what: string, name: string, rounds: readonly Measured[]): void {
    const of = (pick: (m: Measured) => number) => median(rounds.map(pick));
    const [rate, cpu, calls] = [of((m) => m.perSecond), of((m) => m.cpuMs), of((m) => m.calls)];
    rows.push([what, calls, Math.round(of((m) => m.admitted)) || '', Math.round(rate), rounded(cpu, 2)]);
    Object.assign(figures, { [name]: rate, [`${name}.cpu`]: cpu, [`${name}.calls`]: calls });
    bench.say(`outbound: ${what}, ${Math.round(rate)}/s`);
  }
  async function times(work: (round: number) => Promise<Measured>): Promise<Measured[]> {
    const rounds: Measured[] = [];
    for (let round = 0; round < bench.plan.rounds; round++) rounds.push(await work(round));
    return rounds;
  }
  const messages = bench.plan.outboundMessages;
  for (const channels of [1, 200]) {
    const stage = await withCustomers(bench, { channels, customers: CUSTOMERS, perSecond: NO_LIMIT });
    add(`posted one by one, ${channels} channel${channels > 1 ? 's' : ''}`, `outbound.${channels}`, await times((round) => posted(stage, { messages, channels, round })));
    if (channels === 1) add('from a queue, 1 channel', 'outbound.queued', await times(() => drained(stage, messages)));
    await stage.end();
  }
  return { figures, tables: [{ title: 'Outbound texts without limits, platform on loopback', columns: ['what', 'calls', 'admitted/s', 'sent/s', 'CPU ms a message'], rows }] };
}
