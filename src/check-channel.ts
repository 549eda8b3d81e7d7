import type { Adapters, Finding } from '../adapters/contract.ts';
import type { RegisteredChannel } from './api/channel-registry.ts';

/** A channel with its opened credentials, of the store or of the file. */
export type CheckedChannel = Omit<RegisteredChannel, 'verifyTokens'>;
const CHECK_MS = 20_000;

/** Addresses that a platform may call for a channel, the shared one of its kind first. */
function webhooksOf(channel: CheckedChannel, publicUrl: URL): string[] {
  const names = channel.provider === 'twilio' ? ['sms'] : channel.type === 'whatsapp' ? ['whatsapp', 'messenger'] : ['messenger', 'whatsapp'];
  return names.flatMap((name) => [`${publicUrl.href}webhooks/${name}`, `${publicUrl.href}webhooks/${name}/${channel.id}`]);
}

/** Asks the platform about one channel, whether the gateway runs or not; the findings say what to do. */
export async function checkChannel(channel: CheckedChannel, at: { adapters: Adapters; publicUrl: URL; baseUrl: string }): Promise<readonly Finding[]> {
  const adapter = at.adapters.of(channel.type, channel.provider);
  if (!adapter?.check) return [{ check: 'platform', ok: true, detail: 'not checked: nothing can be asked about this kind of channel' }];
  const baseUrl = typeof channel.settings.baseUrl === 'string' ? channel.settings.baseUrl : at.baseUrl;
  const { account, businessAccount, address, settings, secrets, credentials } = channel;
  return adapter.check(
    { account, businessAccount, address, settings, secrets, webhooks: webhooksOf(channel, at.publicUrl) },
    { baseUrl, credentials, signal: AbortSignal.timeout(CHECK_MS) },
  );
}
