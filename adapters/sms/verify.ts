import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Keys, Result, VerifiedRequest, WebhookRequest } from '../contract.ts';
import { parseForm } from './form.ts';

const STANDARD: Readonly<Record<string, string>> = { 'https:': ':443', 'http:': ':80' };

/**
 * The addresses that Twilio may have signed: as configured, byte for byte; and with and without the port, since some of its products
 * drop it (Twilio's own library tries the same).
 */
export function signedUrls(request: WebhookRequest): string[] {
  const { url } = request;
  const path = request.target ?? `${url.pathname}${url.search}`;
  const whole = (host: string) => `${url.protocol}//${host}${path}`;
  const bare = whole(url.hostname);
  return [...new Set([whole(url.host), bare, url.port ? whole(url.host) : whole(`${url.hostname}${STANDARD[url.protocol] ?? ''}`)])];
}

/** Sorted unique names, each with its sorted unique values, written one after the other. */
function signedForm(body: Uint8Array): string {
  const form = parseForm(body);
  return [...form.keys()]
    .sort()
    .map((name) =>
      [...new Set(form.get(name))]
        .sort()
        .map((value) => name + value)
        .join(''),
    )
    .join('');
}

function matches(secret: string, messages: readonly string[], given: Buffer): boolean {
  let found = false;
  for (const message of messages) if (timingSafeEqual(createHmac('sha1', secret).update(message, 'utf8').digest(), given)) found = true;
  return found;
}

/**
 * X-Twilio-Signature: base64 of HMAC-SHA1 under the auth token, over the address and the form. A body that is no form is covered by
 * bodySHA256 in the address. Every key and address is tried, whether or not one matched before; says which key did.
 */
export function verify(request: WebhookRequest, keys: Keys): Result<VerifiedRequest, 'missing' | 'mismatch'> {
  const header = request.headers['x-twilio-signature'];
  const given = Buffer.alloc(20);
  const decoded = Buffer.from(header ?? '', 'base64');
  const shaped = decoded.length === given.length && decoded.toString('base64') === header;
  if (shaped) decoded.copy(given);
  const hash = request.url.searchParams.get('bodySHA256');
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '');
  const byHash = hash !== null && !isForm;
  const suffix = byHash ? '' : signedForm(request.body);
  const messages = signedUrls(request).map((url) => url + suffix);
  let keyId: string | null = null;
  for (const key of keys.secrets) if (key.secret && matches(key.secret, messages, given) && keyId === null) keyId = key.id;
  if (!header) return { ok: false, error: 'missing' };
  const whole = !byHash || hash === createHash('sha256').update(request.body).digest('hex');
  if (!shaped || keyId === null || !whole) return { ok: false, error: 'mismatch' };
  return { ok: true, value: Object.assign(request, { keyId }) as VerifiedRequest };
}
