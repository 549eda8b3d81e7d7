import { ackMeta } from './_graph/ack.ts';
import { isObject, type Loose, text } from './_graph/loose.ts';
import { parseJson } from './_graph/parse-json.ts';
import { handshakeMeta, verifyMeta } from './_graph/signature.ts';
import type { Adapters, ChannelAdapter, VerifiedRequest, WebhookAdapter } from './contract.ts';
import type { Normalized } from './facts.ts';
import { createInstagramAdapter } from './instagram/index.ts';
import { normalizeBody as normalizeInstagram } from './instagram/normalize.ts';
import { createMessengerAdapter } from './messenger/index.ts';
import { normalizeBody as normalizeMessenger } from './messenger/normalize.ts';
import { createSmsAdapter } from './sms/index.ts';
import { createWhatsappAdapter } from './whatsapp/index.ts';
import { normalizeBody as normalizeWhatsapp } from './whatsapp/normalize.ts';

/** Meta's endpoints are one handler: the body's object decides, not the path. */
const OBJECTS: Readonly<Record<string, (body: Loose) => Normalized>> = {
  whatsapp_business_account: normalizeWhatsapp,
  page: normalizeMessenger,
  instagram: normalizeInstagram,
};
const useless = (reason: string): Normalized => ({ facts: [], rejects: [{ path: '', code: 'malformed_body', reason }] });
function normalizeMeta(request: VerifiedRequest): Normalized {
  const parsed = parseJson(request.body);
  if (!parsed.ok) return useless(parsed.reason);
  if (!isObject(parsed.value)) return useless('the body is not an object');
  const name = text(parsed.value.object) ?? '';
  const read = Object.hasOwn(OBJECTS, name) ? OBJECTS[name] : undefined;
  return read ? read(parsed.value) : useless(`the object is none of ${Object.keys(OBJECTS).join(', ')}`);
}

export function createAdapters(): Adapters {
  const carriers: Readonly<Record<string, ChannelAdapter>> = {
    'whatsapp meta': createWhatsappAdapter(),
    'messenger meta': createMessengerAdapter(),
    'instagram meta': createInstagramAdapter(),
    'sms twilio': createSmsAdapter('sms'),
    'whatsapp twilio': createSmsAdapter('whatsapp'),
    'rcs twilio': createSmsAdapter('rcs'),
  };
  const meta: WebhookAdapter = { handshake: handshakeMeta, verify: verifyMeta, ack: ackMeta, normalize: normalizeMeta };
  return {
    of: (type, provider) => carriers[`${type} ${provider}`],
    webhooks: (provider) => (provider === 'meta' ? meta : carriers['sms twilio']),
  };
}
