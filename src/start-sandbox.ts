import { createHmac } from 'node:crypto';
import type { Router } from 'express';
import { hashKey } from './api/auth.ts';
import type { ChannelConfig, Config } from './config/config.ts';
import { createClock } from './sandbox/core/clock.ts';
import { createSteering } from './sandbox/core/steering.ts';
import { createEchoDesk } from './sandbox/echo-desk.ts';
import { createMessengerSimulator } from './sandbox/messenger/simulator.ts';
import { createSandboxRouter } from './sandbox/router.ts';
import { createTwilioSimulator } from './sandbox/twilio/simulator.ts';
import { createWhatsappSimulator } from './sandbox/whatsapp/simulator.ts';
import { sandboxAccounts, sandboxChannels } from './sandbox-channels.ts';
import type { Store } from './store/port.ts';

type Log = (level: 'info' | 'warn' | 'error' | 'debug', message: string, fields?: Readonly<Record<string, unknown>>) => void;
export interface RunningSandbox {
  readonly router: Router;
  readonly channels: readonly ChannelConfig[];
  /** The echo desk begins, with a key of tenant `sandbox` only. */
  begin(at: { store: Store; operatorPort: number; after: string }): Promise<void>;
  stop(): Promise<void>;
}

/** PUBLIC_URL may be an address that leads here only from outside: what is under it goes to this machine's own listener, without the proxy's path. */
export function routeTo(publicUrl: URL, local: URL): (url: URL) => URL {
  const prefix = publicUrl.pathname.replace(/\/$/, '');
  return (url) => {
    const under = url.origin === publicUrl.origin && (prefix === '' || url.pathname.startsWith(`${prefix}/`));
    return under ? new URL(url.pathname.slice(prefix.length) + url.search, local) : url;
  };
}

/** The simulated platforms on loopback and their channels in tenant `sandbox`; their secrets are derived, so that they are the same at the next start. */
export async function startSandbox({ config, port, log }: { config: Config; port: number; log: Log }): Promise<RunningSandbox> {
  const secret = (what: string) => createHmac('sha256', config.masterKey).update(`sandbox:${what}`).digest('hex').slice(0, 32);
  const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host;
  const local = new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);
  const accounts = sandboxAccounts(secret);
  const clock = createClock();
  const steering = createSteering({ now: clock.now });
  const route = routeTo(config.publicUrl, local);
  const shared = { clock, steering, route, log: (message: string) => log('debug', `sandbox: ${message}`) };
  const whatsapp = createWhatsappSimulator({ ...shared, numbers: [accounts.whatsapp], webhookUrl: new URL('/webhooks/whatsapp', local).href });
  const messenger = createMessengerSimulator({
    ...shared,
    accounts: [accounts.messenger, accounts.instagram],
    webhookUrl: new URL('/webhooks/messenger', local).href,
  });
  const twilio = createTwilioSimulator({ ...shared, senders: [accounts.sms], webhookUrl: `${config.publicUrl.href}webhooks/sms` });
  const simulators = [whatsapp, messenger, twilio];
  const [meta = '', messengerUrl = '', twilioUrl = ''] = await Promise.all(simulators.map((s) => s.start()));
  const phones = { whatsapp: whatsapp.phones, ...messenger.phones, sms: twilio.phones };
  let desk: ReturnType<typeof createEchoDesk> | null = null;
  return {
    router: createSandboxRouter({ platforms: phones, steering, clock }),
    channels: sandboxChannels(accounts, { meta, messenger: messengerUrl, twilio: twilioUrl, verifyToken: secret('verify') }),
    async begin({ store, operatorPort, after }) {
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
      desk = createEchoDesk({ api: `http://127.0.0.1:${operatorPort}`, key, after, log: (message) => log('debug', `sandbox: ${message}`) });
      desk.start();
      log('info', `sandbox: ${Object.keys(phones).join(', ')} are simulated and an echo desk answers; write with POST /sandbox/{channel}/messages on the operator listener`);
    },
    async stop() {
      desk?.stop();
      await Promise.all(simulators.map((s) => s.stop()));
    },
  };
}
