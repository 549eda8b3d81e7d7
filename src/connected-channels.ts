import { loadChannels, type RegisteredChannel } from './api/channel-registry.ts';
import type { Config } from './config/config.ts';
import type { SendingChannel } from './outbound/sending-channel.ts';
import { keyId } from './secrets/key-id.ts';
import type { Store } from './store/port.ts';

/** Connected channels with their opened credentials, for sending and verifying. */
export function createConnectedChannels(config: Config, store: Store) {
  let channels = new Map<string, RegisteredChannel>();
  const sendingOf = (c: RegisteredChannel): SendingChannel => {
    const base = typeof c.settings.baseUrl === 'string' ? c.settings.baseUrl : c.provider === 'twilio' ? config.twilioApiUrl : config.graphApiUrl;
    return {
      id: c.id,
      type: c.type,
      provider: c.provider,
      account: c.account,
      businessAccount: c.businessAccount,
      baseUrl: base,
      credentials: c.credentials,
      settings: c.settings,
    };
  };
  return {
    async load(): Promise<RegisteredChannel[]> {
      const all = await loadChannels(store, config.masterKey);
      channels = new Map(all.map((c) => [c.id, c]));
      return all;
    },
    sending(id: string): SendingChannel | null {
      const c = channels.get(id);
      return c ? sendingOf(c) : null;
    },
    all: (): SendingChannel[] => [...channels.values()].map(sendingOf),
    /** The key under which what we fetch for a channel is kept: its current one. */
    keyIdOf(id: string): string | null {
      const secret = channels.get(id)?.secrets[0];
      return secret === undefined ? null : keyId(config.masterKey, secret);
    },
  };
}
