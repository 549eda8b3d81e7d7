import type { ChannelConfig } from './config/config.ts';
import { type Clock, createClock } from './sandbox/core/clock.ts';
import { createControl } from './sandbox/core/control.ts';
import type { Phones } from './sandbox/core/phones.ts';
import { createSteering, type Steering } from './sandbox/core/steering.ts';
import type { MessengerAccount } from './sandbox/messenger/accounts.ts';
import { createMessengerSimulator } from './sandbox/messenger/simulator.ts';
import type { TwilioSender } from './sandbox/twilio/senders.ts';
import { createTwilioSimulator } from './sandbox/twilio/simulator.ts';
import type { WhatsappNumber } from './sandbox/whatsapp/numbers.ts';
import { createWhatsappSimulator } from './sandbox/whatsapp/simulator.ts';

/** One simulated platform alone, for any gateway: its accounts are the channels of a CHANNELS_FILE, /sandbox is on its own port. */
export const PLATFORMS = ['whatsapp', 'messenger', 'sms'] as const;
export type Platform = (typeof PLATFORMS)[number];
export interface StandaloneOptions {
  readonly only: Platform;
  readonly channels: readonly ChannelConfig[];
  /** Where webhooks go, signed exactly as given. */
  readonly webhook: string;
  readonly port?: number;
  /** False: no rate limit holds. */
  readonly limits?: boolean;
  readonly clock?: Clock;
  log(message: string): void;
}
interface Simulator {
  start(port?: number): Promise<string>;
  stop(): Promise<void>;
  readonly phones: Readonly<Record<string, Phones>>;
}
type Shared = Pick<StandaloneOptions, 'channels' | 'log'> & { readonly webhookUrl: string; readonly clock: Clock; readonly steering: Steering };

/** Segments a second of a sender without limits. */
const UNPACED = 100_000;
const APP_ID = '900000000000009';
const digits = (address: string | null) => (address ?? '').replace(/\D/g, '');
const older = (secrets: readonly string[]) => (secrets.length > 1 ? { olderSecrets: secrets.slice(1) } : {});

export function whatsappNumberOf(c: ChannelConfig): WhatsappNumber {
  return {
    phoneNumberId: c.account,
    businessAccountId: c.businessAccount ?? `1${c.account}`,
    displayNumber: digits(c.address) || '15550100199',
    accessToken: c.credentials.accessToken ?? '',
    appSecret: c.secrets[0] ?? '',
    name: c.name ?? c.id,
    appId: APP_ID,
    ...older(c.secrets),
  };
}
function messengerAccountOf(c: ChannelConfig): MessengerAccount {
  const pageId = typeof c.settings.pageId === 'string' && c.type === 'instagram' ? { pageId: c.settings.pageId } : {};
  const object = c.type === 'instagram' ? 'instagram' : 'page';
  return { object, id: c.account, ...pageId, name: c.name ?? c.id, accessToken: c.credentials.accessToken ?? '', appSecret: c.secrets[0] ?? '', appId: APP_ID };
}
function twilioSenderOf(c: ChannelConfig): TwilioSender {
  const { apiKey, apiSecret } = c.credentials;
  const service = c.settings.messagingServiceSid;
  return {
    accountSid: c.credentials.accountSid ?? '',
    authToken: c.secrets[0] ?? '',
    address: c.address ?? '',
    ...(apiKey && apiSecret ? { apiKey, apiSecret } : {}),
    ...(typeof service === 'string' ? { messagingServiceSid: service } : {}),
  };
}
const SIMULATORS: Readonly<Record<Platform, { carries(c: ChannelConfig): boolean; create(shared: Shared): Simulator }>> = {
  whatsapp: {
    carries: (c) => c.type === 'whatsapp' && c.provider === 'meta',
    create: ({ channels, ...shared }) => {
      const simulator = createWhatsappSimulator({ ...shared, numbers: channels.map(whatsappNumberOf) });
      return { ...simulator, phones: { whatsapp: simulator.phones } };
    },
  },
  messenger: {
    carries: (c) => c.type === 'messenger' || c.type === 'instagram',
    create: ({ channels, ...shared }) => createMessengerSimulator({ ...shared, accounts: channels.map(messengerAccountOf) }),
  },
  sms: {
    carries: (c) => c.provider === 'twilio',
    create: ({ channels, ...shared }) => {
      const pace = shared.steering.limits ? {} : { perSecond: UNPACED };
      const simulator = createTwilioSimulator({ ...shared, senders: channels.map((c) => ({ ...twilioSenderOf(c), ...pace })) });
      return { ...simulator, phones: { sms: simulator.phones } };
    },
  },
};

/** Resolves once the port answers. Rejects where no channel of the file is of this platform. */
export async function startStandalone({
  only,
  channels,
  webhook,
  port = 0,
  limits = true,
  clock = createClock(),
  log,
}: StandaloneOptions): Promise<{ url: string; stop(): Promise<void> }> {
  const { carries, create } = SIMULATORS[only];
  const mine = channels.filter(carries);
  if (!mine.length) throw new Error(`the file has no channel that the ${only} platform carries`);
  const steering = createSteering({ limits, now: clock.now });
  const simulator = create({ channels: mine, webhookUrl: webhook, clock, steering, log });
  steering.control = createControl({ platforms: simulator.phones, steering, clock });
  return { url: await simulator.start(port), stop: simulator.stop };
}
