import { parseChannels } from '../../src/config/channels-file.ts';
import type { Clock } from '../../src/sandbox/core/clock.ts';
import { type Platform, startStandalone } from '../../src/standalone-sandbox.ts';
import { type Receiver, startReceiver } from './webhook-receiver.ts';

/** A simulated platform alone, as `parlance sandbox` runs it, and an address that takes its webhooks. */
export const CHANNELS = [
  {
    id: 'ch_wa',
    type: 'whatsapp',
    tenant: 'acme',
    name: 'Acme',
    phoneNumberId: '207700000000123',
    businessAccountId: '118200000000777',
    address: '+15550100199',
    accessToken: 'wa-token',
    appSecret: ['wa-secret', 'wa-secret-before'],
    verifyToken: 'v',
  },
  { id: 'ch_fb', type: 'messenger', tenant: 'acme', name: 'Acme', pageId: '104900000000001', accessToken: 'fb-token', appSecret: 'fb-secret', verifyToken: 'v' },
  { id: 'ch_ig', type: 'instagram', tenant: 'acme', name: 'acme', instagramId: '17841400000000001', accessToken: 'ig-token', appSecret: 'fb-secret', verifyToken: 'v' },
  { id: 'ch_sms', type: 'sms', tenant: 'acme', provider: 'twilio', accountSid: `AC${'1'.repeat(32)}`, authToken: 'sms-secret', address: '+14155550101' },
];
export interface Answered {
  readonly status: number;
  readonly json: Record<string, unknown>;
}
export interface Sandbox {
  readonly url: string;
  readonly receiver: Receiver;
  call(path: string, options?: { method?: string; token?: string; body?: unknown }): Promise<Answered>;
  stop(): Promise<void>;
}
export async function startSandbox(only: Platform, options: { limits?: boolean; channels?: object[]; clock?: Clock } = {}): Promise<Sandbox> {
  const receiver = await startReceiver();
  const faults: string[] = [];
  const { channels: given = CHANNELS, ...more } = options;
  const channels = parseChannels(given, {}, faults);
  if (faults.length) throw new Error(faults.join('\n'));
  const running = await startStandalone({ only, channels, webhook: `${receiver.url}/webhooks/${only}`, ...more, log: () => {} });
  return {
    url: running.url,
    receiver,
    async call(path, { method, token, body } = {}) {
      const response = await fetch(running.url + path, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: token === undefined ? {} : { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      let json: unknown;
      try {
        json = JSON.parse(text);
      } catch {
        json = { text };
      }
      return { status: response.status, json: json as Record<string, unknown> };
    },
    async stop() {
      await running.stop();
      await receiver.close();
    },
  };
}
