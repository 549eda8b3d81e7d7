import type { ChannelConfig } from './config/config.ts';
import type { MessengerAccount } from './sandbox/messenger/accounts.ts';
import type { TwilioSender } from './sandbox/twilio/senders.ts';
import type { WhatsappNumber } from './sandbox/whatsapp/numbers.ts';

export interface SandboxAccounts {
  readonly whatsapp: WhatsappNumber;
  readonly messenger: MessengerAccount;
  readonly instagram: MessengerAccount;
  readonly sms: TwilioSender;
}
/** The accounts of the simulated platforms; `secret` derives what has to be secret, the same at each start. */
export function sandboxAccounts(secret: (what: string) => string): SandboxAccounts {
  const meta = { appSecret: secret('app-secret'), appId: '900000000000009' };
  return {
    whatsapp: {
      phoneNumberId: '900000000000001',
      businessAccountId: '900000000000002',
      displayNumber: '15550100100',
      accessToken: secret('access-token'),
      ...meta,
      name: 'Sandbox',
    },
    messenger: { ...meta, object: 'page', id: '900000000000003', name: 'Sandbox Page', accessToken: secret('page-token') },
    instagram: { ...meta, object: 'instagram', id: '17841400000000009', name: 'sandbox', accessToken: secret('instagram-token') },
    sms: { accountSid: `AC${secret('account-sid')}`, authToken: secret('auth-token'), address: '+15550100101' },
  };
}

/** The channels of tenant `sandbox`: as any other, with the simulators as base URLs. */
export function sandboxChannels(
  { whatsapp, messenger, instagram, sms }: SandboxAccounts,
  at: { meta: string; messenger: string; twilio: string; verifyToken: string },
): ChannelConfig[] {
  const common = { tenant: 'sandbox', businessAccount: null, managed: 'file' } as const;
  const meta = { ...common, provider: 'meta', verifyTokens: [at.verifyToken] } as const;
  return [
    {
      ...meta,
      id: 'ch_sandbox_whatsapp',
      type: 'whatsapp',
      name: 'Sandbox',
      address: `+${whatsapp.displayNumber}`,
      account: whatsapp.phoneNumberId,
      businessAccount: whatsapp.businessAccountId,
      secrets: [whatsapp.appSecret],
      credentials: { accessToken: whatsapp.accessToken },
      settings: { baseUrl: at.meta },
    },
    {
      ...meta,
      id: 'ch_sandbox_messenger',
      type: 'messenger',
      name: 'Sandbox Messenger',
      address: null,
      account: messenger.id,
      secrets: [messenger.appSecret],
      credentials: { accessToken: messenger.accessToken },
      settings: { baseUrl: at.messenger },
    },
    {
      ...meta,
      id: 'ch_sandbox_instagram',
      type: 'instagram',
      name: 'Sandbox Instagram',
      address: null,
      account: instagram.id,
      secrets: [instagram.appSecret],
      credentials: { accessToken: instagram.accessToken },
      settings: { baseUrl: at.messenger },
    },
    {
      ...common,
      id: 'ch_sandbox_sms',
      type: 'sms',
      provider: 'twilio',
      name: 'Sandbox SMS',
      address: sms.address,
      account: `${sms.accountSid} ${sms.address}`,
      secrets: [sms.authToken],
      verifyTokens: [],
      credentials: { accountSid: sms.accountSid, authToken: sms.authToken },
      settings: { baseUrl: at.twilio },
    },
  ];
}
