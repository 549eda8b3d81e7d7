import { OPERATOR, sleep } from '../support/gateway.ts';
import { type BenchContext, type Findings, rounded } from './bench-context.ts';
import { type Child, startChild } from './child.ts';
import type { GatewayProcess } from './gateway-process.ts';
import { phoneOf } from './load.ts';

/** Texts out, to a platform on loopback that answers at once: how many a second without limits, and how exact the pace is with them. */
const POSTING = 32;
/** More than the gateway can do: what src/outbound/pacing.ts takes at most, where the channel's base URL is not the platform's. */
const NO_LIMIT = 100_000;
const PACE = 80;

interface Stage {
  readonly gateway: GatewayProcess;
  readonly platform: Child;
}
/** A gateway whose customers have all written, so that they may be written to. */
export async function withCustomers(bench: BenchContext, shape: { channels: number; customers: number; perSecond: number }, env: Record<string, string> = {}): Promise<Stage> {
  const platform = startChild('platform.ts');
  const { port } = await platform.heard<{ port: number }>();
  const gateway = await bench.gateway({ channels: shape.channels, channel: { baseUrl: `http://127.0.0.1:${port}`, settings: { messagesPerSecond: shape.perSecond } }, env });
  // Whole rounds through the senders, so that each has written whatever the number of the first message is.
  await bench.prepare(shape.customers, { senders: shape.customers, channels: shape.channels });
  await bench.run({ type: 'closed', port: gateway.port, pids: [], connections: POSTING, warmMs: 0, runMs: 60_000, again: false });
  await gateway.drained();
  return { gateway, platform };
}

async function post(gateway: GatewayProcess, at: { channel: number; customer: number; key: string }): Promise<void> {
  const body = { channel: `ch_${at.channel}`, to: { phone: `+${phoneOf(at.customer)}` }, content: { type: 'text', text: 'Your parcel left the depot this morning.' } };
  const response = await fetch(`${gateway.gateway.api}/v1/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${OPERATOR}`, 'content-type': 'application/json', 'idempotency-key': at.key },
    body: JSON.stringify(body),
  });
  if (response.status !== 202) throw new Error(`/v1/messages answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
  await response.arrayBuffer();
}

/** Posts `messages` to customers in turn, and waits until the platform has had them all; when each came there. */
export async function send(
  { gateway, platform }: Stage,
  shape: { messages: number; customers: number; channels: number },
): Promise<{ times: number[]; postedMs: number; wholeMs: number }> {
  const began = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: POSTING }, async () => {
      while (next < shape.messages) {
        const n = next++;
        const customer = n % shape.customers;
        await post(gateway, { channel: customer % shape.channels, customer, key: `bench-${n}` });
      }
    }),
  );
  const postedMs = performance.now() - began;
  for (let i = 0; i < 3000; i++) {
    const { count } = await platform.ask<{ count: number }>('count');
    if (count >= shape.messages) break;
    await sleep(50);
  }
  const wholeMs = performance.now() - began;
  const { times } = await platform.ask<{ times: number[] }>('times');
  return { times, postedMs, wholeMs };
}

/** The busiest second of a sorted list of milliseconds. */
function busiest(times: readonly number[], windowMs = 1000): number {
  let most = 0;
  for (let from = 0, to = 0; to < times.length; to++) {
    while ((times[to] ?? 0) - (times[from] ?? 0) >= windowMs) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

export async function outbound(bench: BenchContext): Promise<Findings> {
  const figures: Record<string, number> = {};
  const rows: (string | number)[][] = [];
  for (const channels of [1, 200]) {
    const shape = { channels, customers: 1000, messages: bench.plan.outboundMessages };
    const stage = await withCustomers(bench, { ...shape, perSecond: NO_LIMIT });
    const { times, postedMs, wholeMs } = await send(stage, shape);
    const rate = times.length / (wholeMs / 1000);
    figures[`outbound.${channels}`] = rate;
    figures[`outbound.${channels}.calls`] = times.length;
    rows.push([`limits off, ${channels} channel${channels > 1 ? 's' : ''}`, times.length, Math.round(shape.messages / (postedMs / 1000)), Math.round(rate), '']);
    bench.say(`outbound: ${channels} channels, ${Math.round(rate)}/s`);
    await stage.gateway.end();
    await stage.platform.end();
  }
  const messages = Math.round((PACE * bench.plan.pacingMs) / 1000);
  const shape = { channels: 1, customers: 1000, messages };
  const stage = await withCustomers(bench, { ...shape, perSecond: PACE });
  const { times } = await send(stage, shape);
  times.sort((a, b) => a - b);
  const span = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
  const rate = (times.length - 1) / span;
  const most = busiest(times);
  Object.assign(figures, { 'outbound.pace': rate, 'outbound.busiest second': most });
  rows.push([`${PACE} per second`, times.length, '', rounded(rate, 1), `${rounded((rate / PACE - 1) * 100, 1)} %; busiest second ${most}`]);
  await stage.gateway.end();
  await stage.platform.end();
  return { figures, tables: [{ title: 'Outbound texts, platform on loopback', columns: ['what', 'calls', 'admitted/s', 'sent/s', 'pacing error'], rows }] };
}
