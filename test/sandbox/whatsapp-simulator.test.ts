import { createHash, createHmac } from 'node:crypto';
import http, { type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, createClock } from '../../src/sandbox/core/clock.ts';
import { createWhatsappSimulator, type WhatsappSimulator } from '../../src/sandbox/whatsapp/simulator.ts';

interface Hook {
  body: Buffer;
  signature: string;
}
interface Webhook {
  entry: { id: string; changes: { field: string; value: { metadata: object; messages?: Record<string, unknown>[]; statuses?: Record<string, unknown>[] } }[] }[];
}
const CUSTOMER = '447700900123';

let hooks: Hook[];
let answers: number[];
let receiver: Server;
let simulator: WhatsappSimulator;
let url: string;
let clock: Clock;
const until = async (what: () => boolean) => {
  for (let i = 0; i < 200 && !what(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(what()).toBe(true);
};
/** What is due within a moment shares a body. */
const values = () => hooks.flatMap(({ body }) => (JSON.parse(body.toString()) as Webhook).entry.flatMap((e) => e.changes.map((c) => c.value)));
const post = async (body: unknown, { token = 'token', path = '/v26.0/100/messages' } = {}) => {
  const response = await fetch(url + path, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: typeof body === 'string' ? body : JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as { error?: { code: number }; messages?: { id: string }[]; contacts?: unknown } };
};
const write = (what: string, more: { from?: string; name?: string; media?: { mimeType: string; bytes: Buffer }[] } = {}) =>
  simulator.phones.write({ from: CUSTOMER, text: what, media: [], ...more }).id;
const text = (more: object = {}) => ({ messaging_product: 'whatsapp', to: `+${CUSTOMER}`, type: 'text', text: { body: 'hello' }, ...more });

beforeEach(async () => {
  [hooks, answers] = [[], []];
  receiver = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      hooks.push({ body: Buffer.concat(parts), signature: String(request.headers['x-hub-signature-256']) });
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const webhookUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks/whatsapp`;
  clock = createClock();
  simulator = createWhatsappSimulator({
    clock,
    webhookUrl,
    numbers: [{ phoneNumberId: '100', businessAccountId: '200', displayNumber: '15550100100', accessToken: 'token', appSecret: 'secret' }],
    log: () => {},
  });
  url = await simulator.start();
});
afterEach(async () => {
  await simulator.stop();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

test('a customer writes: one signed webhook in the platform’s shape', async () => {
  const id = write('is it 🎉 late?', { from: `+${CUSTOMER}`, name: 'Ana' });
  await until(() => hooks.length === 1);
  const { body, signature } = hooks[0]!;
  expect(signature).toBe(`sha256=${createHmac('sha256', 'secret').update(body).digest('hex')}`);
  expect(JSON.parse(body.toString())).toMatchObject({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '200',
        changes: [
          {
            field: 'messages',
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: '15550100100', phone_number_id: '100' },
              contacts: [{ profile: { name: 'Ana' }, wa_id: CUSTOMER, user_id: expect.stringMatching(/^GB\.\d+$/) }],
              messages: [{ id, from: CUSTOMER, timestamp: expect.stringMatching(/^\d{10}$/), type: 'text', text: { body: 'is it 🎉 late?' } }],
            },
          },
        ],
      },
    ],
  });
});

test('a reply is accepted, shown on the phone, and its statuses come back with our own data', async () => {
  write('hi');
  const { status, body } = await post(text({ biz_opaque_callback_data: 'ms_1' }));
  const id = body.messages![0]!.id;
  expect([status, body]).toEqual([
    200,
    { messaging_product: 'whatsapp', contacts: [{ input: `+${CUSTOMER}`, wa_id: CUSTOMER }], messages: [{ id: expect.stringMatching(/^wamid\./) }] },
  ]);
  const told = () => values().flatMap((value) => value.statuses ?? []);
  await until(() => told().length === 3);
  const statuses = told();
  expect(statuses.map((s) => s.status)).toEqual(['sent', 'delivered', 'read']);
  for (const s of statuses) expect(s).toMatchObject({ id, recipient_id: CUSTOMER, biz_opaque_callback_data: 'ms_1' });
  expect(simulator.phones.shown(`+${CUSTOMER}`).map(({ from, text: shown }) => [from, shown])).toEqual([
    ['customer', 'hi'],
    ['business', 'hello'],
  ]);
});

test.each<[string, unknown, object, number, number]>([
  ['another token', text(), { token: 'other' }, 401, 190],
  ['another number', text(), { path: '/v26.0/999/messages' }, 404, 803],
  ['no JSON', '{', {}, 400, 100],
  ['null', 'null', {}, 400, 100],
  ['a list', '[]', {}, 400, 100],
  ['no product', text({ messaging_product: undefined }), {}, 400, 100],
  ['no recipient', text({ to: undefined }), {}, 400, 131008],
  ['an unknown user id', text({ to: undefined, recipient: 'GB.1' }), {}, 400, 131009],
  ['no text', text({ text: {} }), {}, 400, 131008],
  ['too long a text', text({ text: { body: 'x'.repeat(4097) } }), {}, 400, 100],
  ['a customer who never wrote', text({ to: '+447700900999' }), {}, 400, 131047],
])('%s is refused in the platform’s words, and nothing is sent', async (_what, body, how, status, code) => {
  write('hi');
  const answer = await post(body, how);
  expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(values().some((value) => value.statuses)).toBe(false);
  expect((await post(text())).status).toBe(200); // it lives on
});

test('a webhook that is not taken comes again, the same', async () => {
  answers = [503, 500];
  write('hi');
  await until(() => hooks.length === 3);
  expect(new Set(hooks.map(({ body }) => body.toString())).size).toBe(1);
});

test('once stopped it sends nothing more, not even what was on its way to be retried', async () => {
  answers = [503];
  write('hi');
  await until(() => hooks.length === 1);
  await simulator.stop();
  await new Promise((resolve) => setTimeout(resolve, 800)); // the first retry comes after 500 ms
  expect(hooks).toHaveLength(1);
});

test('media: told in the webhook, looked up, downloaded with the token while the link lives; the id ends after 7 days', async () => {
  const bytes = Buffer.from('a picture');
  write('see', { media: [{ mimeType: 'image/png', bytes }] });
  await until(() => hooks.length === 1);
  const image = values()[0]!.messages![0]!.image as { id: string; url: string; sha256: string };
  expect(values()[0]!.messages![0]).toMatchObject({
    type: 'image',
    image: { mime_type: 'image/png', caption: 'see', sha256: createHash('sha256').update(bytes).digest('base64') },
  });
  const get = (address: string, token = 'token') => fetch(address, { headers: { authorization: `Bearer ${token}` } });
  const looked = (await (await get(`${url}/v26.0/${image.id}`)).json()) as { url: string; sha256: string; file_size: string };
  expect(looked).toMatchObject({ file_size: '9', sha256: createHash('sha256').update(bytes).digest('hex') });
  for (const link of [image.url, looked.url]) expect(await (await get(link)).text()).toBe('a picture');
  expect((await get(looked.url, 'other')).status).toBe(401);
  clock.advance(5 * 60_000 + 1000);
  expect((await get(looked.url)).status).toBe(404);
  expect((await get(`${url}/v26.0/${image.id}`)).status).toBe(200);
  clock.advance(7 * 24 * 3_600_000);
  expect((await get(`${url}/v26.0/${image.id}`)).status).toBe(404);
});

test('a day after the customer’s last message the window is closed', async () => {
  write('hi');
  clock.advance(24 * 3_600_000 + 1);
  expect(await post(text())).toMatchObject({ status: 400, body: { error: { code: 131047 } } });
});
