import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import twilio from 'twilio';
import { type Clock, createClock } from '../../src/sandbox/core/clock.ts';
import { createSteering } from '../../src/sandbox/core/steering.ts';
import { createSandboxRouter } from '../../src/sandbox/router.ts';
import type { TwilioAccount } from '../../src/sandbox/twilio/accounts.ts';
import type { TwilioSender } from '../../src/sandbox/twilio/senders.ts';
import type { GivenService } from '../../src/sandbox/twilio/services.ts';
import { createTwilioSimulator, type TwilioSimulator } from '../../src/sandbox/twilio/simulator.ts';
import { until } from './gateway.ts';
import { type Receiver, startReceiver } from './webhook-receiver.ts';

export const SID = `AC${'0'.repeat(31)}1`;
export const SERVICE = `MG${'0'.repeat(31)}1`;
/** A US number, one of a service, a toll-free number, a British one, a WhatsApp sender, an RCS agent, a short code, a name. */
export const [OWN, BY_SERVICE, TOLL_FREE, BRITISH] = ['+14155550101', '+14155550102', '+18005550103', '+447700900104'] as const;
export const [WHATSAPP, RCS, SHORT, NAME] = ['whatsapp:+14155550105', 'rcs:acme_agent', '54321', 'ACME'] as const;
export const CUSTOMER = '+14155550199';
const own = { accountSid: SID, authToken: 'token' };
export const senders: readonly TwilioSender[] = [
  { ...own, address: OWN, apiKey: 'SK1', apiSecret: 'key-secret' },
  { ...own, address: BY_SERVICE, messagingServiceSid: SERVICE },
  ...[TOLL_FREE, BRITISH, WHATSAPP, RCS, SHORT, NAME].map((address) => ({ ...own, address })),
];
export interface TwilioPlatform {
  readonly simulator: TwilioSimulator;
  readonly clock: Clock;
  readonly receiver: Receiver;
  readonly url: string;
  /** The real library; only the host is another. */
  library(user?: string, password?: string, accountSid?: string): ReturnType<typeof twilio>;
  post(
    form: Readonly<Record<string, string | readonly string[] | undefined>>,
  ): Promise<{ status: number; headers: Headers; json: Record<string, unknown> & { code?: number; sid?: string } }>;
  lever(path: string, body: unknown): Promise<{ status: number; json: Record<string, string> }>;
  /** What a customer writes to one of the senders. */
  write(text: string, to?: string, more?: object): { id: string; customer: string };
  /** Forms that the webhook was given, oldest first. */
  forms(of?: Receiver): Record<string, string>[];
  /** Statuses called back about this message, once there are so many. */
  statuses(sid: string, count: number): Promise<Record<string, string>[]>;
  stop(): Promise<void>;
}
const PLATFORM_HOSTS = /^https:\/\/(?:api|messaging|content|accounts)\.twilio\.com/;

export async function startTwilioPlatform(
  given: { accounts?: TwilioAccount[]; services?: GivenService[]; senders?: readonly TwilioSender[]; hook?: string; clock?: Clock; concurrency?: number } = {},
): Promise<TwilioPlatform> {
  const receiver = await startReceiver();
  const { clock = createClock(), hook = '/hook', ...rest } = given;
  const steering = createSteering();
  const simulator = createTwilioSimulator({ steering, senders, ...rest, webhookUrl: receiver.url + hook, clock, log: () => {} });
  const url = await simulator.start();
  const operator: Server = await new Promise((resolve) => {
    const server = express()
      .use('/sandbox', createSandboxRouter({ platforms: { sms: simulator.phones }, steering, clock }))
      .listen(0, '127.0.0.1', () => resolve(server));
  });
  const forms = (of = receiver) => of.hooks.map(({ body, path }) => Object.fromEntries(new URLSearchParams(body || path.split('?')[1])));
  return {
    simulator,
    clock,
    receiver,
    url,
    library(user = SID, password = 'token', accountSid = SID) {
      const real = new twilio.RequestClient();
      const httpClient = { request: (asked: { uri: string }) => real.request({ ...asked, uri: asked.uri.replace(PLATFORM_HOSTS, url) } as never) };
      return twilio(user, password, { accountSid, httpClient: httpClient as never });
    },
    async post(form) {
      const body = new URLSearchParams();
      for (const [name, value] of Object.entries({ To: CUSTOMER, From: OWN, Body: 'hello', ...form }))
        for (const v of [value].flat()) if (v !== undefined) body.append(name, v as string);
      const headers = { authorization: `Basic ${Buffer.from(`${SID}:token`).toString('base64')}` };
      const response = await fetch(`${url}/2010-04-01/Accounts/${SID}/Messages.json`, { method: 'POST', headers, body });
      return { status: response.status, headers: response.headers, json: (await response.json()) as Record<string, unknown> };
    },
    async lever(path, body) {
      const response = await fetch(`http://127.0.0.1:${(operator.address() as AddressInfo).port}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
      return { status: response.status, json: (await response.json()) as Record<string, string> };
    },
    write: (text, to = OWN, more = {}) => simulator.phones.write({ from: CUSTOMER, text, media: [], to, ...more }),
    forms,
    async statuses(sid, count) {
      const of = () => forms().filter((f) => f.MessageSid === sid && f.MessageStatus);
      await until(`${count} callbacks`, async () => of().length >= count);
      return of();
    },
    async stop() {
      operator.closeAllConnections();
      await new Promise((resolve) => operator.close(resolve));
      await simulator.stop();
      await receiver.close().catch(() => {});
    },
  };
}
