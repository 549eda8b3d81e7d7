import { OPERATOR, remove, startGateway, type TestGateway, until } from '../support/gateway.ts';
import { type Script, startThreePlatforms, type ThreePlatforms } from '../support/three-platforms.ts';
import { smsChannel } from '../support/twilio-api.ts';

let gateway: TestGateway;
let platforms: ThreePlatforms;
const accept: Script = (x) => x.answer(x.accept());
const optedOut: Script = ({ response }) =>
  void response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ code: 21610, message: 'unsubscribed', status: 400 }));
beforeAll(async () => {
  platforms = await startThreePlatforms((to) => (to.endsWith('66') ? optedOut : accept));
  gateway = await startGateway({ channels: [smsChannel(), smsChannel({ id: 'ch_two', address: '+14155550102' })], env: { TWILIO_API_URL: platforms.url } });
}, 60_000);
afterAll(async () => {
  await gateway?.kill();
  if (gateway) remove(gateway);
  await platforms?.end();
});
const message = (to: string, over: object = {}) => ({ channel: 'ch_sms', to: { phone: to }, content: { type: 'text', text: 'x' }, ...over });
const call = async (path: string, method = 'GET', body?: object, headers: Record<string, string> = {}) => {
  const answer = await gateway.call(path, { method, token: OPERATOR, headers, ...(body ? { body } : {}) });
  return { status: answer.status, json: answer.json as unknown as Record<string, never> };
};

test('a batch: a result each, in order; a bad one costs no other; the same key repeats the same messages', async () => {
  const messages = [message('+447700900101'), { nonsense: true }, message('+447700900102', { channel: 'ch_none' }), message('+447700900103', { idempotencyKey: 'mine' })];
  const batch = () => call('/v1/messages/batch', 'POST', { messages }, { 'idempotency-key': 'batch-1' });
  const { status, json } = await batch();
  expect(status).toBe(200);
  expect(json).toMatchObject({
    accepted: 2,
    refused: 2,
    results: [
      { index: 0, status: 202, id: expect.stringMatching(/^ms_/), eta: expect.stringMatching(/Z$/) },
      { index: 1, status: 400, code: 'invalid_request', advice: expect.any(String), pointer: expect.any(String) },
      { index: 2, status: 422, code: 'unknown_channel', pointer: '/channel' },
      { index: 3, status: 202 },
    ],
  });
  const again = await batch();
  const ids = (r: typeof again) => (r.json as unknown as { results: { id?: string }[] }).results.map((x) => x.id);
  expect(ids(again)).toEqual(ids({ status, json }));
  expect((await call('/v1/messages/batch', 'POST', { messages: Array.from({ length: 1001 }, () => ({})) })).json).toMatchObject({ code: 'invalid_request', pointer: '/messages' });
  expect((await call('/v1/messages/batch', 'POST', { messages: [] })).status).toBe(400);
});

test('21610 is learnt, shown and preached; by API it is taken back', async () => {
  const sent = (await call('/v1/messages', 'POST', message('+447700900166'))).json as unknown as { id: string };
  await until('refused', async () => (await call(`/v1/messages/${sent.id}`)).json.status === 'failed');
  expect((await call('/v1/messages', 'POST', message('+447700900166'))).json).toMatchObject({
    status: 422,
    code: 'not_opted_in',
    detail: expect.stringContaining('opted out'),
    pointer: '/to',
  });
  expect((await call('/v1/messages/preview', 'POST', message('+447700900166'))).json).toMatchObject({ consent: 'opted_out' });
  const { contact } = (await call(`/v1/messages/${sent.id}`)).json as unknown as { contact: string };
  expect((await call(`/v1/contacts/${contact}/consent`)).json).toMatchObject({ consents: [{ state: 'opted_out', scope: 'sender', channel: 'ch_sms', source: 'refusal 21610' }] });
  const optIn = { state: 'opted_in', scope: 'sender', channel: 'ch_sms', source: 'counter' };
  expect((await call(`/v1/contacts/${contact}/consent`, 'POST', optIn)).json).toMatchObject({ consents: [{ state: 'opted_in', source: 'counter' }] });
  expect((await call('/v1/messages', 'POST', message('+447700900166'))).status).toBe(202);
  expect((await call(`/v1/contacts/${contact}/consent`, 'POST', { state: 'opted_out', scope: 'sender' })).json).toMatchObject({ code: 'invalid_request', pointer: '/channel' });
  expect((await call('/v1/contacts/ct_none/consent')).status).toBe(404);
  const told = (await gateway.events()).filter((e) => e.type === 'contact.consent').map((e) => (e.data as unknown as { consent: object }).consent);
  expect(told.slice(0, 2)).toMatchObject([
    { state: 'opted_out', scope: 'sender', source: 'refusal', detail: '21610' },
    { state: 'opted_in', source: 'counter' },
  ]);
});

test('settings of a tenant: quiet hours for bulk, a quota; another tenant sets neither', async () => {
  const clock = (inHours: number) => new Date(Date.now() + inHours * 3_600_000).toISOString().slice(11, 16);
  const hours = { timeZone: 'Etc/UTC', from: clock(-2), to: clock(2) };
  expect((await call('/v1/tenants/acme', 'PATCH', { quietHours: hours })).json).toMatchObject({ id: 'acme', quietHours: hours });
  const bulk = (await call('/v1/messages', 'POST', message('+447700900104', { priority: 'bulk' }))).json as unknown as { id: string; eta: string };
  expect(bulk.eta).toContain(`T${hours.to}:00.000Z`);
  expect((await call(`/v1/messages/${bulk.id}`)).json).toMatchObject({ status: 'queued', eta: bulk.eta });
  expect((await call(`/v1/messages/${bulk.id}/cancel`, 'POST')).json).toMatchObject({ status: 'canceled' });
  expect((await call('/v1/tenants/acme', 'PATCH', { quietHours: { ...hours, timeZone: 'Mars/Olympus' } })).json).toMatchObject({
    code: 'invalid_request',
    pointer: '/quietHours/timeZone',
  });
  await call('/v1/tenants/acme', 'PATCH', { quietHours: null, queueMax: 1 });
  const later = new Date(Date.now() + 3_600_000).toISOString();
  // What the tests before have queued is on its way out.
  await until('there is room for one', async () => (await call('/v1/messages', 'POST', message('+447700900105', { sendAt: later }))).status === 202);
  expect((await call('/v1/messages', 'POST', message('+447700900105'))).json).toMatchObject({ status: 429, code: 'queue_full' });
  expect((await call('/v1/tenants/acme', 'PATCH', { queueMax: null })).json).not.toHaveProperty('queueMax');
  const key = ((await call('/v1/keys', 'POST', { name: 'x', tenant: 'globex', scopes: ['admin'] })).json as unknown as { key: string }).key;
  const foreign = await gateway.call('/v1/tenants/acme', { method: 'PATCH', token: key, body: { quietHours: null } });
  expect(foreign.status).toBe(404);
  const own = await gateway.call('/v1/tenants/globex', { method: 'PATCH', token: key, body: { queueMax: 5 } });
  expect(own.status).toBe(403);
});

test('failover shows both ways', async () => {
  const first = (await call('/v1/messages', 'POST', message('+447700900266', { fallback: [{ channel: 'ch_two', to: { phone: '+447700900106' }, on: ['failed'] }] })))
    .json as unknown as { id: string };
  await until('another took over', async () => ((await call(`/v1/messages/${first.id}`)).json.fallbacks as unknown as unknown[]).length === 1);
  const { fallbacks } = (await call(`/v1/messages/${first.id}`)).json as unknown as { fallbacks: { id: string; channel: string }[] };
  expect(fallbacks).toMatchObject([{ channel: 'ch_two' }]);
  expect((await call(`/v1/messages/${fallbacks[0]?.id}`)).json).toMatchObject({ fallbackOf: first.id, fallbacks: [] });
});

test('a paused channel stops with an event and goes on with one', async () => {
  await call('/v1/channels/ch_two/pause', 'POST');
  const waits = (await call('/v1/messages', 'POST', message('+447700900107', { channel: 'ch_two' }))).json as unknown as { id: string };
  expect((await call(`/v1/messages/${waits.id}`)).json).toMatchObject({ status: 'queued', eta: null });
  await call('/v1/channels/ch_two/resume', 'POST');
  await until('it went', async () => platforms.calls.some((c) => c.to === '+447700900107'));
  const changes = (await gateway.events()).filter((e) => e.type === 'channel.changed').map((e) => (e.data as unknown as { change: object }).change);
  expect(changes).toEqual([
    { kind: 'paused', event: 'operator' },
    { kind: 'resumed', event: 'operator' },
  ]);
});
