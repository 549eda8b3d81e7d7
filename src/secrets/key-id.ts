import { createHmac } from 'node:crypto';

/** Names a signing secret without telling it: first 16 hex digits of HMAC-SHA256 under the master key. */
export function keyId(masterKey: Buffer, secret: string): string {
  return createHmac('sha256', masterKey).update(`key-id:${secret}`).digest('hex').slice(0, 16);
}
