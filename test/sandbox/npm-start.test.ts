import { createAdapters } from '../../adapters/index.ts';
import { remove, startGateway, type TestGateway, until } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  // As `npm start` without any setting, but for ports that are free.
  gateway = await startGateway({ env: { CHANNELS_FILE: '', PUBLIC_URL: '', PORT: '0' } });
});
afterAll(async () => {
  await gateway.kill();
  remove(gateway);
});
const shown = async (platform: string, phone: string) =>
  ((await gateway.call(`/sandbox/${platform}/messages?phone=${encodeURIComponent(phone)}`)).json as { messages: { from: string; text: string }[] }).messages.map((m) => [
    m.from,
    m.text,
  ]);
const write = (platform: string, body: unknown) => gateway.call(`/sandbox/${platform}/messages`, { method: 'POST', body });

test('three platforms, four channels', async () => {
  const { json } = await gateway.call('/v1/channels');
  expect((json as { channels: { type: string; tenant: string }[] }).channels.map((c) => `${c.tenant} ${c.type}`).sort()).toEqual([
    'sandbox instagram',
    'sandbox messenger',
    'sandbox sms',
    'sandbox whatsapp',
  ]);
});

const CHANNELS = [
  ['whatsapp', 'meta'],
  ['messenger', 'meta'],
  ['instagram', 'meta'],
  ['sms', 'twilio'],
] as const;
const carried = CHANNELS.filter(([type, provider]) => createAdapters().of(type, provider) !== undefined);
test.each(carried)('the echo desk answers on %s', async (platform) => {
  const { status, json } = await write(platform, { from: '+447700900123', text: 'Is my parcel late? é 🎉', name: 'Ana' });
  expect([status, json]).toEqual([202, { id: expect.any(String), customer: expect.any(String) }]);
  const whole = [
    ['customer', 'Is my parcel late? é 🎉'],
    ['business', 'You wrote: Is my parcel late? é 🎉'],
  ];
  await until('the answer', async () => (await shown(platform, '+447700900123')).length === 2);
  expect(await shown(platform, '+447700900123')).toEqual(whole);
  const sent = async () =>
    ((await gateway.call(`/v1/messages?direction=outbound&channel=ch_sandbox_${platform}`)).json as { messages: { status: string }[] }).messages.map((m) => m.status);
  await until('its statuses', async () => /^(delivered|read)$/.test((await sent())[0] ?? ''));
});

test('with PORT=0 callbacks name the port that was given', async () => {
  const body = { channel: 'ch_sandbox_sms', to: { phone: '+447700900125' }, content: { type: 'text', text: 'a' } };
  const { json } = await gateway.call('/v1/messages/preview', { method: 'POST', body });
  const [call] = (json as { calls: { body: string }[] }).calls;
  expect(new URL(new URLSearchParams(call!.body).get('StatusCallback')!).port).toMatch(/^[1-9]\d+$/);
});

test.each<[string, string, unknown, number]>([
  ['no such platform', 'pigeon', { from: '+447700900123', text: 'a' }, 404],
  ['no sender', 'sms', { text: 'a' }, 400],
  ['neither text nor medium', 'sms', { from: '+447700900123' }, 400],
  ['a medium that is no base64', 'whatsapp', { from: '+447700900123', media: [{ mimeType: 'image/png', base64: '%' }] }, 400],
  ['null', 'sms', null, 400],
])('%s is refused', async (_what, platform, body, status) => {
  expect((await write(platform, body)).status).toBe(status);
});

test('a medium may be larger than what the API takes', async () => {
  const base64 = Buffer.alloc(2_000_000, 1).toString('base64');
  expect((await write('whatsapp', { from: '+447700900124', text: 'see', media: [{ mimeType: 'image/png', base64 }] })).status).toBe(202);
  expect(await shown('whatsapp', '447700900124')).toEqual([['customer', 'see']]);
});

test('a PUBLIC_URL that leads here only from outside, with a path of its own: SMS is signed for it and comes all the same', async () => {
  const behind = await startGateway({ env: { CHANNELS_FILE: '', PUBLIC_URL: 'https://gateway.example.org/hooks' } });
  try {
    await behind.call('/sandbox/sms/messages', { method: 'POST', body: { from: '+447700900123', text: 'hi' } });
    const first = async () => ((await behind.call('/v1/messages?direction=outbound')).json as { messages: { status: string }[] }).messages[0]?.status;
    await until('its last callback', async () => (await first()) === 'delivered');
  } finally {
    await behind.kill();
    remove(behind);
  }
});
