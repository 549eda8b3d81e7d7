import { createHmac } from 'node:crypto';
import type { Router } from 'express';
import { hashKey } from './api/auth.ts';
import type { ChannelConfig, Config } from './config/config.ts';
import { createEchoDesk } from './sandbox/echo-desk.ts';
import { createSandboxRouter } from './sandbox/router.ts';
import { createWhatsappSimulator } from './sandbox/whatsapp-simulator.ts';
import type { Store } from './store/port.ts';

type Log = (level: 'info' | 'warn' | 'error' | 'debug', message: string, fields?: Readonly<Record<string, unknown>>) => void;
export interface RunningSandbox {
  readonly router: Router;
  readonly channels: readonly ChannelConfig[];
  /** The echo desk begins, with a key of tenant `sandbox` only. */
  begin(at: { store: Store; operatorPort: number }): Promise<void>;
  stop(): Promise<void>;
}

/** The simulated platform on loopback and its channel in tenant `sandbox`; its secrets are derived, so that they are the same at the next start. */
export async function startSandbox({ config, port, log }: { config: Config; port: number; log: Log }): Promise<RunningSandbox> {
  const secret = (what: string) => createHmac('sha256', config.masterKey).update(`sandbox:${what}`).digest('hex').slice(0, 32);
  const number = { phoneNumberId: '900000000000001', businessAccountId: '900000000000002', displayNumber: '15550100100' };
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
  const [appSecret, accessToken] = [secret('app-secret'), secret('access-token')];
  const simulator = createWhatsappSimulator({
    ...number,
    webhookUrl: `http://${host}:${port}/webhooks/whatsapp`,
    appSecret,
    accessToken,
    log: (message) => log('debug', `sandbox: ${message}`),
  });
  const baseUrl = await simulator.start();
  const channel: ChannelConfig = {
    id: 'ch_sandbox_whatsapp',
    type: 'whatsapp',
    provider: 'meta',
    tenant: 'sandbox',
    name: 'Sandbox',
    address: `+${number.displayNumber}`,
    account: number.phoneNumberId,
    businessAccount: number.businessAccountId,
    secrets: [appSecret],
    verifyTokens: [secret('verify')],
    credentials: { accessToken },
    settings: { baseUrl },
    managed: 'file',
  };
  let desk: ReturnType<typeof createEchoDesk> | null = null;
  return {
    router: createSandboxRouter(simulator),
    channels: [channel],
    async begin({ store, operatorPort }) {
      const key = `pk_${secret('desk-key')}`;
      const known = await store.read.selectFrom('api_keys').select('id').where('hash', '=', hashKey(key)).executeTakeFirst();
      if (!known)
        await store.write('createKey', {
          id: 'key_sandbox_desk',
          name: 'sandbox echo desk',
          keyTenant: 'sandbox',
          scopes: ['read', 'send'],
          hash: hashKey(key),
          actor: 'sandbox',
          tenant: null,
          nowMs: Date.now(),
        });
      desk = createEchoDesk({ api: `http://127.0.0.1:${operatorPort}`, key, log: (message) => log('debug', `sandbox: ${message}`) });
      desk.start();
      log('info', 'sandbox: a simulated WhatsApp and an echo desk are running; write to it with POST /sandbox/whatsapp/messages on the operator listener');
    },
    async stop() {
      desk?.stop();
      await simulator.stop();
    },
  };
}
