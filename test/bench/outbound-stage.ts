import { OPERATOR, sleep } from '../support/gateway.ts';
import type { BenchContext } from './bench-context.ts';
import { type Child, startChild } from './child.ts';
import type { GatewayProcess } from './gateway-process.ts';
import { phoneOf } from './load.ts';

export const POSTING = 32;
/** More than the gateway can do: what src/outbound/pace.ts takes at most, where the channel's base URL is not the platform's. */
export const NO_LIMIT = 100_000;

export interface Shape {
  readonly channels: number;
  readonly customers: number;
  readonly perSecond: number;
  readonly platform?: 'platform.ts' | 'rated-platform.ts';
  readonly env?: Readonly<Record<string, string>>;
  /** What the nth channel has besides. */
  readonly channelOf?: (n: number) => Readonly<Record<string, unknown>>;
}
export interface Stage {
  readonly gateway: GatewayProcess;
  readonly platform: Child;
  end(): Promise<void>;
}
/** A gateway whose customers have all written, so that they may be written to. */
export async function withCustomers(bench: BenchContext, shape: Shape): Promise<Stage> {
  const platform = startChild(shape.platform ?? 'platform.ts');
  const { port } = await platform.heard<{ port: number }>();
  const gateway = await bench.gateway({
    channels: shape.channels,
    channel: { baseUrl: `http://127.0.0.1:${port}`, settings: { messagesPerSecond: shape.perSecond } },
    ...(shape.channelOf ? { channelOf: shape.channelOf } : {}),
    ...(shape.env ? { env: shape.env } : {}),
  });
  await bench.prepare(shape.customers, { senders: shape.customers, channels: shape.channels, everyone: true });
  await bench.run({ type: 'closed', port: gateway.port, pids: [], connections: POSTING, warmMs: 0, runMs: 60_000, again: false });
  await gateway.drained();
  return {
    gateway,
    platform,
    async end() {
      await gateway.end();
      await platform.end();
    },
  };
}

const message = (at: { channel: number; customer: number }, over: object = {}) => ({
  channel: `ch_${at.channel}`,
  to: { phone: `+${phoneOf(at.customer)}` },
  content: { type: 'text', text: 'Your parcel left the depot this morning.' },
  ...over,
});
async function request(gateway: GatewayProcess, path: string, options: { key?: string; body: unknown }): Promise<unknown> {
  const response = await fetch(`${gateway.gateway.api}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${OPERATOR}`, 'content-type': 'application/json', ...(options.key ? { 'idempotency-key': options.key } : {}) },
    body: JSON.stringify(options.body),
  });
  const text = await response.text();
  if (response.status >= 300) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}
/** One message; its id. */
export const post = async (gateway: GatewayProcess, at: { channel: number; customer: number; key: string }): Promise<string> =>
  ((await request(gateway, '/v1/messages', { key: at.key, body: message(at) })) as { id: string }).id;

const SLICE = 1000;
/** Many at once to customers in turn, by the batch; `customerOf` says whom the nth is for. */
export async function postMany(gateway: GatewayProcess, many: { count: number; customerOf(n: number): { channel: number; customer: number }; over?: object }): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < many.count) {
      const from = next;
      next = Math.min(many.count, from + SLICE);
      const messages = Array.from({ length: next - from }, (_, i) => message(many.customerOf(from + i), many.over));
      const told = (await request(gateway, '/v1/messages/batch', { body: { messages } })) as { accepted: number };
      if (told.accepted !== messages.length) throw new Error(`of ${messages.length} messages ${told.accepted} were taken`);
    }
  };
  await Promise.all([worker(), worker()]);
}
export const pause = (gateway: GatewayProcess, channel = 0): Promise<unknown> => request(gateway, `/v1/channels/ch_${channel}/pause`, { body: {} });
export const resume = (gateway: GatewayProcess, channel = 0): Promise<unknown> => request(gateway, `/v1/channels/ch_${channel}/resume`, { body: {} });

/** Waits until the platform has had so many calls, for ten minutes at most; how many it has had. */
export async function taken({ platform }: Stage, count: number, everyMs = 50, mostMs = 600_000): Promise<number> {
  for (const end = performance.now() + mostMs; ; await sleep(everyMs)) {
    const told = await platform.ask<{ count: number }>('count');
    if (told.count >= count || performance.now() > end) return told.count;
  }
}

/** Posts `messages` to customers in turn, and waits until the platform has had them all; when each came there. */
export async function send(
  stage: Stage,
  shape: { messages: number; customers: number; channels: number; key?: string },
): Promise<{ times: number[]; postedMs: number; wholeMs: number }> {
  const { count: before } = await stage.platform.ask<{ count: number }>('count');
  const began = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: POSTING }, async () => {
      while (next < shape.messages) {
        const n = next++;
        const customer = n % shape.customers;
        await post(stage.gateway, { channel: customer % shape.channels, customer, key: `bench ${shape.key ?? ''} ${n}` });
      }
    }),
  );
  const postedMs = performance.now() - began;
  await taken(stage, before + shape.messages, 50, 150_000);
  const wholeMs = performance.now() - began;
  const { times } = await stage.platform.ask<{ times: number[] }>('times');
  return { times, postedMs, wholeMs };
}

/** The busiest second of a sorted list of milliseconds. */
export function busiest(times: readonly number[], windowMs = 1000): number {
  let most = 0;
  for (let from = 0, to = 0; to < times.length; to++) {
    while ((times[to] ?? 0) - (times[from] ?? 0) >= windowMs) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}
