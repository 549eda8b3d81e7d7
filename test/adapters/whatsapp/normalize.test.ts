import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseJson } from '../../../adapters/_graph/parse-json.ts';
import { PlatformRefusal } from '../../../adapters/_graph/send-error.ts';
import type { WebhookRequest } from '../../../adapters/contract.ts';
import { ERRORS } from '../../../adapters/whatsapp/errors.ts';
import { createWhatsappAdapter } from '../../../adapters/whatsapp/index.ts';
import { LEFT_OUT } from '../../../adapters/whatsapp/left-out.ts';
import { FAILURES } from '../../../schemas/index.ts';
import { type Loose, missingFrom, mutated, RUNS, verifiedJson } from '../../support/payloads.ts';
import { notFoundAgain } from '../../support/told.ts';

const adapter = createWhatsappAdapter();
const load = (name: string) => readFileSync(join(import.meta.dirname, 'payloads', name), 'utf8');
const MESSAGES = JSON.parse(load('messages.json')) as [string, Loose, Loose][];
// Big integers must survive, so the values are kept as text beside their parsed form.
const VALUES = [...JSON.parse(load('values.json')), ...JSON.parse(load('more-values.json'))] as [string, string, Loose, string[]][];
const SHAPES = JSON.parse(load('../shapes.json')) as Record<string, string[]>;
/** Fields of the business account: their values name no number. */
const ACCOUNT = /^(account_|business_|phone_number_|message_template_|template_|security|flows|payment_configuration|partner_solutions|user_id_update)/;
const NUMBER = '207700000000123';
const request = (body: string | Buffer) => verifiedJson(body, '/webhooks/whatsapp');
const withValue = (field: string, value: Loose) => ({
  object: 'whatsapp_business_account',
  entry: [
    {
      id: '118200000000777',
      time: 1_791_540_000,
      changes: [
        {
          field,
          value: ACCOUNT.test(field) ? value : { messaging_product: 'whatsapp', metadata: { display_phone_number: '15550100199', phone_number_id: NUMBER }, ...value },
        },
      ],
    },
  ],
});
const withMessage = (m: Loose) =>
  withValue('messages', {
    contacts: [{ profile: { name: 'Maya Okafor' }, wa_id: '447700900123', user_id: 'GB.77' }],
    messages: [{ from: '447700900123', from_user_id: 'GB.77', id: 'wamid.M', timestamp: '1791540000', ...m }],
  });
const read = (body: unknown) => adapter.normalize(request(JSON.stringify(body)));

test.each(MESSAGES)('message: %s', (_what, message, content) => {
  const { facts, rejects } = read(withMessage(message));
  expect(rejects).toEqual([]);
  expect(facts).toHaveLength(1);
  expect(facts[0]).toMatchObject({
    account: NUMBER,
    name: 'Maya Okafor',
    path: 'entry[0].changes[0].value.messages[0]',
    addresses: [
      { type: 'whatsapp_user', value: 'GB.77' },
      { type: 'phone', value: '+447700900123' },
    ],
    body: { kind: 'message', platformId: 'wamid.M', content },
  });
});
test('every message is found again by the platform id that it has', () => {
  const facts = [...MESSAGES.map(([, message]) => read(withMessage(message))), ...VALUES.map(([, field, value]) => read(withValue(field, value)))].flatMap((n) => n.facts);
  expect(facts.filter((f) => f.body.kind === 'message').length).toBeGreaterThan(MESSAGES.length);
  expect(notFoundAgain(facts)).toEqual([]);
});
test.each(VALUES)('value: %s', (_what, field, value, kinds) => {
  const { facts, rejects } = read(withValue(field, value));
  expect([...facts.map((f) => f.body.kind), ...rejects.map((r) => r.code)]).toEqual(kinds);
});

test('every shape that the platform names has a payload, and every payload is of a shape', () => {
  const there = [...MESSAGES, ...VALUES].map(([what]) => what);
  const named = Object.values(SHAPES).flat();
  expect(named.filter((what) => !there.includes(what))).toEqual([]);
  const beyond = ['a field nobody knows', 'nothing known inside']; // no shapes: what is none
  expect(there.filter((what) => !named.includes(what) && !beyond.includes(what))).toEqual([]);
});

test('every digit of a big integer id survives', () => {
  const body = load('values.json').match(/\{ "event": "REJECTED".*?\}/)?.[0] ?? '';
  const { facts } = adapter.normalize(
    request(`{"object":"whatsapp_business_account","entry":[{"id":"118","changes":[{"field":"message_template_status_update","value":${body}}]}]}`),
  );
  expect(JSON.stringify(facts)).toContain('990011220000333444555');
});

// ---- nothing left out ----------------------------------------------------------------------------------------------
test.each([
  ...MESSAGES.map(([what, m]) => [what, withMessage(m)] as const),
  ...VALUES.filter(([, , , kinds]) => !kinds.some((k) => k in FAILURES)).map(([what, field, value]) => [what, withValue(field, value)] as const),
])('nothing left out: %s', (_what, body) => {
  expect(missingFrom(adapter.normalize(request(JSON.stringify(body))), body, LEFT_OUT)).toEqual([]);
});

// ---- total, whatever comes -----------------------------------------------------------------------------------------
/** Counts elements by its own rules: knows the arrays of a value, nothing of the adapter. */
function countElements(body: unknown): number {
  const o = body as { object?: unknown; entry?: unknown };
  if (!o || typeof o !== 'object' || o.object !== 'whatsapp_business_account' || !Array.isArray(o.entry) || !o.entry.length) return 1;
  let n = 0;
  for (const entry of o.entry as unknown[]) {
    const changes = (entry as { changes?: unknown } | null)?.changes;
    if (!Array.isArray(changes) || !changes.length) {
      n++;
      continue;
    }
    for (const change of changes as ({ field?: unknown; value?: unknown } | null)[]) {
      const value = change?.value as Loose | undefined;
      if (!value || typeof value !== 'object' || Array.isArray(value) || change?.field !== 'messages') {
        n++;
        continue;
      }
      let inside = 0;
      for (const key of ['messages', 'statuses', 'errors', 'user_actions']) {
        const all = value[key];
        if (Array.isArray(all)) inside += all.length;
        else if (all !== undefined && all !== null) inside++;
      }
      n += Math.max(1, inside);
    }
  }
  return n;
}
test(`mutated payloads: nothing throws, facts and rejects equal an independent count (${RUNS} runs)`, () => {
  const bodies = [...MESSAGES.map(([, m]) => withMessage(m)), ...VALUES.filter(([, field]) => field === 'messages').map(([, field, value]) => withValue(field, value))];
  fc.assert(
    fc.property(mutated(bodies), (text) => {
      const once = adapter.normalize(request(text));
      expect(once.facts.length + once.rejects.length).toBe(countElements(JSON.parse(text)));
      expect(JSON.stringify(adapter.normalize(request(text)))).toBe(JSON.stringify(once));
    }),
    { numRuns: RUNS },
  );
});
test.each([
  ['brackets', '['.repeat(200_000)],
  ['an abyss inside a message', JSON.stringify(withMessage({ type: 'text' })).replace('"type":"text"', `"abyss":${'['.repeat(50_000)}${']'.repeat(50_000)}`)],
  ['null', 'null'],
  ['nothing', ''],
  ['a byte order mark', '\ufeff{}'],
  ['half', '{"object":'],
])('hopeless: %s is one reject', (_what, body) => {
  expect(adapter.normalize(request(body))).toMatchObject({ facts: [], rejects: [{ code: 'malformed_body', path: '' }] });
});
test.each(['__proto__', '__prot\\u006f__', '\\u005f_proto__', '\\u005F\\u005Fproto\\u005f_'])('U+0000 and lone surrogates are gone, %s too', (key) => {
  const { facts } = adapter.normalize(
    request(
      JSON.stringify(withMessage({ type: 'text', text: { body: 'X' } }))
        .replace('"X"', '"a\\u0000b\\ud800c"')
        .replace('"type":"text"', `"type":"text","${key}":{"polluted":1}`),
    ),
  );
  expect(facts[0]?.body).toMatchObject({ content: { text: 'ab\ufffdc' } });
  expect(JSON.stringify(facts)).not.toContain('polluted');
});
test.each(['__proto__', '__prot\\u006f__', '\\u005f_proto__'])('%s alone is dropped', (key) => {
  expect(parseJson(Buffer.from(`{"a":{"${key}":{"polluted":1}}}`))).toEqual({ ok: true, value: { a: {} } });
});

// ---- signature, handshake, errors ----------------------------------------------------------------------------------
const SECRET = 'shh-not-a-real-secret';
test.each([
  ['{"object":"whatsapp_business_account","entry":[]}', 'c4b97515cf7ea0ba2e01cee16b2af304b7c11e3d2ac6f0841136bbe7c4139751'],
  ['{"object": "whatsapp_business_account", "entry": []}', 'e02b562a69249d8033ac16b117d4d8413e7d7f04d7ee4c2f6b8adc4712186e3b'],
  ['{"t":"caf\\u00e9"}', '9ce441a814d4663f5f5acc42ff40c7dfa67c0f9e79be3619c934d84bc258ded0'],
  ['{"t":"café"}', '1f44598addb7bc0db3787a08d2d9e08c331b80ecb8b943b387a3304cb33f2266'],
  ['{"u":"https:\\/\\/x.test\\/a"}', 'c25bdfb58aa7b59fa5c6bb7577a67447a66aed3c728e6a5939f6543a82754eeb'],
  ['{"u":"https://x.test/a"}', 'a13e7598cb7b08cd56906ce4e77d58b9cc4ce43a1fdf51831e080c2c68d564e3'],
])('signature of %s', (body, hex) => {
  const signed = (value: string): WebhookRequest => ({ ...request(body), headers: { 'x-hub-signature-256': value } });
  const keys = {
    secrets: [
      { id: 'old', secret: 'another' },
      { id: 'mine', secret: SECRET },
    ],
    verifyTokens: [],
  };
  expect(adapter.verify(signed(`sha256=${hex}`), keys)).toMatchObject({ ok: true, value: { keyId: 'mine' } });
  for (const wrong of [`sha256=${hex.slice(0, -1)}0`, hex, `sha256=${hex}00`, `sha1=${hex}`, 'sha256=', `sha256=${createHmac('sha256', '').update(body).digest('hex')}`])
    if (wrong !== `sha256=${hex}`) expect(adapter.verify(signed(wrong), keys).ok).toBe(false);
});
test('every row of the error table classifies as it says, over the wire too; anything else classifies as well', () => {
  for (const [code, row] of ERRORS) {
    const failure = adapter.classify(new PlatformRefusal(400, JSON.stringify({ error: { message: 'x', code: Number(code) } })));
    expect(failure).toMatchObject({ code: row.code, outcome: 'not_sent', scope: row.scope, platformCode: code });
  }
  expect(adapter.classify(new PlatformRefusal(500, 'oops'))).toMatchObject({ outcome: 'unknown' });
  expect(adapter.classify(new PlatformRefusal(200, '{}'))).toMatchObject({ outcome: 'unknown' });
  expect(adapter.classify(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toMatchObject({ outcome: 'not_sent', retryable: true });
  for (const thrown of [null, undefined, 7, 'x', {}, new Error('reset'), Object.assign(new Error('x'), { code: 'ECONNRESET' })])
    expect(adapter.classify(thrown)).toMatchObject({ outcome: 'unknown', retryable: false });
});
test('rendering: text in parts of at most 4,096 that join to the text; phone to `to`, BSUID to `recipient`', () => {
  const context = {
    channel: { id: 'ch', type: 'whatsapp' as const, account: NUMBER, settings: {} },
    publicUrl: 'https://gw.example/',
    to: { type: 'phone' as const, value: '+447700900123' },
    ownId: 'ms_1.1',
  };
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9000 }), (text) => {
      const made = adapter.render({ type: 'text', text }, context);
      const parts = made.ok ? made.value.calls.map((c) => (JSON.parse(c.body) as { text: { body: string } }).text.body) : [];
      expect(parts.join('')).toBe(text);
      expect(parts.every((p) => p.length > 0 && p.length <= 4096)).toBe(true);
    }),
    { numRuns: 50 },
  );
  expect(adapter.render({ type: 'text', text: 'hi' }, context)).toMatchObject({
    ok: true,
    value: { calls: [{ path: `/v26.0/${NUMBER}/messages`, body: expect.stringContaining('"to":"+447700900123"') as string }] },
  });
  expect(adapter.render({ type: 'text', text: 'hi' }, { ...context, to: { type: 'whatsapp_user', value: 'GB.77' } })).toMatchObject({
    ok: true,
    value: { calls: [{ body: expect.stringMatching(/"recipient":"GB.77"(?!.*"to":)/) as string }] },
  });
});
