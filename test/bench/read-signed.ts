import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SECRET } from './load.ts';

/** Whether the body carries the signature of the load: HMAC-SHA256 of its bytes, as Meta sends it. */
export function isSigned(request: IncomingMessage, body: Buffer): boolean {
  const given = Buffer.from(String(request.headers['x-hub-signature-256'] ?? '').slice(7), 'hex');
  const own = createHmac('sha256', SECRET).update(body).digest();
  return given.length === own.length && timingSafeEqual(given, own);
}

/** The whole body, then. */
export function readWhole(request: IncomingMessage, then: (body: Buffer) => void): void {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => then(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)));
}
