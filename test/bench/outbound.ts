import { type BenchContext, type Findings, rounded } from './bench-context.ts';
import { NO_LIMIT, pause, postMany, resume, type Stage, send, taken, withCustomers } from './outbound-stage.ts';
import { cpuSeconds } from './proc.ts';

/** Texts out, to a platform on loopback that answers at once and without limits: posted one by one, and from a queue that is there already. */
const CUSTOMERS = 1000;

interface Measured {
  readonly calls: number;
  readonly perSecond: number;
  /** Milliseconds of processor time a message, all threads of the gateway. */
  readonly cpuMs: number;
}
/** From a queue that was filled while the channel was paused: the dispatcher alone. */
async function drain(stage: Stage, messages: number): Promise<Measured> {
  const { gateway } = stage;
  const { count: before } = await stage.platform.ask<{ count: number }>('count');
  await pause(gateway);
  await postMany(gateway, { count: messages, customerOf: (n) => ({ customer: n % CUSTOMERS, channel: 0 }) });
  const [began, cpu] = [performance.now(), cpuSeconds(gateway.pid)];
  await resume(gateway);
  const calls = (await taken(stage, before + messages, 10)) - before;
  return { calls, perSecond: calls / ((performance.now() - began) / 1000), cpuMs: ((cpuSeconds(gateway.pid) - cpu) * 1000) / calls };
}

export async function outbound(bench: BenchContext): Promise<Findings> {
  const figures: Record<string, number> = {};
  const rows: (string | number)[][] = [];
  const add = (what: string, found: Measured, name: string, admitted: number | string = '') => {
    rows.push([what, found.calls, admitted, Math.round(found.perSecond), rounded(found.cpuMs, 2)]);
    Object.assign(figures, { [name]: found.perSecond, [`${name}.cpu`]: found.cpuMs, [`${name}.calls`]: found.calls });
    bench.say(`outbound: ${what}, ${Math.round(found.perSecond)}/s`);
  };
  for (const channels of [1, 200]) {
    const shape = { channels, customers: CUSTOMERS, messages: bench.plan.outboundMessages, perSecond: NO_LIMIT };
    const many = `${channels} channel${channels > 1 ? 's' : ''}`;
    const stage = await withCustomers(bench, shape);
    const cpu = cpuSeconds(stage.gateway.pid);
    const { times, postedMs, wholeMs } = await send(stage, shape);
    const cpuMs = ((cpuSeconds(stage.gateway.pid) - cpu) * 1000) / times.length;
    add(
      `posted one by one, ${many}`,
      { calls: times.length, perSecond: times.length / (wholeMs / 1000), cpuMs },
      `outbound.${channels}`,
      Math.round(shape.messages / (postedMs / 1000)),
    );
    if (channels === 1) add('from a queue, 1 channel', await drain(stage, shape.messages), 'outbound.queued');
    await stage.end();
  }
  return { figures, tables: [{ title: 'Outbound texts without limits, platform on loopback', columns: ['what', 'calls', 'admitted/s', 'sent/s', 'CPU ms a message'], rows }] };
}
