import { gzipSync } from 'node:zlib';
import { booksHold } from '../support/books.ts';
import { OPERATOR, remove, SECRET, sleep, until } from '../support/gateway.ts';
import { speak } from '../support/raw-http.ts';
import { SIGNED, wrongSignatures } from './hostile/body-cases.ts';
import { fuzzApi, fuzzForms, fuzzHeaders, fuzzJson } from './hostile/fuzz.ts';
import { CUSTOMER, hello, meta, OTHER_SECRET, requestOf, startTarget, type Target, WORDS } from './hostile/target.ts';
import { METHODS, PATHS, WIRE } from './hostile/wire-cases.ts';

/** What an attacker or a broken client sends (DESIGN 9): no 5xx but the 503 that is meant, the process alive, memory flat, the log clean. */
let target: Target;
let slow: Promise<{ statuses: readonly number[]; closed: boolean }>[];
const GROWTH_MB = 200;
let before = 0;

beforeAll(async () => {
  target = await startTarget();
  // Slow clients, from the first moment on: a header, and a body, that drip and never end.
  const drip = Array.from({ length: 60 }, () => [400, 'a']).flat();
  slow = [
    ['POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nX-Slow: ', ...drip],
    [requestOf('{', { length: 100_000 }), ...drip],
  ].map((pieces) => speak(target.port, pieces, { ms: 5000 }));
});
afterAll(async () => {
  await target?.gateway.kill();
  if (target) remove(target.gateway);
});

describe('signatures', () => {
  const body = hello('forged words');
  test('every wrong one gets the same 401, which tells no MAC', async () => {
    const answers = new Map<string, string>();
    for (const [name, headers] of [...Object.entries(wrongSignatures(body)), ['missing', {}] as const]) {
      const response = await fetch(`${target.gateway.url}/webhooks/whatsapp`, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
      answers.set(name, `${response.status} ${await response.text()}`);
    }
    expect(new Set(answers.values()).size).toBe(1);
    expect([...answers.values()][0]).toMatch(/^401 .*signature_invalid/);
    expect([...answers.values()].join()).not.toContain(meta(body).slice(7, 31));
  });
  test('a channel that is not there answers as a wrong signature does', async () => {
    for (const path of ['/webhooks/whatsapp/ch_nobody', '/webhooks/whatsapp/ch_constructor', '/webhooks/sms/ch_nobody']) expect(await target.post(body, {}, path)).toBe(401);
  });
  test('the right one at the wrong place: SMS, another channel, another tenant', async () => {
    expect(await target.post(body, {}, '/webhooks/sms')).toBe(401);
    expect(await target.post(body, {}, '/webhooks/whatsapp/ch_b')).toBe(401);
    expect(await target.post(body, { 'x-hub-signature-256': meta(body, OTHER_SECRET) }, '/webhooks/whatsapp/ch_wa')).toBe(401);
  });
});

describe('on the wire', () => {
  test.each(WIRE.map((c) => [c.name, c] as const))('%s', async (_name, { pieces, want, answers = 1, half = false, operator = false }) => {
    const answer = await target.say(pieces(), { ms: 10_000, answers, half, operator });
    const good = typeof want === 'function' ? want(answer) : JSON.stringify(answer.statuses) === JSON.stringify(want);
    expect({ good, statuses: answer.statuses, closed: answer.closed }).toMatchObject({ good: true });
  });
  test.each(METHODS)('%s at a webhook is refused', async (method) => {
    const { statuses, closed } = await target.say([requestOf('', { method, signed: false, headers: [['Connection', 'close']] })]);
    expect(statuses.length ? statuses.every((s) => [400, 405].includes(s)) : closed).toBe(true);
  });
  test.each(PATHS.map((p) => [p.slice(0, 70), p]))('GET %s: 4xx, and nothing of the disk', async (_shown, path) => {
    const { statuses, text } = await target.say([requestOf('', { method: 'GET', path, signed: false, headers: [['Authorization', `Bearer ${OPERATOR}`]] })]);
    expect(statuses).toHaveLength(1);
    expect(statuses[0]).toBeGreaterThanOrEqual(400);
    expect(statuses[0]).toBeLessThan(500);
    expect(text).not.toMatch(/root:|parlance_/);
  });
});

describe('signed and strange', () => {
  test.each(SIGNED)('%s: 200', async (_name, body) => expect(await target.post(body())).toBe(200));
  test.each([
    ['gzip', 'gzip'],
    ['a bomb', 'gzip'],
    ['an encoding nobody knows', 'br-next'],
  ])('Content-Encoding, %s: 415', async (name, encoding) => {
    const body = gzipSync(name === 'a bomb' ? Buffer.alloc(20 * 1024 * 1024) : Buffer.from(hello()));
    const { statuses } = await target.say([requestOf(body, { headers: [['Content-Encoding', encoding]] })]);
    expect(statuses).toEqual([415]);
  });
});

describe('forms', () => {
  const message = [
    ['MessageSid', 'SM00000000000000000000000000000001'],
    ['AccountSid', 'AC00000000000000000000000000000001'],
    ['From', '+447700900101'],
    ['To', '+14155550101'],
    ['Body', 'hi'],
  ] as const;
  test.each([
    ['a parameter 900 times', [...message, ...Array.from({ length: 900 }, (_, i) => ['Body', String(i)] as const)]],
    ['__proto__ and its kin', [...message, ['__proto__', 'x'], ['__proto__[polluted]', 'x'], ['constructor.prototype.polluted', 'x']]],
    ['nothing', []],
    [
      'no value, no name',
      [
        ['', ''],
        ['Body', ''],
      ],
    ],
    ['a null byte', [...message, ['Extra', 'a\0b']]],
  ] as const)('%s: signed, 200', async (_name, params) => expect(await target.form(params)).toBe(200));
  test('100,000 parameters: no more than 1,000 are read, so its signature does not hold', async () => {
    expect(await target.form([...message, ...Array.from({ length: 100_000 }, (_, i) => [`p${i}`, '1'] as const)])).toBe(401);
  });
  test('X-Forwarded-* change nothing: PUBLIC_URL alone says what was signed', async () => {
    const forwarded = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', 'x-forwarded-for': '10.0.0.1', forwarded: 'host=evil.example;proto=https' };
    expect(await target.form(message, forwarded)).toBe(200);
  });
  test('JSON where a form is expected, and a form with the other platform’s signature: 401', async () => {
    expect(await target.post('{}', { 'x-twilio-signature': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' }, '/webhooks/sms')).toBe(401);
    expect(await target.form(message, { 'x-twilio-signature': '' })).toBe(401);
  });
});

describe('the operator listener', () => {
  const call = (path: string, token: string | null, more: { method?: string; body?: string } = {}) =>
    fetch(target.gateway.api + path, { ...more, headers: { ...(token === null ? {} : { authorization: token }) } }).then(async (r) => ({ status: r.status, text: await r.text() }));
  test.each([
    ['no token', null],
    ['a wrong one', `Bearer ${OPERATOR}x`],
    ['as a password', `Basic ${Buffer.from(`admin:${OPERATOR}`).toString('base64')}`],
    ['empty', 'Bearer '],
    ['a list', `Bearer x, Bearer ${OPERATOR}`],
  ])('%s: 401', async (_name, token) => {
    for (const path of ['/v1/events', '/v1/ledger', '/v1/messages', '/v1/nowhere', `/v1/ledger?token=${OPERATOR}`])
      expect([path, (await call(path, token)).status]).toEqual([path, 401]);
  });
  test('keys of another tenant and of too small a scope', async () => {
    const key = async (tenant: string, scopes: string[]) => {
      const { json } = await target.gateway.call('/v1/keys', { method: 'POST', body: { name: 'k', tenant, scopes } });
      return `Bearer ${(json as { key: string }).key}`;
    };
    const [foreign, read, send] = [await key('globex', ['read', 'send', 'admin']), await key('acme', ['read']), await key('acme', ['send'])];
    expect((await call('/v1/events?after=beginning', foreign)).text).not.toContain(WORDS);
    const reply = { method: 'POST', body: JSON.stringify({ channel: 'ch_wa', to: { phone: `+${CUSTOMER}` }, content: { type: 'text', text: 'x' } }) };
    expect((await call('/v1/messages', foreign, reply)).text).toContain('unknown_channel');
    expect((await call('/v1/messages', read, reply)).status).toBe(403);
    expect((await call('/v1/events', send)).status).toBe(403);
    expect((await call('/v1/keys', send, { method: 'POST', body: '{"name":"x","tenant":"acme","scopes":["admin"]}' })).status).toBe(403);
  });
  test.each([
    '/v1/messages/ms_nothing',
    '/v1/raw/jr_nothing',
    '/v1/raw/..%2f..%2fetc%2fpasswd',
    '/v1/conversations/%00',
    '/v1/messages?cursor=%27%20OR%201%3D1--&q=%25%27%3B',
    '/v1/events?after=-1',
    '/v1/events?limit=1e99',
    '/v1/%ff',
    '/v1/messages?from=x&to=%00',
  ])('GET %s: no 5xx', async (path) => {
    const { status, text } = await call(path, `Bearer ${OPERATOR}`);
    expect([status < 500, text.includes('root:')]).toEqual([true, false]);
  });
  test.each([
    ['/v1/replays', { from: [{ toString: '' }] }],
    ['/v1/replays', { from: '2026-11-22T09:20:24Z', to: { valueOf: 1, toString: 1 } }],
    ['/v1/republish', { from: { toString: '' } }],
    ['/v1/reconcile', { channel: { toString: '' } }],
    ['/v1/channels', { id: { toString: '' } }],
    ['/v1/channels', { id: { valueOf: [], toString: null }, type: { toString: '' }, account: { toString: '' } }],
  ])('a value of the wrong kind at %s, %j: refused in words', async (path, body) => {
    const { status, text } = await call(path, `Bearer ${OPERATOR}`, { method: 'POST', body: JSON.stringify(body) });
    expect([status >= 400 && status < 500, JSON.parse(text)]).toEqual([true, expect.objectContaining({ code: expect.any(String), detail: expect.any(String) })]);
  });
  test('a body of 6 MB: 413; one that is no JSON, and an abyss: 400', async () => {
    const send = (body: string) => call('/v1/messages', `Bearer ${OPERATOR}`, { method: 'POST', body });
    expect((await send(`"${'x'.repeat(6_000_000)}"`)).status).toBe(413);
    for (const body of ['{', '['.repeat(100_000), '\0', 'null', '{"__proto__":{"channel":"ch_wa"}}']) expect((await send(body)).status).toBe(400);
  });
});

describe('fuzz', () => {
  beforeAll(() => {
    before = target.memoryMb();
  });
  test('headers', () => fuzzHeaders(target), 120_000);
  test('signed JSON', () => fuzzJson(target), 120_000);
  test('signed forms', () => fuzzForms(target), 120_000);
  test('the API', () => fuzzApi(target), 120_000);
});

describe('afterwards', () => {
  test('slow clients were let go, and good ones not kept waiting', async () => {
    for (const client of await Promise.all(slow)) expect({ closed: client.closed, statuses: client.statuses }).toMatchObject({ closed: true });
  });
  test('a good webhook is taken within a second and becomes an event', async () => {
    const body = hello('after all of it');
    const [id = ''] = /wamid\.H\d+/.exec(body) ?? [];
    const took: number[] = []; // a client that keeps it waiting keeps each of them waiting
    for (const one of [body, ...Array.from({ length: 4 }, (_, i) => hello(`after all of it ${i}`))]) {
      const started = performance.now();
      expect(await target.post(one)).toBe(200);
      took.push(performance.now() - started);
    }
    expect(Math.min(...took)).toBeLessThan(1000);
    await until('its event', async () => (await target.gateway.events()).some((e) => e.data.message?.platformId === id), 80_000);
  });
  test('no 5xx but the 503 that is meant, and the same process', () => {
    expect([...target.seen.keys()].filter((s) => s >= 500 && s !== 503)).toEqual([]);
    expect([target.gateway.child.exitCode, target.gateway.child.signalCode]).toEqual([null, null]);
  });
  test('the books balance, no event was polluted, nothing forged came in', async () => {
    await booksHold(target.gateway);
    const all = JSON.stringify(await target.gateway.events());
    expect([all.includes('"polluted"'), all.includes('forged words')]).toEqual([false, false]);
  });
  test(`memory grew by less than ${GROWTH_MB} MB`, async () => {
    await sleep(300);
    expect(target.memoryMb() - before).toBeLessThan(GROWTH_MB);
  });
  test('the log holds no secret, no customer and no stack', () => {
    const log = target.gateway.log();
    const secrets = {
      SECRET,
      OTHER_SECRET,
      twilio: 'twilio-token',
      token: 'token-ch_',
      OPERATOR,
      master: Buffer.alloc(32, 7).toString('base64'),
      mac: meta(hello('forged words')).slice(7, 40),
      CUSTOMER,
      WORDS,
    };
    expect(Object.entries(secrets).flatMap(([name, secret]) => (log.includes(secret) ? [name] : []))).toEqual([]);
    expect(log.split('\n').filter((l) => /^\s+at |\\n\s+at /.test(l))).toEqual([]);
  });
});
