import type { Keys } from '../../adapters/contract.ts';
import type { Keyring } from '../secrets/keyring.ts';
import type { Endpoint } from './endpoints.ts';

/** An unknown channel takes as long to refuse as a wrong signature: there is always a key to try. */
const DUMMY: Keys = { secrets: [{ id: 'none', secret: 'no channel has this secret' }], verifyTokens: [] };

/** The keys that may have signed what comes to an endpoint. */
export function keysFor(ring: Keyring, endpoint: Endpoint): Keys {
  if (endpoint.channel === null) return ring.shared[endpoint.provider];
  const own = Object.hasOwn(ring.own, endpoint.channel) ? ring.own[endpoint.channel] : undefined;
  return own && own.provider === endpoint.provider ? own : DUMMY;
}
