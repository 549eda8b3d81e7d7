import { channel, remove, startGateway, type TestGateway, until, webhook } from '../support/gateway.ts';
import { type GraphAnswer, type GraphCall, startGraphApi } from '../support/graph-api.ts';

const WABA = '118200000000777';
const NUMBER = '207700000000123';
const TO = { phone: '+447700900101' };
const slot = (over: object = {}) => ({
  id: '1',
  name: 'slot',
  language: 'en_GB',
  status: 'APPROVED',
  category: 'UTILITY',
  parameter_format: 'POSITIONAL',
  components: [{ type: 'BODY', text: 'Hi {{1}}, {{2}}.' }],
  ...over,
});
let graph: Awaited<ReturnType<typeof startGraphApi>>;
let gateway: TestGateway;
let listed: () => GraphAnswer;
const lists = (): GraphCall[] => graph.calls.filter((c) => c.url.pathname.endsWith('/message_templates'));
beforeEach(async () => {
  listed = () => ({ body: { data: [slot()] } });
  graph = await startGraphApi((call) => (call.method === 'GET' ? listed() : { body: { messages: [{ id: 'wamid.1' }], success: true } }));
  gateway = await startGateway({ channels: [channel('ch_wa', NUMBER)], env: { GRAPH_API_URL: graph.url } });
});
afterEach(async () => {
  await gateway.kill();
  remove(gateway);
  await graph.end();
});
const shown = async (query = '') =>
  (await gateway.call(`/v1/channels/ch_wa/templates${query}`)).json as unknown as { syncedAt: string | null; fault: string | null; templates: { name: string; status: string }[] };
const send = (parameters: string[], over: object = {}) =>
  gateway.call('/v1/messages', {
    method: 'POST',
    body: {
      channel: 'ch_wa',
      to: TO,
      content: { type: 'template', name: 'slot', language: 'en_GB', components: [{ type: 'body', parameters: parameters.map((text) => ({ type: 'text', text })) }], ...over },
    },
  });

test('the list is read page by page at the start and again when the platform tells of a change; a template that does not fit is refused in words', async () => {
  await until('synced', async () => (await shown()).syncedAt !== null);
  expect(lists()[0]).toMatchObject({ url: { pathname: `/v26.0/${WABA}/message_templates` }, authorization: 'Bearer token-ch_wa' });
  expect((await shown()).templates).toMatchObject([{ id: '1', name: 'slot', language: 'en_GB', status: 'APPROVED', category: 'UTILITY', named: false }]);
  expect((await send(['Ana', '10:00'])).status).toBe(202);
  const refused = { status: 422, json: { code: 'template_invalid', pointer: '/content', advice: expect.stringContaining('templates') as string } };
  expect(await send(['Ana'])).toMatchObject({ ...refused, json: { ...refused.json, detail: 'body: the approved text has 2 variables ({{1}}, {{2}}), 1 given' } });
  expect(await send(['Ana', '1'], { name: 'slots' })).toMatchObject(refused);

  const page = (data: object[], after?: string) => ({ body: { data, ...(after ? { paging: { next: 'https://elsewhere.example/', cursors: { after } } } : {}) } });
  const pages = [page([slot({ status: 'PAUSED' })], 'two'), page([slot({ id: '2', name: 'other' })])];
  listed = () => pages.shift() ?? page([slot({ status: 'PAUSED' }), slot({ id: '2', name: 'other' })]);
  const told = { field: 'message_template_status_update', value: { event: 'PAUSED', message_template_id: 1, message_template_name: 'slot', message_template_language: 'en_GB' } };
  await gateway.post({ object: 'whatsapp_business_account', entry: [{ id: WABA, time: Math.floor(Date.now() / 1000), changes: [told] }] });
  await until('read again', async () => (await shown()).templates.length === 2);
  expect(lists().at(-1)?.url.searchParams.get('after')).toBe('two');
  expect(await send(['Ana', '1'])).toMatchObject({ ...refused, json: { ...refused.json, detail: 'template "slot" (en_GB) is PAUSED, not APPROVED' } });
});

test('a list that could never be read refuses nothing, and the timeline says so; asked for, it is read at once', async () => {
  await gateway.kill();
  remove(gateway);
  listed = () => ({ status: 400, body: { error: { code: 200, message: '(#200) Permissions error' } } });
  gateway = await startGateway({ channels: [channel('ch_wa', NUMBER)], env: { GRAPH_API_URL: graph.url } });
  await until('tried', async () => (await shown()).fault !== null);
  expect(await shown()).toMatchObject({ syncedAt: null, fault: 'permission_missing: (#200) Permissions error', templates: [] });
  const { id } = (await send(['one'])).json as unknown as { id: string };
  expect((await gateway.call(`/v1/messages/${id}`)).text).toContain('not checked');
  listed = () => ({ body: { data: [slot()] } });
  expect(await shown('?refresh=1')).toMatchObject({ fault: null, templates: [{ name: 'slot' }] });
  expect((await send(['one'])).status).toBe(422);
  expect((await gateway.call('/v1/channels/ch_none/templates')).status).toBe(404);
});

test('reading and typing are shown under the message of the customer; what the platform refuses is told', async () => {
  const at = String(Math.floor(Date.now() / 1000));
  await gateway.post(webhook(NUMBER, { messages: [{ from: '447700900101', id: 'wamid.IN', timestamp: at, type: 'text', text: { body: 'hi' } }] }));
  await until('received', async () => (await gateway.events()).some((e) => e.type === 'message.received'));
  const event = (await gateway.events()).find((e) => e.type === 'message.received') as unknown as { subject: string; data: { message: { id: string } } };
  const { id } = event.data.message;
  const last = () => graph.calls.filter((c) => c.method === 'POST').at(-1);
  const read = { messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.IN' };
  expect(await gateway.call(`/v1/messages/${id}/read`, { method: 'POST' })).toMatchObject({ status: 200, json: { id, read: true } });
  expect(last()).toMatchObject({ url: { pathname: `/v26.0/${NUMBER}/messages` }, body: read });
  expect(last()?.body).not.toHaveProperty('typing_indicator');
  expect((await gateway.call(`/v1/messages/${id}/read`, { method: 'POST', body: { typing: true } })).status).toBe(200);
  expect(last()?.body).toEqual({ ...read, typing_indicator: { type: 'text' } });
  expect((await gateway.call(`/v1/conversations/${event.subject}/typing`, { method: 'POST' })).status).toBe(200);
  expect(last()?.body).toEqual({ ...read, typing_indicator: { type: 'text' } });
  expect((await gateway.call('/v1/messages/ms_none/read', { method: 'POST' })).status).toBe(404);
  expect((await gateway.call('/v1/conversations/cv_none/typing', { method: 'POST' })).status).toBe(404);
});
