import fc from 'fast-check';
import { ERRORS } from '../../../adapters/_graph/messaging/errors.ts';
import type { Missed, RenderContext } from '../../../adapters/contract.ts';
import { createMessengerAdapter } from '../../../adapters/messenger/index.ts';
import { FAILURES } from '../../../schemas/index.ts';
import { until } from '../../support/gateway.ts';
import { type GraphAnswer, startGraphApi, useGraphApi } from '../../support/graph-api.ts';
import { thrown } from '../../support/payloads.ts';

const adapter = createMessengerAdapter();
const PAGE = '104900000000001';
const CUSTOMER = '7410000000000011';
const graph = useGraphApi();
const context = (over: Partial<RenderContext> = {}, settings: Record<string, unknown> = {}): RenderContext => ({
  channel: { id: 'ch', type: 'messenger', account: PAGE, settings },
  publicUrl: 'https://gw.example/',
  to: { type: 'psid', value: CUSTOMER },
  ownId: 'ms_01jd.1',
  ...over,
});
const calls = (text: string, over: Partial<RenderContext> = {}, settings = {}) => {
  const made = adapter.render({ type: 'text', text }, context(over, settings));
  if (!made.ok) throw new Error(made.error.code);
  return made.value.calls;
};
const [call] = calls('Hello');
if (!call) throw new Error('nothing rendered');

// ---- text out ------------------------------------------------------------------------------------------------------
test('rendering: exactly this', () => {
  expect(calls('Hello')).toEqual([
    {
      method: 'POST',
      path: `/v26.0/${PAGE}/messages`,
      contentType: 'application/json',
      body: `{"recipient":{"id":"${CUSTOMER}"},"messaging_type":"RESPONSE","message":{"text":"Hello","metadata":"ms_01jd.1.1"}}`,
    },
  ]);
  const [me] = calls('Hello', { replyTo: 'm_Zx1', to: { type: 'user_ref', value: 'checkout-1' } }, { sendAs: 'me', graphVersion: 'v25.0' });
  expect(me?.path).toBe('/v25.0/me/messages');
  expect(me?.body).toBe('{"recipient":{"user_ref":"checkout-1"},"messaging_type":"RESPONSE","message":{"text":"Hello","metadata":"ms_01jd.1.1"},"reply_to":{"mid":"m_Zx1"}}');
});
test('rendering: parts of at most 2,000 characters that join to the text, each with its own id; only the first quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5000 }), (text) => {
      const bodies = calls(text, { replyTo: 'm_q' }).map((c) => JSON.parse(c.body) as { message: { text: string; metadata: string }; reply_to?: object });
      expect(bodies.map((b) => b.message.text).join('')).toBe(text);
      expect(bodies.map((b) => b.message.metadata)).toEqual(bodies.map((_, i) => `ms_01jd.1.${i + 1}`));
      expect(bodies.every((b, i) => b.message.text.length <= 2000 && (b.reply_to !== undefined) === (i === 0))).toBe(true);
    }),
    { numRuns: 50 },
  );
});
test('what can not be sent says so', () => {
  expect(adapter.render({ type: 'text', text: 'x' }, context({ to: { type: 'igsid', value: '1' } }))).toMatchObject({ ok: false, error: { code: 'unknown_recipient' } });
  expect(adapter.render({ type: 'reaction', emoji: 'x', target: { id: 'ms_1' } }, context())).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
});
test('one attempt: the call byte for byte, the token in a header alone', async () => {
  graph.answer = () => ({ body: { recipient_id: CUSTOMER, message_id: 'm_Out1' } });
  expect(await adapter.send(call, graph.options())).toMatchObject({ platformId: 'm_Out1', aliases: [], status: 200 });
  expect(graph.calls).toMatchObject([{ method: 'POST', authorization: 'Bearer secret-token', body: JSON.parse(call.body) as object }]);
  expect(graph.calls[0]?.url.search).toBe('');
});
test('a send to a user_ref may name the customer, or not', async () => {
  const [byRef] = calls('Hello', { to: { type: 'user_ref', value: 'checkout-1' } });
  graph.answer = () => ({ body: { message_id: 'm_Out2' } });
  expect((await adapter.send(byRef ?? call, graph.options())).aliases).toEqual([]);
  graph.answer = () => ({ body: { recipient_id: CUSTOMER, message_id: 'm_Out2' } });
  expect((await adapter.send(byRef ?? call, graph.options())).aliases).toEqual([{ type: 'psid', value: CUSTOMER }]);
});

// ---- errors --------------------------------------------------------------------------------------------------------
const failure = async (told: GraphAnswer | null) => {
  graph.answer = () => told;
  const error = await thrown(adapter.send(call, graph.options()));
  expect(error).not.toBeNull();
  expect(JSON.stringify(adapter.classify(error))).not.toContain('secret-token');
  return adapter.classify(error);
};
const graphError = (code: number, subcode?: number, more: object = {}): GraphAnswer => ({
  status: 400,
  body: { error: { message: `(#${code}) told`, type: 'OAuthException', code, ...(subcode === undefined ? {} : { error_subcode: subcode }), fbtrace_id: 'AbC', ...more } },
});
test('every row of the error table, over HTTP: as code and subcode, bare numbers as either', async () => {
  for (const [key, row] of ERRORS) {
    const [code, subcode] = key.split('/').map(Number);
    const advice = FAILURES[row.code].advice;
    const expected = { code: row.code, outcome: row.outcome, scope: row.scope, retryable: row.retryable, platformCode: key, platformMessage: `(#${code}) told` };
    expect([key, await failure(graphError(code ?? 0, subcode)), advice.length > 0]).toMatchObject([key, expected, true]);
    if (Number(code) > 2_000_000)
      expect([key, await failure(graphError(100, code))]).toMatchObject([key, { ...expected, platformCode: `100/${code}`, platformMessage: '(#100) told' }]);
  }
});

// messenger.md 9.2, row by row as it is printed: code, subcodes, class.
const PRINTED =
  `1 - 99|U;1 1357046|U;1 2018382|N;2 -|RU;2 2018344|N;3 -|N;4 - 2018022|R;4 2018354|N;9 2018352|N;10 -|N;10 2018278|N;10 2018065|N;10 2534022|N;10 2018108|N;10 1893063|W;10 1404170|W;
10 1893015|N;10 2018336|N;10 2534077|N;17 -|R;32 -|R;33 -|N;100 33|N;100 -|N;100 2018001|N;100 2534014|N;100 2534013|N;100 2534015|N;100 2534025|N;100 2534029|W;100 2534037|W;100 2534068|N;100 2018008|R;
100 2018047|N;100 2018074|N;100 2018109|N;100 2018294|R;100 2018014|N;100 2018034|N;100 2018032|N;100 2018164|N;100 2018218|N;100 2018247|N;100 2018320 2018328|N;102 -|N;190 -|N;190 458|N;190 459 464 490|N;
190 460|N;190 463|N;190 467|N;190 492|N;190 2069032|N;200 - 2018028|N;200 1545041|N;200 2018021 2018027|N;200 2534041|N;230 -|N;368 -|W;551 - 1545041|N;613 - 2534040|R;613 2018338|W;613 1893016|N;1200 -|RU;
2022 -|W;10303 -|N;36000 -|N;36103 -|N;80001 -|R;80002 -|R;80006 -|R;2018171 -|N;2018234 -|N;2018300 -|W;2018321 -|W;2018173 -|N;2018180 -|N;2018188 -|N;9000001 -|N`
    .replaceAll('\n', '')
    .split(';')
    .flatMap((line) => {
      const [codes = '', what = ''] = line.split('|');
      const [code = '', ...subcodes] = codes.split(' ');
      return subcodes.map((subcode) => [subcode === '-' ? code : `${code}/${subcode}`, what] as const);
    });
test('the table has every printed row and means what its letter says', () => {
  const listed = PRINTED.map(([key]) => key);
  expect(listed.filter((key) => !ERRORS.has(key))).toEqual([]);
  expect([...ERRORS.keys()].filter((key) => !listed.includes(key) && !(Number(key) > 2018173 && Number(key) < 2018188))).toEqual([]);
  for (const [key, what] of PRINTED) {
    const row = ERRORS.get(key);
    if (what === 'U' || what === 'RU') expect([key, row?.outcome]).toEqual([key, 'unknown']);
    else expect([key, row?.outcome]).toEqual([key, 'not_sent']);
    if (what === 'R') expect([key, row?.retryable]).toEqual([key, true]);
    if (what === 'N') expect([key, row?.retryable]).toEqual([key, false]);
    if (what === 'W') expect([key, ['channel_restricted', 'thread_not_owned'].includes(row?.code ?? '')]).toEqual([key, true]);
  }
});
test.each<[string, GraphAnswer | null, object]>([
  ['an unknown code that is transient', graphError(7777, undefined, { is_transient: true }), { code: 'outcome_unknown', outcome: 'unknown', platformCode: '7777' }],
  ['an unknown code with 500', { ...graphError(7777), status: 500 }, { outcome: 'unknown' }],
  ['an unknown code', graphError(7777), { code: 'request_rejected', outcome: 'not_sent', retryable: false, scope: 'message' }],
  ['a permission of 200 to 299', graphError(283), { code: 'permission_missing', scope: 'channel' }],
  ['a subcode nobody knows pauses no channel', graphError(10, 2_018_999), { code: 'permission_missing', scope: 'message' }],
  ['an error in a 200', { ...graphError(10, 2_018_278), status: 200 }, { code: 'window_closed', scope: 'recipient' }],
  ['a 200 without an id', { body: { recipient_id: CUSTOMER } }, { code: 'outcome_unknown', outcome: 'unknown' }],
  ['a 200 with a page', { body: '<html>' }, { outcome: 'unknown' }],
  ['a page of a proxy', { status: 502, body: '<html>' }, { outcome: 'unknown', retryable: false }],
  ['429 without a body', { status: 429, body: '' }, { code: 'platform_throttled', outcome: 'not_sent', retryable: true }],
  ['Retry-After', { ...graphError(4), headers: { 'retry-after': '7' } }, { code: 'platform_throttled', retryAfterMs: 7000 }],
  [
    'the minutes of the usage header',
    { ...graphError(80006), headers: { 'x-business-use-case-usage': '{"118":[{"type":"messenger","call_count":100,"estimated_time_to_regain_access":3}]}' } },
    { code: 'platform_throttled', retryAfterMs: 180_000 },
  ],
  ['401 without a body', { status: 401, body: '' }, { code: 'channel_unauthorized', scope: 'channel' }],
])('%s', async (_what, told, expected) => expect(await failure(told)).toMatchObject(expected));
test('no answer in time is unknown; no connection is surely not sent; anything thrown classifies', async () => {
  graph.answer = () => null;
  const given = new AbortController();
  const early = thrown(adapter.send(call, { ...graph.options(), signal: given.signal }));
  await until('the call', async () => graph.calls.length === 1);
  given.abort();
  expect(adapter.classify(await early)).toMatchObject({ outcome: 'unknown' });
  const closed = await startGraphApi(() => null);
  await closed.end();
  expect(adapter.classify(await thrown(adapter.send(call, { ...graph.options(), baseUrl: closed.url })))).toMatchObject({ outcome: 'not_sent', retryable: true });
  for (const odd of [null, undefined, 7, 'x', {}, new Error('reset')]) expect(adapter.classify(odd)).toMatchObject({ outcome: 'unknown', retryable: false });
});

// ---- what was missed -----------------------------------------------------------------------------------------------
const message = (id: string, minute: number, over: object = {}) => ({
  id,
  created_time: `2026-11-22T10:${String(minute).padStart(2, '0')}:00+0000`,
  from: { id: CUSTOMER, name: 'Kari N' },
  to: { data: [{ id: PAGE, name: 'Acme' }] },
  message: 'hi',
  ...over,
});
const thread = (minute: number, ...messages: object[]) => ({
  id: 't_1',
  updated_time: `2026-11-22T10:${String(minute).padStart(2, '0')}:00+0000`,
  participants: { data: [{ id: CUSTOMER }, { id: PAGE }] },
  messages: { data: messages },
});
const query = { account: PAGE, since: new Date('2026-11-22T10:05:00Z'), unsettled: [], settings: {} };
const all = async (from: AsyncIterable<Missed> | undefined) => {
  const found: Missed[] = [];
  for await (const missed of from ?? []) found.push(missed);
  return found;
};
const readBack = (missed: readonly Missed[]) =>
  missed.map((m) => {
    const [fact] = adapter.normalize({ body: m.body } as never).facts;
    return fact?.body.kind === 'message'
      ? { id: fact.idParts.join(' '), at: fact.at?.toISOString(), as: fact.body.as, to: fact.addresses[0]?.value, content: fact.body.content }
      : null;
  });
test('what was missed: page by page by its cursor, the oldest first, under the ids of the webhooks; our own as echoes; no further than asked', async () => {
  const pages: Record<string, object> = {
    '': {
      data: [thread(30, message('m_4', 30), message('m_2', 10, { from: { id: PAGE }, to: { data: [{ id: CUSTOMER }] }, message: 'from the inbox' }))],
      paging: { cursors: { after: 'c2' }, next: 'https://evil.example/steal?access_token=x' },
    },
    c2: {
      data: [
        thread(
          20,
          message('m_3', 20, {
            message: '',
            attachments: {
              data: [
                { id: '1', mime_type: 'image/jpeg', image_data: { url: 'https://scontent.example/1.jpg' } },
                { id: '2', mime_type: 'application/pdf', file_url: 'https://cdn.example/2.pdf' },
              ],
            },
          }),
          message('m_1', 6, { reply_to: { mid: 'm_0' } }),
          message('m_0', 4),
        ),
        thread(4, message('m_old', 4)),
      ],
      paging: { cursors: { after: 'c3' }, next: 'https://evil.example/' },
    },
  };
  graph.answer = ({ url }) => ({ body: pages[url.searchParams.get('after') ?? ''] ?? graphError(100).body, status: 200 });
  const missed = await all(adapter.list?.(query, graph.options()));
  expect(readBack(missed)).toEqual([
    { id: `messenger ${PAGE} message m_1`, at: '2026-11-22T10:06:00.000Z', as: 'received', to: CUSTOMER, content: { type: 'text', text: 'hi' } },
    { id: `messenger ${PAGE} message m_2`, at: '2026-11-22T10:10:00.000Z', as: 'echo', to: CUSTOMER, content: { type: 'text', text: 'from the inbox' } },
    {
      id: `messenger ${PAGE} message m_3`,
      at: '2026-11-22T10:20:00.000Z',
      as: 'received',
      to: CUSTOMER,
      content: { type: 'multi', parts: [expect.objectContaining({ type: 'image' }), expect.objectContaining({ type: 'document' })] },
    },
    { id: `messenger ${PAGE} message m_4`, at: '2026-11-22T10:30:00.000Z', as: 'received', to: CUSTOMER, content: { type: 'text', text: 'hi' } },
  ]);
  expect(missed.every((m) => m.url === '/webhooks/messenger')).toBe(true);
  expect(graph.turns).toBe(2); // one for each request
  expect(graph.calls.map((c) => [c.method, c.url.pathname, c.url.searchParams.get('platform'), c.authorization])).toEqual([
    ['GET', `/v26.0/${PAGE}/conversations`, 'messenger', 'Bearer secret-token'],
    ['GET', `/v26.0/${PAGE}/conversations`, 'messenger', 'Bearer secret-token'],
  ]);
});
test('a listing that is refused throws', async () => {
  graph.answer = () => graphError(190);
  expect(adapter.classify(await thrown(all(adapter.list?.(query, graph.options()))))).toMatchObject({ code: 'channel_unauthorized' });
});
test('a call in doubt is found by its text, once; two of them tell nothing, and none is not proof', async () => {
  const own = (id: string, over: object = {}) => message(id, 10, { from: { id: PAGE }, to: { data: [{ id: CUSTOMER }] }, message: 'Hello', ...over });
  const look = async (...messages: object[]) => {
    graph.answer = () => ({ body: { data: [thread(10, ...messages)] } });
    return adapter.lookUp?.(call, { account: PAGE, since: new Date('2026-11-22T10:05:00Z') }, graph.options());
  };
  expect(await look(own('m_Out1'), message('m_in', 10, { message: 'Hello' }))).toMatchObject({ platformId: 'm_Out1' });
  expect(graph.calls[0]?.url.searchParams.get('user_id')).toBe(CUSTOMER);
  expect(await look(own('m_Out1'), own('m_Out2'))).toBeUndefined();
  expect(await look(own('m_Out1', { created_time: '2026-11-22T09:00:00+0000' }))).toBeUndefined();
});

// ---- profile -------------------------------------------------------------------------------------------------------
const profile = (type: 'psid' | 'user_ref' = 'psid') => adapter.profile?.({ type, value: CUSTOMER }, { account: PAGE, settings: {} }, graph.options());
test.each<[string, GraphAnswer, object | null]>([
  [
    'a name and a picture',
    { body: { id: CUSTOMER, first_name: 'Kari', last_name: 'N', profile_pic: 'https://x.test/p.jpg' } },
    { name: 'Kari N', picture: 'https://x.test/p.jpg' },
  ],
  ['the name alone, as of 2026', { body: { id: CUSTOMER, name: 'Kari Nordmann' } }, { name: 'Kari Nordmann' }],
  ['nothing', { body: {} }, null],
  ['the id alone', { body: { id: CUSTOMER } }, null],
  ['no consent', graphError(230), null],
  ['no profile', graphError(100, 2_018_218), null],
  ['a field too many', graphError(100, 2_018_247), null],
  ['no such object', graphError(100, 33), null],
  ['no permission', graphError(200), null],
])('profile: %s', async (_what, told, expected) => {
  graph.answer = () => told;
  const found = await profile();
  expected === null ? expect(found).toBeNull() : expect(found).toMatchObject(expected);
  expect(graph.calls.map((c) => c.url.pathname + c.url.search)).toEqual([`/v26.0/${CUSTOMER}?fields=name,first_name,last_name,profile_pic`]);
});
test.each<[string, GraphAnswer]>([
  ['throttled', graphError(4)],
  ['token gone', graphError(190)],
  ['out of order', { status: 503, body: '' }],
  ['transient', graphError(100, undefined, { is_transient: true })],
])('profile: %s throws, for another time', async (_what, told) => {
  graph.answer = () => told;
  expect(await thrown(profile() as Promise<unknown>)).toBeInstanceOf(Error);
});
test('a user_ref has no profile, and no call is made', async () => {
  expect(await profile('user_ref')).toBeNull();
  expect(graph.calls).toEqual([]);
});
