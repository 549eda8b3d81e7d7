import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Key, Keys } from '../../adapters/contract.ts';
import type { ChannelConfig } from '../config/config.ts';
import { keyId } from './key-id.ts';
import { seal, unseal } from './seal.ts';

/** At most so many app secrets are tried on the shared Meta endpoints; a tenant past that uses /{channelId}. */
const MAX_SHARED = 16;

/** What the public listener verifies with. `shared` by provider, `own` by channel id. */
export interface Keyring {
  readonly shared: Readonly<Record<'meta' | 'twilio', Keys>>;
  readonly own: Readonly<Record<string, Keys & { readonly provider: 'meta' | 'twilio' }>>;
  /** Secrets left out of `shared` because there are more than 16. */
  readonly leftOut: number;
}

type Source = Pick<ChannelConfig, 'id' | 'provider' | 'secrets' | 'verifyTokens'>;

/** The keyring of these channels. Pure. */
export function buildKeyring(masterKey: Buffer, channels: readonly Source[]): Keyring {
  const key = (secret: string): Key => ({ id: keyId(masterKey, secret), secret });
  const distinct = (provider: 'meta' | 'twilio') => [...new Set(channels.filter((c) => c.provider === provider).flatMap((c) => c.secrets))];
  const tokens = [...new Set(channels.filter((c) => c.provider === 'meta').flatMap((c) => c.verifyTokens))];
  const meta = distinct('meta');
  return {
    shared: {
      meta: { secrets: meta.slice(0, MAX_SHARED).map(key), verifyTokens: tokens },
      twilio: { secrets: distinct('twilio').map(key), verifyTokens: [] },
    },
    own: Object.fromEntries(channels.map((c) => [c.id, { provider: c.provider, secrets: c.secrets.map(key), verifyTokens: c.verifyTokens }])),
    leftOut: Math.max(0, meta.length - MAX_SHARED),
  };
}

const FILE = 'keyring.sealed';

/** Keeps the keyring beside the journal, sealed, so that webhooks are verified at once while the store is away. Atomic. */
export function saveKeyring(dataDir: string, masterKey: Buffer, keyring: Keyring): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, FILE);
  writeFileSync(`${path}.new`, seal(masterKey, JSON.stringify(keyring)), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The keyring kept last; null where none was. Throws GatewayError when the master key does not open it. */
export function loadKeyring(dataDir: string, masterKey: Buffer): Keyring | null {
  const path = join(dataDir, FILE);
  return existsSync(path) ? (JSON.parse(unseal(masterKey, readFileSync(path, 'utf8'))) as Keyring) : null;
}

/** What the file names now, with what was kept of channels that are not in the file; the file goes first. */
export function mergeKeyrings(kept: Keyring | null, now: Keyring): Keyring {
  if (!kept) return now;
  const keys = (a: Keys, b: Keys): Keys => ({
    secrets: [...a.secrets, ...b.secrets.filter((k) => !a.secrets.some((x) => x.id === k.id))],
    verifyTokens: [...new Set([...a.verifyTokens, ...b.verifyTokens])],
  });
  return { shared: { meta: keys(now.shared.meta, kept.shared.meta), twilio: keys(now.shared.twilio, kept.shared.twilio) }, own: { ...kept.own, ...now.own }, leftOut: now.leftOut };
}
