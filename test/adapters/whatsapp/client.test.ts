import { createWhatsappAdapter } from '../../../adapters/whatsapp/index.ts';
import { nock } from '../../support/nock.ts';
import { thrown } from '../../support/payloads.ts';

const adapter = createWhatsappAdapter();
const call = { method: 'POST' as const, path: '/v26.0/207/messages', contentType: 'application/json' as const, body: '{"to":"+447700900123"}' };
const send = (ms = 20_000) => adapter.send(call, { baseUrl: 'https://graph.test', credentials: { accessToken: 'secret-token' }, signal: AbortSignal.timeout(ms) });
const api = () => nock('https://graph.test', { reqheaders: { authorization: 'Bearer secret-token' } }).post('/v26.0/207/messages', { to: '+447700900123' });

test('an acceptance gives the id and the names of the recipient', async () => {
  api().reply(200, { contacts: [{ input: '+447700900123', wa_id: '447700900124' }], messages: [{ id: 'wamid.X' }] });
  expect(await send()).toMatchObject({ platformId: 'wamid.X', aliases: [{ type: 'phone', value: '+447700900124' }], status: 200 });
});

test.each([
  ['throttled', 400, { error: { code: 130429, message: 'Rate limit hit' } }, { code: 'platform_throttled', outcome: 'not_sent', retryable: true, platformCode: '130429' }],
  ['token expired', 401, { error: { code: 190, message: 'expired' } }, { code: 'channel_unauthorized', outcome: 'not_sent', retryable: false, scope: 'channel' }],
  ['transient by its own word', 400, { error: { code: 100, is_transient: true, message: 'x' } }, { retryable: true, outcome: 'not_sent' }],
  ['temporary with a table entry', 500, { error: { code: 131016, message: 'x' } }, { code: 'platform_unavailable', outcome: 'not_sent', retryable: true }],
  ['5xx without a body of theirs', 502, '<html>', { code: 'outcome_unknown', outcome: 'unknown', retryable: false }],
  ['200 without an id', 200, {}, { code: 'outcome_unknown', outcome: 'unknown' }],
])('%s', async (_what, status, body, failure) => {
  api().reply(status, body);
  const error = await thrown(send());
  expect(adapter.classify(error)).toMatchObject(failure);
  expect(String(error)).not.toContain('secret-token');
});

test('no answer in time is unknown; no connection is surely not sent', async () => {
  api().delay(2000).reply(200, {});
  expect(adapter.classify(await thrown(send(1500)))).toMatchObject({ outcome: 'unknown' });
  api().replyWithError(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
  expect(adapter.classify(await thrown(send()))).toMatchObject({ outcome: 'not_sent', retryable: true });
});
