import { createHmac } from 'node:crypto';
import type { ChannelType } from '../../schemas/index.ts';
import type { ChannelConfig } from '../config/config.ts';
import { keyId } from '../secrets/key-id.ts';
import { seal, unseal } from '../secrets/seal.ts';
import type { Store } from '../store/port.ts';
import type { ChannelInput } from './operations.ts';

interface Sealed {
  readonly credentials: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly verifyTokens: readonly string[];
}
export interface RegisteredChannel {
  readonly id: string;
  readonly type: ChannelType;
  readonly provider: 'meta' | 'twilio';
  readonly account: string;
  readonly credentials: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly verifyTokens: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A channel as the store keeps it: credentials sealed, keys by their ids, and a fingerprint that tells a change without opening. */
export function channelInput(masterKey: Buffer, c: ChannelConfig): ChannelInput {
  const secret: Sealed = { credentials: c.credentials, secrets: c.secrets, verifyTokens: c.verifyTokens };
  const fingerprint = createHmac('sha256', masterKey)
    .update(JSON.stringify([secret, c.account, c.settings]))
    .digest('hex')
    .slice(0, 16);
  return {
    id: c.id,
    type: c.type,
    provider: c.provider,
    tenant: c.tenant,
    name: c.name,
    address: c.address,
    account: c.account,
    businessAccount: c.businessAccount,
    managed: c.managed,
    keyIds: c.secrets.map((s) => keyId(masterKey, s)),
    sealed: seal(masterKey, JSON.stringify(secret)),
    settings: JSON.stringify(c.settings),
    fingerprint,
  };
}

/** Every connected channel with its opened credentials, from the store. */
export async function loadChannels(store: Store, masterKey: Buffer): Promise<RegisteredChannel[]> {
  const rows = await store.read.selectFrom('channels').select(['id', 'type', 'provider', 'account', 'sealed', 'settings']).where('state', '<>', 'deleted').execute();
  return rows.map((r) => {
    const { _fingerprint, ...settings } = JSON.parse(r.settings) as Record<string, unknown>;
    return { id: r.id, type: r.type as ChannelType, provider: r.provider as 'meta', account: r.account, settings, ...(JSON.parse(unseal(masterKey, r.sealed)) as Sealed) };
  });
}
