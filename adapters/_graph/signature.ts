import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Keys, Reply, Result, VerifiedRequest, WebhookRequest } from '../contract.ts';
import { hmacSha256 } from './hmac-sha256.ts';

const SHAPE = /^sha256=([0-9a-f]{64})$/;

/**
 * X-Hub-Signature-256: HMAC-SHA256 of the exact bytes of the body under the app secret. Every key is tried, in constant time each,
 * whether or not one matched before; says which did.
 */
export function verifyMeta(request: WebhookRequest, keys: Keys): Result<VerifiedRequest, 'missing' | 'mismatch'> {
  const header = request.headers['x-hub-signature-256'];
  const match = SHAPE.exec(header ?? '');
  const given = Buffer.from(match?.[1] ?? '0'.repeat(64));
  let keyId: string | null = null;
  for (const key of keys.secrets) {
    if (!key.secret) continue;
    const equal = timingSafeEqual(Buffer.from(hmacSha256(key, request.body)), given);
    if (equal && keyId === null) keyId = key.id;
  }
  if (!header) return { ok: false, error: 'missing' };
  if (!match || keyId === null) return { ok: false, error: 'mismatch' };
  return { ok: true, value: Object.assign(request, { keyId }) as VerifiedRequest };
}

function same(a: string, b: string): boolean {
  const [x, y] = [a, b].map((s) => createHmac('sha256', 'compare').update(s).digest()) as [Buffer, Buffer];
  return timingSafeEqual(x, y);
}

/** Meta's GET when a callback URL is saved: the bare challenge back where mode and token are right, else 403. Not signed. */
export function handshakeMeta(request: WebhookRequest, keys: Keys): Reply | null {
  if (request.method !== 'GET') return null;
  const query = request.url.searchParams;
  const [token, ...more] = query.getAll('hub.verify_token');
  const known = keys.verifyTokens.map((t) => t !== '' && same(t, token ?? ''));
  const right = query.get('hub.mode') === 'subscribe' && token !== undefined && token !== '' && !more.length && known.includes(true);
  return right ? { status: 200, type: 'text/plain; charset=utf-8', body: query.get('hub.challenge') ?? '' } : { status: 403, type: 'text/plain; charset=utf-8', body: 'forbidden' };
}
