import { isIP } from 'node:net';
import { GatewayError } from '../../gateway-error.ts';
import { isPublicAddress } from '../../media/public-address.ts';

/** Names that are never on the public internet: RFC 6761, 6762 and 8375, and what companies use inside. */
const INSIDE = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa)$/i;

/** Refuses an address that no platform could fetch and that we do not: of this machine or of a private net, by its words. What a name leads to is checked where the connection is made. */
export function checkAddress(address: string, pointer: string): void {
  const { hostname, username, password } = new URL(address);
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (username || password)
    throw new GatewayError('media_unusable', 'The address carries credentials, which would be shown to the platform; upload the file instead.', { pointer });
  if (isIP(host) ? !isPublicAddress(host) : INSIDE.test(host) || !host.includes('.'))
    throw new GatewayError('media_unusable', `${host} is no address of the public internet; upload the file with POST /v1/media instead.`, { pointer });
}
