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
  readonly businessAccount: string | null;
  readonly address: string | null;
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

/** Every connected channel (or one) with its opened credentials, from the store. */
export async function loadChannels(store: Store, masterKey: Buffer, id?: string): Promise<RegisteredChannel[]> {
  let query = store.read.selectFrom('channels').select(['id', 'type', 'provider', 'account', 'business_account', 'address', 'sealed', 'settings']).where('state', '<>', 'deleted');
  if (id !== undefined) query = query.where('id', '=', id);
  const rows = await query.execute();
  return rows.map((r) => {
    const { _fingerprint, ...settings } = JSON.parse(r.settings) as Record<string, unknown>;
    return {
      id: r.id,
      type: r.type as ChannelType,
      provider: r.provider as 'meta',
      account: r.account,
      businessAccount: r.business_account,
      address: r.address,
      settings,
      ...(JSON.parse(unseal(masterKey, r.sealed)) as Sealed),
    };
  });
}

export interface Rotation {
  readonly accessToken?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly apiSecret?: string | undefined;
  readonly appSecret?: string | readonly string[] | undefined;
  readonly authToken?: string | readonly string[] | undefined;
  readonly verifyToken?: string | readonly string[] | undefined;
}
/** So many secrets of before still verify what was signed with them. */
const KEPT_SECRETS = 2;
const turnOver = (now: string | readonly string[] | undefined, before: readonly string[]): readonly string[] =>
  now === undefined ? before : typeof now === 'string' ? [now, ...before.filter((s) => s !== now)].slice(0, 1 + KEPT_SECRETS) : now;

/** The sealed form of a channel whose token or secrets change. */
export function rotated(masterKey: Buffer, channel: RegisteredChannel, r: Rotation): { sealed: string; keyIds: readonly string[] } {
  const secrets = turnOver(r.appSecret ?? r.authToken, channel.secrets);
  const given = {
    ...(r.accessToken === undefined ? {} : { accessToken: r.accessToken }),
    ...(r.apiKey === undefined ? {} : { apiKey: r.apiKey }),
    ...(r.apiSecret === undefined ? {} : { apiSecret: r.apiSecret }),
    ...(r.authToken === undefined ? {} : { authToken: secrets[0] ?? '' }),
  };
  const secret: Sealed = { credentials: { ...channel.credentials, ...given }, secrets, verifyTokens: turnOver(r.verifyToken, channel.verifyTokens) };
  return { sealed: seal(masterKey, JSON.stringify(secret)), keyIds: secrets.map((s) => keyId(masterKey, s)) };
}
