import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { GatewayError } from '../gateway-error.ts';

const derive = (masterKey: Buffer) => Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), 'parlance:seal:v1', 32));

/** AES-256-GCM under a key derived from the master key: `v1.<nonce>.<tag>.<ciphertext>`, base64url. */
export function seal(masterKey: Buffer, text: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', derive(masterKey), nonce);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return ['v1', nonce.toString('base64url'), cipher.getAuthTag().toString('base64url'), sealed.toString('base64url')].join('.');
}

/** Opens what `seal` made; GatewayError `internal` in one clear line where the master key is another one. */
export function unseal(masterKey: Buffer, sealed: string): string {
  const [version, nonce, tag, bytes] = sealed.split('.');
  try {
    if (version !== 'v1' || !nonce || !tag || bytes === undefined) throw new Error('not sealed text');
    const decipher = createDecipheriv('aes-256-gcm', derive(masterKey), Buffer.from(nonce, 'base64url'));
    decipher.setAuthTag(Buffer.from(tag, 'base64url'));
    return Buffer.concat([decipher.update(Buffer.from(bytes, 'base64url')), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new GatewayError('internal', 'MASTER_KEY does not open what was sealed before: give the key that was used then (embedded: the file master-key in DATA_DIR).', { cause });
  }
}
