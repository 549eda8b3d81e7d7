import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { PlatformRefusal } from '../../../adapters/_graph/send-error.ts';
import type { RenderContext, VerifiedRequest, WebhookRequest } from '../../../adapters/contract.ts';
import { ERRORS } from '../../../adapters/sms/errors.ts';
import { createSmsAdapter } from '../../../adapters/sms/index.ts';
import { LEFT_OUT } from '../../../adapters/sms/left-out.ts';
import { signedUrls } from '../../../adapters/sms/verify.ts';
import { nock } from '../../support/nock.ts';
import { RUNS, thrown } from '../../support/payloads.ts';
import { notFoundAgain } from '../../support/told.ts';

const adapter = createSmsAdapter();
const AC = 'AC00000000000000000000000000000001';
const load = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
type Params = Record<string, string>;
const FORMS = JSON.parse(load('payloads/forms.json')) as [string, Params, string[], object][];
const SHAPES = JSON.parse(load('shapes.json')) as Record<string, string[]>;
const request = (body: string | Buffer, url = 'https://gw.example/webhooks/sms', type = 'application/x-www-form-urlencoded'): VerifiedRequest =>
  ({ method: 'POST', url: new URL(url), headers: { 'content-type': type }, body: Buffer.from(body), receivedAt: new Date(0), keyId: 'k' }) as unknown as VerifiedRequest;
const encode = (params: Params) => new URLSearchParams(params).toString();
const read = (params: Params) => adapter.normalize(request(encode(params)));

test.each(FORMS)('%s', (_what, params, kinds, body) => {
  const { facts, rejects } = read(params);
  expect([...facts.map((f) => f.body.kind), ...rejects.map((r) => r.code)]).toEqual(kinds);
  if (facts[0]) expect(facts[0].body).toMatchObject(body);
});
test('every message is found again by the platform id that it has', () => {
  const facts = FORMS.flatMap(([, params]) => read(params).facts);
  expect(facts.filter((f) => f.body.kind === 'message').length).toBeGreaterThan(5);
  expect(notFoundAgain(facts)).toEqual([]);
});
test('every shape that the platform names has a payload, and every payload is of a shape', () => {
  const there = FORMS.map(([what]) => what);
  expect(Object.values(SHAPES).flat().sort()).toEqual([...there].sort());
});
test.each([
  ['text', [{ type: 'phone', value: '+14155550100' }], `${AC} +14155550101`, 'sms'],
  ['from a short code', [{ type: 'sender_id', value: '72345' }], `${AC} +14155550101`, 'sms'],
  ['from a name', [{ type: 'sender_id', value: 'ACMEBANK' }], `${AC} +14155550101`, 'sms'],
  [
    'whatsapp text',
    [
      { type: 'whatsapp_user', value: 'US.abc123' },
      { type: 'phone', value: '+14155550100' },
    ],
    `${AC} whatsapp:+14155550199`,
    'whatsapp',
  ],
  [
    'whatsapp user id alone',
    [
      { type: 'whatsapp_user', value: 'US.abc123' },
      { type: 'whatsapp_parent_user', value: 'US.ENT.55' },
    ],
    `${AC} whatsapp:+14155550199`,
    'whatsapp',
  ],
  ['rcs text', [{ type: 'phone', value: '+14155550100' }], `${AC} rcs:acme_agent`, 'rcs'],
  ['status sent', [{ type: 'phone', value: '+14155550100' }], `${AC} +14155550101`, 'sms'],
])('who and where: %s', (what, addresses, account, channelType) => {
  const params = FORMS.find(([name]) => name === what)?.[1] ?? {};
  expect(read(params).facts[0]).toMatchObject({ addresses, account, channelType });
});
test('consent: who says so, what for, by which word', () => {
  const consents = FORMS.flatMap(([what, params]) =>
    read(params).facts.flatMap((f) => (f.body.kind === 'consent' ? [[what, f.body.state, f.body.scope, f.body.source, f.body.keyword, f.path]] : [])),
  );
  expect(consents).toEqual([
    ['STOP by Advanced Opt-Out', 'opted_out', 'service', 'platform_keyword', 'STOP', 'OptOutType'],
    ['START by Advanced Opt-Out', 'opted_in', 'service', 'platform_keyword', 'START', 'OptOutType'],
    ['STOP by the default keyword', 'opted_out', 'sender', 'keyword', 'UNSUBSCRIBE', 'Body'],
  ]);
});
test('a status carries our id from its address; an interim word with it is evidence', () => {
  const params = FORMS.find(([what]) => what === 'status queued')?.[1] ?? {};
  const { facts } = adapter.normalize(request(encode(params), 'https://gw.example/webhooks/sms/status?mid=ms_01x.1.2'));
  expect(facts[0]?.body).toMatchObject({ kind: 'status', status: 'queued', ownId: 'ms_01x.1.2', platformId: 'SM77' });
});
test('nothing left out: every value stands in a fact, or its name in the table of what is left out', () => {
  for (const [what, params, kinds] of FORMS) {
    if (kinds.some((k) => k.startsWith('unknown') || k === 'absorbed')) continue;
    const told = JSON.stringify(read(params).facts);
    const missing = Object.entries(params).filter(([name, value]) => value !== '' && !(name in LEFT_OUT) && !told.includes(JSON.stringify(value).slice(1, -1)));
    expect([what, missing]).toEqual([what, []]);
  }
});

test(`mutated forms: nothing throws, one element each (and one for consent), the same every time (${RUNS} runs)`, () => {
  const names = fc.constantFrom(
    'MessageSid',
    'From',
    'To',
    'Body',
    'MessageStatus',
    'SmsStatus',
    'AccountSid',
    'MediaUrl0',
    'Latitude',
    'OptOutType',
    '__proto__',
    'constructor',
    'Zed',
  );
  const values = fc.oneof(fc.string(), fc.constantFrom('', 'STOP', 'whatsapp:', 'rcs:x', 'delivered', 'received', '\0', '\ud800', '12.5'));
  fc.assert(
    fc.property(fc.nat(FORMS.length - 1), fc.array(fc.tuple(names, values, fc.boolean()), { maxLength: 5 }), (which, changes) => {
      const form = new URLSearchParams(FORMS[which]?.[1]);
      for (const [name, value, add] of changes) add ? form.append(name, value) : value === '' ? form.delete(name) : form.set(name, value);
      const once = adapter.normalize(request(form.toString()));
      const kinds = [...once.facts.map((f) => f.body.kind), ...once.rejects.map(() => 'reject')];
      expect(kinds.filter((k) => k !== 'consent')).toHaveLength(1);
      expect(kinds.length).toBeLessThanOrEqual(2);
      expect(JSON.stringify(adapter.normalize(request(form.toString())))).toBe(JSON.stringify(once));
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    }),
    { numRuns: RUNS },
  );
});
test.each([
  ['nothing', ''],
  ['binary', Buffer.from([0xff, 0xfe, 0, 1, 2])],
  ['ampersands', '&&&&==&&'],
  ['two thousand names', Array.from({ length: 2000 }, (_, i) => `n${i}=v`).join('&')],
])('hopeless: %s is one reject', (_what, body) => {
  expect(adapter.normalize(request(body))).toMatchObject({ facts: [], rejects: [{ code: 'malformed_body' }] });
});
test('a repeated parameter is kept, U+0000 and lone surrogates are gone', () => {
  const form = `${encode({ ...FORMS[0]?.[1], Body: 'a\0b' })}&Body=second&Tag=1&Tag=2`;
  expect(adapter.normalize(request(form)).facts[0]?.body).toMatchObject({ content: { text: 'ab' }, platform: { body: 'second', tag: ['1', '2'] } });
});

// ---- signature -----------------------------------------------------------------------------------------------------
const keys = (secret: string) => ({
  secrets: [
    { id: 'old', secret: 'another' },
    { id: 'mine', secret },
  ],
  verifyTokens: [],
});
const signed = (url: string, body: string, signature: string | undefined, type = 'application/x-www-form-urlencoded'): WebhookRequest => ({
  method: 'POST',
  url: new URL(url),
  target: url.replace(/^https?:\/\/[^/]+/, ''),
  headers: { 'x-twilio-signature': signature, 'content-type': type },
  body: Buffer.from(body),
  receivedAt: new Date(0),
});
const PHONE = encode({ CallSid: 'CA1234567890ABCDE', Caller: '+14158675310', Digits: '1234', From: '+14158675310', To: '+18005551212' });
const WORDS = encode({
  AccountSid: AC,
  ApiVersion: '2010-04-01',
  Body: 'Hello café 😀 ',
  From: '+14155550100',
  FromCity: '',
  MessageSid: 'SM00000000000000000000000000000001',
  NumMedia: '0',
  NumSegments: '1',
  SmsStatus: 'received',
  To: '+14155550101',
});
const HASHED = 'https://gw.example.net/v1/hooks/twilio/event?bodySHA256=15fe936d5a5c4a564c8dc9002280009263c0cc0bd0f28e16652529a9f83b2d23';
const VECTORS: [string, string, string, string, string][] = [
  ['12345', 'https://example.com/myapp.php?foo=1&bar=2', PHONE, 'L/OH5YylLD5NRKLltdqwSvS0BnU=', 'application/x-www-form-urlencoded'],
  ['12345', 'https://mycompany.com/myapp.php?foo=1&bar=2', PHONE.replaceAll('5310', '5309'), 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', 'application/x-www-form-urlencoded'],
  ['unit-test-token', 'https://gw.example.net/v1/hooks/twilio/inbound?ch=42', WORDS, '99BTm2bHfzrbJhCp9VSxE+QdZGU=', 'application/x-www-form-urlencoded; charset=UTF-8'],
  ['unit-test-token', HASHED, '{"hello":"wörld"}', 'Wo7nvHdJGGut1OU4KAygkqUP2uo=', 'application/json'],
];
test.each(VECTORS)('signature under %s of %s', (secret, url, body, signature, type) => {
  expect(adapter.verify(signed(url, body, signature, type), keys(secret))).toMatchObject({ ok: true, value: { keyId: 'mine' } });
  const refused = (r: WebhookRequest) => adapter.verify(r, keys(secret)).ok;
  expect(refused(signed(url, body, `${signature.slice(0, -2)}A=`, type))).toBe(false);
  expect(refused(signed(url, `${body}&x=1`, signature, type))).toBe(false);
  expect(refused(signed(url.replace('?', '?x=1&'), body, signature, type))).toBe(false);
  expect(refused(signed(url.replace('https', 'http'), body, signature, type))).toBe(false);
  for (const wrong of ['', '=', signature.slice(0, 8), `${signature}=`, ` ${signature}`]) expect(refused(signed(url, body, wrong, type))).toBe(false);
  expect(adapter.verify(signed(url, body, undefined, type), keys(secret))).toMatchObject({ error: 'missing' });
  expect(adapter.verify(signed(url, body, createHmac('sha1', '').update(url).digest('base64'), type), { secrets: [{ id: 'empty', secret: '' }], verifyTokens: [] }).ok).toBe(false);
});
test('a form is never covered by bodySHA256 alone', () => {
  const body = 'MessageSid=SM1';
  const url = `https://gw.example/webhooks/sms?bodySHA256=${'0'.repeat(64)}`;
  const signature = createHmac('sha1', 's').update(url).digest('base64');
  expect(adapter.verify(signed(url, body, signature), keys('s')).ok).toBe(false);
  expect(adapter.verify(signed(url, body, signature, 'application/json'), keys('s')).ok).toBe(false);
});
test('the port is tried as it stands, without, and with the standard one', () => {
  expect(signedUrls(signed('https://gw.example:8443/a?b=c', '', ''))).toEqual(['https://gw.example:8443/a?b=c', 'https://gw.example/a?b=c']);
  expect(signedUrls(signed("https://gw.example/a?q='x'", '', ''))).toEqual(["https://gw.example/a?q='x'", "https://gw.example:443/a?q='x'"]);
});
test.each([
  ['https://gw.example/webhooks/sms', 200, 'text/xml; charset=utf-8', '<?xml version="1.0" encoding="UTF-8"?><Response/>'],
  ['https://gw.example/webhooks/sms/ch_1', 200, 'text/xml; charset=utf-8', '<?xml version="1.0" encoding="UTF-8"?><Response/>'],
  ['https://gw.example/webhooks/sms/status?mid=x', 204, 'text/xml; charset=utf-8', ''],
])('the answer to %s', (url, status, type, body) => expect(adapter.ack(request('', url))).toEqual({ status, type, body }));

// ---- text out ------------------------------------------------------------------------------------------------------
const context = (over: Partial<RenderContext> = {}): RenderContext => ({
  channel: { id: 'ch', type: 'sms', account: `${AC} +14155550101`, settings: {} },
  publicUrl: 'https://gw.example/',
  to: { type: 'phone', value: '+14155550100' },
  ownId: 'ms_01.1',
  ...over,
});
const rendered = (text: string, over: Partial<RenderContext> = {}) => {
  const made = adapter.render({ type: 'text', text }, context(over));
  return made.ok ? made.value.calls.map((c) => ({ path: c.path, ...Object.fromEntries(new URLSearchParams(c.body)) })) : made.error.code;
};
test('rendering: sender or service, our id in the callback, NFC', () => {
  const StatusCallback = 'https://gw.example/webhooks/sms/status?mid=ms_01.1.1#rc=5&rp=ct,rt,5xx&ct=2000&rt=3500';
  expect(rendered('cafe\u0301')).toEqual([{ path: `/2010-04-01/Accounts/${AC}/Messages.json`, To: '+14155550100', From: '+14155550101', Body: 'café', StatusCallback }]);
  const service = { channel: { ...context().channel, settings: { messagingServiceSid: 'MG1' } } };
  expect(rendered('hi', service)).toMatchObject([{ MessagingServiceSid: 'MG1' }]);
  expect(rendered('hi', service)[0]).not.toHaveProperty('From');
  const whatsapp = { channel: { ...context().channel, type: 'whatsapp' as const, account: `${AC} whatsapp:+14155550199` } };
  expect(rendered('hi', { ...whatsapp, to: { type: 'whatsapp_user', value: 'US.abc' } })).toMatchObject([{ To: 'whatsapp:US.abc', From: 'whatsapp:+14155550199' }]);
  expect(rendered('hi', { to: { type: 'psid', value: '1' } })).toBe('unknown_recipient');
});
test('rendering: parts of at most 1,600 that join to the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4000 }), (text) => {
      const parts = (rendered(text) as unknown as { Body: string }[]).map((c) => c.Body);
      expect(parts.join('')).toBe(text.normalize('NFC').toWellFormed());
      expect(parts.every((p) => p.length <= 1600)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

// ---- the wire ------------------------------------------------------------------------------------------------------
const wire = { baseUrl: 'http://twilio.test', credentials: { accountSid: AC, authToken: 'tok' }, signal: new AbortController().signal };
const call = () => {
  const made = adapter.render({ type: 'text', text: 'hi & bye' }, context());
  if (!made.ok) throw new Error('not rendered');
  const [first] = made.value.calls;
  if (!first) throw new Error('no call');
  return first;
};
const api = () => nock('http://twilio.test');
test('one attempt: the call byte for byte, by account or by key', async () => {
  const bodies: unknown[] = [];
  api()
    .post(`/2010-04-01/Accounts/${AC}/Messages.json`, (body) => bodies.push(body) > 0)
    .basicAuth({ user: AC, pass: 'tok' })
    .matchHeader('content-type', 'application/x-www-form-urlencoded')
    .reply(201, { sid: 'SM1', status: 'queued' });
  expect(await adapter.send(call(), wire)).toMatchObject({ platformId: 'SM1', status: 201 });
  expect(bodies).toEqual([Object.fromEntries(new URLSearchParams(call().body))]);
  api()
    .post(/Messages/)
    .basicAuth({ user: 'SK1', pass: 'secret' })
    .reply(201, { sid: 'SM2' });
  expect(await adapter.send(call(), { ...wire, credentials: { ...wire.credentials, apiKey: 'SK1', apiSecret: 'secret' } })).toMatchObject({ platformId: 'SM2' });
});
test('every row of the error table, over HTTP', async () => {
  for (const [code, row] of ERRORS) {
    const status = code === '20429' ? 429 : code === '20500' || code === '20503' ? 500 : 400;
    api()
      .post(/Messages/)
      .reply(status, { code: Number(code), message: `told ${code}`, status });
    const failure = adapter.classify(await thrown(adapter.send(call(), wire)));
    expect(failure).toMatchObject(
      status === 500 ? { outcome: 'unknown', retryable: false } : { code: row.code, outcome: row.outcome, scope: row.scope, retryable: row.retryable, platformCode: code },
    );
  }
});
test.each([
  ['a page of a proxy', 502, '<html>', 'unknown'],
  ['500', 500, '', 'unknown'],
  ['201 without a SID', 201, '{}', 'unknown'],
  ['an error of the newer form', 400, '{"type":"x","title":"Bad","status":400,"code":21211,"detail":"no"}', 'not_sent'],
  ['401 without a body', 401, '', 'not_sent'],
  ['429 without a body', 429, '', 'not_sent'],
])('%s', async (_what, status, body, outcome) => {
  api()
    .post(/Messages/)
    .reply(status, body);
  expect(adapter.classify(await thrown(adapter.send(call(), wire)))).toMatchObject({ outcome });
});
test('anything else that may be thrown', () => {
  expect(adapter.classify(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toMatchObject({ outcome: 'not_sent', retryable: true });
  for (const thrown of [null, undefined, 7, 'x', {}, new Error('reset'), Object.assign(new Error('x'), { code: 'ECONNABORTED' }), new PlatformRefusal(302, '')])
    expect(adapter.classify(thrown)).toMatchObject({ outcome: 'unknown', retryable: false });
});

const listed = (over: object) => ({
  sid: 'SM1',
  account_sid: AC,
  from: '+14155550100',
  to: '+14155550101',
  body: 'hi',
  direction: 'inbound',
  status: 'received',
  num_media: '0',
  num_segments: '1',
  date_created: 'Sun, 22 Nov 2026 10:05:00 +0000',
  api_version: '2010-04-01',
  ...over,
});
test('what was missed: page by page, the oldest first, in the form of its webhook and under its ids', async () => {
  api()
    .get(`/2010-04-01/Accounts/${AC}/Messages.json`)
    .query(true)
    .reply(200, {
      messages: [listed({ sid: 'SM3', date_created: 'Sun, 22 Nov 2026 10:07:00 +0000' }), listed({ sid: 'MM2', body: '', num_media: '1' })],
      next_page_uri: `/2010-04-01/Accounts/${AC}/Messages.json?Page=1`,
    });
  api()
    .get(`/2010-04-01/Accounts/${AC}/Messages.json`)
    .query({ Page: '1' })
    .reply(200, {
      messages: [listed({ sid: 'SM1', date_created: 'Sun, 22 Nov 2026 10:01:00 +0000' }), listed({ sid: 'SM0', date_created: 'Sun, 22 Nov 2026 09:00:00 +0000' })],
      next_page_uri: null,
    });
  api()
    .get(`/2010-04-01/Accounts/${AC}/Messages/MM2/Media.json`)
    .query(true)
    .reply(200, { media_list: [{ sid: 'ME1', content_type: 'image/jpeg' }] });
  api()
    .get(`/2010-04-01/Accounts/${AC}/Messages/SM77.json`)
    .reply(200, listed({ sid: 'SM77', direction: 'outbound-api', status: 'delivered', from: '+14155550101', to: '+14155550100', date_updated: 'Sun, 22 Nov 2026 10:06:00 +0000' }));
  api().get(`/2010-04-01/Accounts/${AC}/Messages/SM78.json`).reply(404, { code: 20404 });
  const query = {
    account: `${AC} +14155550101`,
    since: new Date('2026-11-22T10:00:00Z'),
    unsettled: ['SM77', 'SM78'].map((platformId) => ({ platformId, ownId: 'ms_1.1.1' })),
    settings: {},
  };
  const options = { ...wire, turn: async () => void turns++ };
  let turns = 0;
  const facts = [];
  if (!adapter.list) throw new Error('no list');
  for await (const missed of adapter.list(query, options)) facts.push(...adapter.normalize(request(missed.body, `https://gw.example${missed.url}`)).facts);
  expect(facts.map((f) => [f.idParts.slice(1), f.body.kind, f.at?.toISOString()])).toEqual([
    [[AC, 'message', 'SM1'], 'message', '2026-11-22T10:01:00.000Z'],
    [[AC, 'message', 'MM2'], 'message', '2026-11-22T10:05:00.000Z'],
    [[AC, 'message', 'SM3'], 'message', '2026-11-22T10:07:00.000Z'],
    [[AC, 'status', 'SM77', '', 'delivered'], 'status', '2026-11-22T10:06:00.000Z'],
  ]);
  expect(facts[3]?.body).toMatchObject({ ownId: 'ms_1.1.1' });
  expect(turns).toBe(5); // one for each request
  expect(facts[1]?.body).toMatchObject({ content: { type: 'image', media: { platformRef: expect.stringContaining('/Messages/MM2/Media/ME1') as string } } });
});
test.each([
  ['one', [listed({ direction: 'outbound-api', body: 'hi & bye' })], 'SM1'],
  ['one whose text smart encoding has changed', [listed({ direction: 'outbound-api', body: ' hi  &\u00a0bye\u200b' })], 'SM1'],
  ['none', [listed({ direction: 'outbound-api', body: 'other' })], null],
  ['one of before', [listed({ direction: 'outbound-api', body: 'hi & bye', date_created: 'Sun, 22 Nov 2026 09:00:00 +0000' })], null],
  ['two alike', [listed({ direction: 'outbound-api', body: 'hi & bye' }), listed({ sid: 'SM2', direction: 'outbound-api', body: 'hi & bye' })], undefined],
])('a call in doubt, looked up: %s', async (_what, messages, sid) => {
  api().get(`/2010-04-01/Accounts/${AC}/Messages.json`).query(true).reply(200, { messages });
  const found = await adapter.lookUp?.(call(), { account: `${AC} +14155550101`, since: new Date('2026-11-22T10:00:00Z') }, wire);
  expect(found ? found.platformId : found).toBe(sid);
});
test.each([
  ['nothing was sent since', [listed({ body: 'from the customer' })], null],
  ['something was: it can not be told', [listed({ direction: 'outbound-api', body: 'Hello Ana' })], undefined],
])('a template in doubt, looked up: %s', async (_what, messages, wanted) => {
  api().get(`/2010-04-01/Accounts/${AC}/Messages.json`).query(true).reply(200, { messages });
  const template = { ...call(), body: 'To=%2B14155550100&ContentSid=HX1' };
  expect(await adapter.lookUp?.(template, { account: `${AC} +14155550101`, since: new Date('2026-11-22T10:00:00Z') }, wire)).toBe(wanted);
});
