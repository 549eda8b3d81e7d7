import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { type Clock, createClock } from '../../src/sandbox/core/clock.ts';
import { createSteering } from '../../src/sandbox/core/steering.ts';
import type { MessengerAccount } from '../../src/sandbox/messenger/accounts.ts';
import type { MessengerApp } from '../../src/sandbox/messenger/apps.ts';
import { createMessengerSimulator, type MessengerSimulator } from '../../src/sandbox/messenger/simulator.ts';
import { createSandboxRouter } from '../../src/sandbox/router.ts';
import { type Receiver, startReceiver } from './webhook-receiver.ts';

export const PAGE: MessengerAccount = { object: 'page', id: '1049', name: 'Acme', accessToken: 'page-token', appSecret: 'secret', appId: '880000000000001' };
export const INSTAGRAM: MessengerAccount = { ...PAGE, object: 'instagram', id: '17841400000000001', pageId: '1049', name: 'acme', accessToken: 'ig-token' };
export const [HOUR, DAY] = [3_600_000, 24 * 3_600_000];

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown> & { error?: { code: number; error_subcode?: number; message: string; is_transient: boolean }; message_id?: string; recipient_id?: string };
}
export interface Item extends Record<string, unknown> {
  readonly sender?: { id: string };
  readonly message?: Record<string, unknown> & { mid: string };
}
export interface MessengerPlatform {
  readonly simulator: MessengerSimulator;
  readonly clock: Clock;
  readonly receiver: Receiver;
  readonly url: string;
  call(path: string, options?: { body?: unknown; token?: string; method?: string }): Promise<Answered>;
  /** A message from this phone; the person as the platform names them. */
  write(from: string, text?: string, platform?: 'messenger' | 'instagram'): string;
  /** The sandbox's own routes, over HTTP as an operator uses them. */
  lever(path: string, body: unknown): Promise<{ status: number; json: Record<string, string> }>;
  /** Items of `messaging` or `standby` that a receiver was given, oldest first. */
  items(list?: 'messaging' | 'standby' | 'changes', of?: Receiver): Item[];
  stop(): Promise<void>;
}

export async function startMessengerPlatform(
  accounts: readonly MessengerAccount[] = [PAGE, INSTAGRAM],
  apps: readonly MessengerApp[] = [],
  clock = createClock(),
): Promise<MessengerPlatform> {
  const receiver = await startReceiver();
  const steering = createSteering();
  const simulator = createMessengerSimulator({ accounts, apps, webhookUrl: `${receiver.url}/webhooks/messenger`, clock, steering, log: () => {} });
  const url = await simulator.start();
  const operator: Server = await new Promise((resolve) => {
    const server = express()
      .use('/sandbox', createSandboxRouter({ platforms: simulator.phones, steering, clock }))
      .listen(0, '127.0.0.1', () => resolve(server));
  });
  const operatorUrl = `http://127.0.0.1:${(operator.address() as AddressInfo).port}`;
  return {
    simulator,
    clock,
    receiver,
    url,
    async call(path, { body, token = 'page-token', method } = {}) {
      const form = body instanceof FormData;
      const response = await fetch(path.startsWith('http') ? path : url + path, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { authorization: `Bearer ${token}`, ...(form ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
      });
      return { status: response.status, headers: response.headers, json: (await response.json()) as Answered['json'] };
    },
    write: (from, text = 'hi', platform = 'messenger') => simulator.phones[platform].write({ from, text, name: 'Ana Lima', media: [] }).customer,
    async lever(path, body) {
      const response = await fetch(`${operatorUrl}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
      return { status: response.status, json: (await response.json()) as Record<string, string> };
    },
    items: (list = 'messaging', of = receiver) =>
      of.hooks.flatMap(({ body }) => (JSON.parse(body) as { entry: Record<string, Item[] | undefined>[] }).entry.flatMap((e) => e[list] ?? [])),
    async stop() {
      operator.closeAllConnections();
      await new Promise((resolve) => operator.close(resolve));
      await simulator.stop();
      await receiver.close().catch(() => {});
    },
  };
}
/** How a call ended: HTTP status, code and subcode. */
export const endOf = ({ status, json }: Answered) => [status, json.error?.code, json.error?.error_subcode];
