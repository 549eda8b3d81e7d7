import { createHmac } from 'node:crypto';
import { type Clock, createClock } from '../../src/sandbox/core/clock.ts';
import type { MessengerAccount } from '../../src/sandbox/messenger/accounts.ts';
import { createMessengerSimulator, type MessengerSimulator } from '../../src/sandbox/messenger/simulator.ts';
import { until } from '../support/gateway.ts';
import { type Receiver, startReceiver } from '../support/webhook-receiver.ts';

interface Item {
  sender: { id: string };
  recipient: { id: string };
  timestamp: number;
  message?: Record<string, unknown> & { mid: string };
  delivery?: { mids: string[]; watermark: number };
  read?: { watermark?: number; mid?: string };
}
const PAGE: MessengerAccount = { object: 'page', id: '1049', name: 'Acme', accessToken: 'page-token', appSecret: 'secret', appId: '880000000000001' };
const INSTAGRAM: MessengerAccount = { ...PAGE, object: 'instagram', id: '17841400000000001', name: 'acme', accessToken: 'ig-token' };
const HOUR = 3_600_000;

let receiver: Receiver;
let clock: Clock;
let simulator: MessengerSimulator;
let url: string;
beforeEach(async () => {
  receiver = await startReceiver();
  clock = createClock();
  simulator = createMessengerSimulator({ accounts: [PAGE, INSTAGRAM], webhookUrl: `${receiver.url}/webhooks/messenger`, clock, log: () => {} });
  url = await simulator.start();
});
afterEach(async () => {
  await simulator.stop();
  await receiver.close().catch(() => {});
});

type Platform = 'messenger' | 'instagram';
const write = (from: string, text = 'hi', platform: Platform = 'messenger') => simulator.phones[platform].write({ from, text, name: 'Ana Lima', media: [] });
const call = async (path: string, { body, token = 'page-token', method }: { body?: unknown; token?: string; method?: string } = {}) => {
  const response = await fetch(path.startsWith('http') ? path : url + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as Record<string, never> & { error?: { code: number; error_subcode?: number }; message_id?: string } };
};
const send = (to: string, more: object = {}, node = '/v26.0/1049/messages') =>
  call(node, { body: { recipient: { id: to }, messaging_type: 'RESPONSE', message: { text: 'hello' }, ...more } });
const items = () => receiver.hooks.flatMap(({ body }) => (JSON.parse(body) as { object: string; entry: { id: string; messaging: Item[] }[] }).entry.flatMap((e) => e.messaging));

test('a customer writes: one webhook, escaped as Meta escapes and signed over those bytes', async () => {
  const { id, customer } = write('+447700900123', 'é 🎉 a/b');
  await until('the webhook', async () => receiver.hooks.length === 1);
  const { body, headers, path } = receiver.hooks[0]!;
  expect(path).toBe('/webhooks/messenger');
  expect(headers['x-hub-signature-256']).toBe(`sha256=${createHmac('sha256', 'secret').update(body).digest('hex')}`);
  expect(body).toContain('\\u00e9 \\ud83c\\udf89 a\\/b');
  expect(JSON.parse(body)).toMatchObject({
    object: 'page',
    entry: [{ id: '1049', time: expect.any(Number), messaging: [{ sender: { id: customer }, recipient: { id: '1049' }, message: { mid: id, text: 'é 🎉 a/b' } }] }],
  });
});

test('a reply: shown, echoed with app id and metadata, delivered and read up to a watermark', async () => {
  const { customer } = write('447700900123');
  const { status, json } = await send(customer, { message: { text: 'hello', metadata: 'ms_1' } });
  expect([status, json]).toEqual([200, { recipient_id: customer, message_id: expect.stringMatching(/^m_/) }]);
  await until('echo, delivery, read', async () => receiver.hooks.length === 4);
  const [, echo, delivery, read] = items();
  expect(echo).toMatchObject({
    sender: { id: '1049' },
    recipient: { id: customer },
    message: { is_echo: true, app_id: 880000000000001, metadata: 'ms_1', mid: json.message_id, text: 'hello' },
  });
  expect(delivery).toMatchObject({ sender: { id: customer }, delivery: { mids: [json.message_id], watermark: expect.any(Number) } });
  expect(read).toMatchObject({ read: { watermark: expect.any(Number) } });
  expect(read!.read!.watermark).toBeGreaterThanOrEqual(echo!.timestamp);
  expect(simulator.phones.messenger.shown('+447700900123').map(({ from, text }) => [from, text])).toEqual([
    ['customer', 'hi'],
    ['business', 'hello'],
  ]);
});

test('Instagram: its own object and ids, an echo without an app, no delivery, a read that names the message', async () => {
  const { customer } = write('447700900123', 'hi', 'instagram');
  expect(customer).toMatch(/^9\d{15}$/);
  const { json } = await call('/v26.0/17841400000000001/messages', { token: 'ig-token', body: { recipient: { id: customer }, message: { text: 'hello', metadata: 'ms_1' } } });
  await until('echo and read', async () => receiver.hooks.length === 3);
  const [message, echo, read] = items();
  expect(JSON.parse(receiver.hooks[0]!.body)).toMatchObject({ object: 'instagram', entry: [{ id: INSTAGRAM.id }] });
  expect(message!.message).toMatchObject({ text: 'hi' });
  expect(echo!.message).toEqual({ mid: json.message_id, is_echo: true, text: 'hello' });
  expect(read!.read).toEqual({ mid: json.message_id });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(receiver.hooks).toHaveLength(3);
});

test.each<[string, object, number, number, number | undefined]>([
  ['an unknown person', { recipient: { id: '7000000000000000' } }, 400, 100, 2018001],
  ['no recipient', { recipient: undefined }, 400, 100, undefined],
  ['message and action together', { sender_action: 'typing_on' }, 400, 100, 2018014],
  ['an unknown action', { message: undefined, sender_action: 'dance' }, 400, 100, undefined],
  ['an empty text', { message: { text: '' } }, 400, 100, 2018032],
  ['nothing at all', { message: {} }, 400, 100, 2018034],
  ['2001 characters', { message: { text: 'x'.repeat(2001) } }, 400, 100, undefined],
  ['text and attachment', { message: { text: 'a', attachment: { type: 'image', payload: { url: 'https://x.test/a.png' } } } }, 400, 100, undefined],
  ['a foreign attachment id', { message: { attachment: { type: 'image', payload: { attachment_id: '1' } } } }, 400, 100, 2018074],
  ['a tag that has ended', { messaging_type: 'MESSAGE_TAG', tag: 'ACCOUNT_UPDATE' }, 400, 100, undefined],
  ['metadata too long', { message: { text: 'a', metadata: 'x'.repeat(1000) } }, 400, 100, undefined],
])('%s is refused in the platform’s words, and nothing is sent', async (_what, more, status, code, subcode) => {
  const { customer } = write('447700900123');
  await until('the webhook', async () => receiver.hooks.length === 1);
  const { status: told, json } = await send(customer, more);
  expect([told, json.error?.code, json.error?.error_subcode]).toEqual([status, code, subcode]);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(receiver.hooks).toHaveLength(1);
  expect((await send(customer)).status).toBe(200);
});

test('2000 characters outside ASCII go on Messenger; on Instagram 1000 bytes are the end', async () => {
  const [page, instagram] = [write('447700900123').customer, write('447700900123', 'hi', 'instagram').customer];
  expect((await send(page, { message: { text: '🎉'.repeat(2000) } })).status).toBe(200);
  const post = (text: string) => call('/v26.0/me/messages', { token: 'ig-token', body: { recipient: { id: instagram }, message: { text } } });
  expect((await post('é'.repeat(500))).status).toBe(200);
  expect((await post('é'.repeat(501))).json.error).toMatchObject({ code: 100, error_subcode: 2534015 });
});

test.each<[string, number, object, Platform, [number, number | undefined, number | undefined]]>([
  ['a day: still open', 24 * HOUR - 60_000, {}, 'messenger', [200, undefined, undefined]],
  ['over a day', 24 * HOUR + 1000, {}, 'messenger', [400, 10, 2018278]],
  ['over a day on Instagram', 24 * HOUR + 1000, {}, 'instagram', [403, 10, 2534022]],
  ['a person answers within 7 days', 6 * 24 * HOUR, { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }, 'messenger', [200, undefined, undefined]],
  ['a person answers on day 8', 7 * 24 * HOUR + 1000, { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }, 'messenger', [400, 10, undefined]],
])('window: %s', async (_what, ms, more, platform, [status, code, subcode]) => {
  const { customer } = write('447700900123', 'hi', platform);
  clock.advance(ms);
  const token = platform === 'messenger' ? 'page-token' : 'ig-token';
  const { status: told, json } = await call('/v26.0/me/messages', { token, body: { recipient: { id: customer }, message: { text: 'late' }, ...more } });
  expect([told, json.error?.code, json.error?.error_subcode]).toEqual([status, code, subcode]);
});

test('the token decides: another one is 190, another page’s node is not found', async () => {
  const { customer } = write('447700900123');
  expect((await call('/v26.0/1049/messages', { token: 'x', body: { recipient: { id: customer } } })).json.error?.code).toBe(190);
  expect((await send(customer, {}, '/v26.0/999/messages')).json.error).toMatchObject({ code: 100, error_subcode: 33 });
});

test('a profile has the name; a field without its permission fails the call; who never wrote has none', async () => {
  const { customer } = write('447700900123');
  expect((await call(`/v26.0/${customer}?fields=first_name,last_name,name,profile_pic`)).json).toEqual({
    id: customer,
    name: 'Ana Lima',
    first_name: 'Ana',
    last_name: 'Lima',
    profile_pic: expect.stringContaining(url),
  });
  expect((await call(`/v26.0/${customer}?fields=name,locale`)).json.error).toMatchObject({ code: 100, error_subcode: 2018247 });
  expect((await call('/v26.0/7000000000000000?fields=name')).json.error?.code).toBe(100);
});

test('a picture from the customer: a link that needs no token, and is listed in the conversation', async () => {
  const media = [{ mimeType: 'image/png', bytes: Buffer.from('bytes') }];
  const { customer } = simulator.phones.messenger.write({ from: '447700900123', text: '', media });
  await until('the webhook', async () => receiver.hooks.length === 1);
  const attachments = items()[0]!.message!.attachments as { type: string; payload: { url: string } }[];
  expect(attachments).toEqual([{ type: 'image', payload: { url: expect.stringContaining(`${url}/cdn/`) } }]);
  expect(await (await fetch(attachments[0]!.payload.url)).text()).toBe('bytes');
  const { json } = await call(`/v26.0/1049/conversations?user_id=${customer}&fields=messages{id,attachments}`);
  expect(json).toMatchObject({ data: [{ messages: { data: [{ attachments: { data: [{ mime_type: 'image/png', size: 5 }] } }] } }] });
  clock.advance(4 * 24 * HOUR);
  expect((await fetch(attachments[0]!.payload.url)).status).toBe(403);
});

interface Conversations {
  data: { id: string; updated_time: string; participants: { data: { id: string }[] }; messages: { data: { id: string; message?: string; from?: { id: string } }[] } }[];
  paging?: { next?: string };
}
test('500 messages of 100 customers while the webhook is away: all stand in the conversations, the newest first, page by page', async () => {
  await receiver.close();
  const written = Array.from({ length: 500 }, (_, i) => {
    clock.advance(1200);
    return write(`4477009${String(i % 100).padStart(5, '0')}`, `message ${i}`).id;
  });
  const seen: string[] = [];
  const times: string[] = [];
  let next: string | undefined =
    `${url}/v26.0/1049/conversations?platform=messenger&limit=30&fields=${encodeURIComponent('id,updated_time,participants,messages.limit(20){id,created_time,from,to,message}')}`;
  let pages = 0;
  for (; next; pages++) {
    const { status, json } = await call(next);
    expect(status).toBe(200);
    const page = json as unknown as Conversations;
    times.push(...page.data.map((c) => c.updated_time));
    for (const c of page.data) seen.push(...c.messages.data.map((m) => m.id));
    next = page.paging?.next;
    clock.advance(500); // two calls a second
  }
  expect(pages).toBe(4);
  expect(new Set(seen)).toEqual(new Set(written));
  expect(times).toEqual([...times].sort().reverse());
});

test('details of the 20 newest messages alone; two calls a second', async () => {
  const { customer } = write('447700900123');
  for (let i = 0; i < 24; i++) write('447700900123', `m${i}`);
  const { json } = await call(`/v26.0/1049/conversations?user_id=${customer}&fields=messages.limit(50){message}`);
  const messages = (json as unknown as Conversations).data[0]!.messages.data;
  expect(messages).toHaveLength(25);
  expect(messages.filter((m) => m.message !== undefined)).toHaveLength(20);
  expect(messages[0]!.message).toBe('m23');
  expect((await call('/v26.0/1049/conversations')).status).toBe(200);
  expect((await call('/v26.0/1049/conversations')).json.error?.code).toBe(80006);
});

test('after an hour of failures the page is unsubscribed; subscribed again, webhooks come for what is new', async () => {
  await receiver.close();
  write('447700900123', 'lost');
  const subscribed = async () => (await call('/v26.0/1049/subscribed_apps')).json.data as unknown as unknown[];
  for (let i = 0; i < 100 && (await subscribed()).length; i++) {
    clock.advance(60_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  expect(await subscribed()).toEqual([]);
  await receiver.open();
  write('447700900123', 'unheard');
  expect((await call('/v26.0/1049/subscribed_apps?subscribed_fields=messages', { method: 'POST' })).json).toEqual({ success: true });
  write('447700900123', 'heard');
  await until('the webhook', async () => receiver.hooks.length > 0);
  clock.advance(HOUR);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(items().map((i) => i.message!.text)).toEqual(['heard']);
});

test('a webhook that is not taken comes again, the same', async () => {
  receiver.answers.push({ status: 503 }, { status: 204 });
  write('447700900123');
  await until('three deliveries', async () => {
    clock.advance(1000);
    return receiver.hooks.length === 3;
  });
  expect(new Set(receiver.hooks.map(({ body }) => body)).size).toBe(1);
});
