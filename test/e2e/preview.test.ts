import { KINDS } from '../support/content-kinds.ts';
import { channel, remove, SECRET, startGateway, type TestGateway, text, until, webhook } from '../support/gateway.ts';
import { type GraphCall, startGraphApi } from '../support/graph-api.ts';

const PHONE = '447700900101';
const [NUMBER, PAGE, IGID] = ['207700000000123', '104900000000001', '17841400000000001'];
const meta = { tenant: 'acme', accessToken: 'token', appSecret: SECRET, verifyToken: 'v' };
const CHANNELS = [channel('ch_wa', NUMBER), { id: 'ch_fb', type: 'messenger', pageId: PAGE, ...meta }, { id: 'ch_ig', type: 'instagram', instagramId: IGID, ...meta }];
const TO: Readonly<Record<string, object>> = { ch_wa: { phone: `+${PHONE}` }, ch_fb: { psid: '7410000000000011' }, ch_ig: { psid: '9120000000000011' } };

interface Preview {
  calls: { method: string; url: string; body: string }[];
  parts: number;
  losses: { code: string; detail: string }[];
  menu?: { n: number; id: string }[];
  window: { open: boolean } | null;
}

let graph: Awaited<ReturnType<typeof startGraphApi>>;
let gateway: TestGateway;
let n = 0;
/** As each platform answers: a message, or for a sender action its recipient alone. */
const answer = ({ method, url: at, body }: GraphCall) => {
  if (method === 'GET') return at.pathname.endsWith('/conversations') ? { body: { data: [] } } : { status: 400, body: { error: { code: 100 } } };
  if (at.pathname.includes(NUMBER)) return { body: { messages: [{ id: `wamid.${++n}` }] } };
  const recipient_id = (body?.recipient as { id: string } | undefined)?.id;
  return { body: body?.sender_action ? { recipient_id } : { recipient_id, message_id: `mid.${++n}` } };
};
const inbound = (object: string, account: string, customer: string) => ({
  object,
  entry: [
    {
      id: account,
      time: Date.now(),
      messaging: [{ sender: { id: customer }, recipient: { id: account }, timestamp: Date.now(), message: { mid: `mid.in.${account}`, text: 'hi' } }],
    },
  ],
});
beforeAll(async () => {
  graph = await startGraphApi(answer);
  gateway = await startGateway({ channels: CHANNELS, env: { GRAPH_API_URL: graph.url } });
  await gateway.post(webhook(NUMBER, { messages: [{ ...text(PHONE, 'wamid.IN'), timestamp: String(Math.floor(Date.now() / 1000)) }] }));
  await gateway.post(inbound('page', PAGE, '7410000000000011'), { path: '/webhooks/messenger' });
  await gateway.post(inbound('instagram', IGID, '9120000000000011'), { path: '/webhooks/messenger' });
  await until('three customers', async () => (await gateway.events()).filter((e) => e.type === 'message.received').length === 3);
});
afterAll(async () => {
  await gateway.kill();
  remove(gateway);
  await graph.end();
});
/** Where a channel would have to convert what the others take: files of other types are sent in test/outbound/media. */
const OWN: Readonly<Record<string, object>> = {
  'ch_fb voice': { type: 'voice', media: { url: 'https://cdn.example/a.m4a' } },
  'ch_ig voice': { type: 'voice', media: { url: 'https://cdn.example/a.m4a' } },
  'ch_ig sticker': { type: 'sticker', media: { url: 'https://cdn.example/a.png' } },
};
const ask = (path: string, body: object) => gateway.call(path, { method: 'POST', body });
/** Our own id differs with every message. */
const same = (body: string) => body.replace(/ms_[0-9a-z]{26,32}/g, 'ms_');
const posted = () => graph.calls.filter((c) => c.method === 'POST');

test.each(Object.keys(TO).flatMap((id) => Object.keys(KINDS).map((kind) => [id, kind] as const)))('%s: %s is sent byte for byte as previewed', async (id, kind) => {
  const message = { channel: id, to: TO[id], content: OWN[`${id} ${kind}`] ?? KINDS[kind] };
  const previewed = await ask('/v1/messages/preview', message);
  const before = posted().length;
  const sent = await ask('/v1/messages', message);
  if (id === 'ch_ig' && kind === 'template') {
    for (const { status, json } of [previewed, sent]) expect([status, json]).toEqual([422, expect.objectContaining({ code: 'content_unsupported', pointer: '/content' })]);
    return;
  }
  expect([previewed.status, sent.status]).toEqual([200, 202]);
  const { calls, parts, window } = previewed.json as unknown as Preview;
  expect([parts, window?.open]).toEqual([calls.length, true]);
  const own = (sent.json as unknown as { id: string }).id;
  await until(
    'sent',
    async () => ['sent', 'read'].includes(((await gateway.call(`/v1/messages/${own}`)).json as unknown as { status: string }).status) || posted().length === before + parts,
  );
  const made = posted().slice(before);
  expect(made.map((c) => [c.method, c.url.pathname, same(c.text)])).toEqual(calls.map((c) => [c.method, c.url, same(c.body)]));
});

test('a preview on every channel shows each its own way, also where the recipient has no address there', async () => {
  const { json, status } = await ask('/v1/messages/preview', { to: TO.ch_wa, content: KINDS.menu });
  const { previews } = json as unknown as { previews: (Preview & { channel: string; recipient: string })[] };
  expect(status).toBe(200);
  expect(previews.map((p) => [p.channel, p.recipient, p.menu?.length])).toEqual([
    ['ch_fb', 'stand_in', 14],
    ['ch_ig', 'stand_in', 14],
    ['ch_wa', 'given', 14],
  ]);
  const template = (await ask('/v1/messages/preview', { channel: '*', content: KINDS.template })).json as unknown as { previews: { channel: string; error?: { code: string } }[] };
  expect(template.previews.map((p) => [p.channel, p.error?.code])).toEqual([
    ['ch_fb', undefined],
    ['ch_ig', 'content_unsupported'],
    ['ch_wa', undefined],
  ]);
  expect(await ask('/v1/messages/preview', { channel: 'ch_wa', content: KINDS.text })).toMatchObject({ status: 400, json: { pointer: '/to' } });
  expect(await ask('/v1/messages/preview', { channel: 'ch_none', to: TO.ch_wa, content: KINDS.text })).toMatchObject({ status: 422, json: { code: 'unknown_channel' } });
});

test('a reaction that the platform names no message for ends as sent; a target is named by our id', async () => {
  const received = (await gateway.events()).find((e) => e.source === '/channels/ch_fb' && e.type === 'message.received') as unknown as { data: { message: { id: string } } };
  const before = posted().length;
  const sent = await ask('/v1/messages', { channel: 'ch_fb', to: TO.ch_fb, content: { type: 'reaction', emoji: '❤️', target: { id: received.data.message.id } } });
  const { id } = sent.json as unknown as { id: string };
  await until('sent', async () => ((await gateway.call(`/v1/messages/${id}`)).json as unknown as { status: string }).status === 'sent');
  expect(posted()[before]?.body).toMatchObject({ sender_action: 'react', payload: { message_id: `mid.in.${PAGE}` } });
  const unknown = await ask('/v1/messages', { channel: 'ch_fb', to: TO.ch_fb, content: { type: 'reaction', emoji: '❤️', target: { id: 'ms_none' } } });
  expect(unknown).toMatchObject({ status: 400, json: { code: 'invalid_request', pointer: '/content/target/id' } });
});
