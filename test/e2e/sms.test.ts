import { createHmac } from 'node:crypto';
import { booksHold, ledgerOf } from '../support/books.ts';
import { type Event, remove, startGateway, type TestGateway, until } from '../support/gateway.ts';
import { AC, OWN, smsChannel } from '../support/twilio-api.ts';

const OTHER = 'AC00000000000000000000000000000002';
const CHANNELS = [smsChannel(), smsChannel({ id: 'ch_other', accountSid: OTHER, authToken: 'other-token', address: '+14155550202', tenant: 'globex' })];
const NOWHERE = { TWILIO_API_URL: 'http://127.0.0.1:9' }; // nothing listens there: what is asked of the platform fails at once
let gateway: TestGateway;
afterEach(async () => {
  await gateway.kill();
  remove(gateway);
});
const start = (over: { dir?: string; env?: Record<string, string>; port?: number } = {}) => startGateway({ channels: CHANNELS, ...over, env: { ...NOWHERE, ...over.env } });

type Form = Readonly<Record<string, string>>;
const message = (sid: string, over: Form = {}): Form => ({
  AccountSid: AC,
  MessageSid: sid,
  SmsSid: sid,
  From: '+447700900101',
  To: OWN,
  Body: `text of ${sid}`,
  NumMedia: '0',
  NumSegments: '1',
  SmsStatus: 'received',
  ApiVersion: '2010-04-01',
  ...over,
});
/** Signed as Twilio does: the address as configured, then every parameter by name. */
async function post(form: Form, { path = '/webhooks/sms', token = 'twilio-token', base = gateway.url }: { path?: string; token?: string; base?: string } = {}) {
  const data = Object.keys(form)
    .sort()
    .reduce((all, name) => all + name + form[name], base + path);
  const response = await fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': createHmac('sha1', token).update(data, 'utf8').digest('base64') },
    body: new URLSearchParams(form),
  });
  return [response.status, response.headers.get('content-type') ?? '', await response.text()] as const;
}
const settled = (wanted: number) => until(`${wanted} events`, async () => (await gateway.events()).length >= wanted);
const kinds = (events: readonly Event[]) => events.map((e) => [e.type, e.data.message?.platformId ?? e.data.status ?? e.data.code]);

test('one effect: at once, after a restart, on both paths, with a parameter more; empty TwiML each time', async () => {
  gateway = await start();
  const same = message('SM1');
  const answers = await Promise.all(Array.from({ length: 50 }, () => post(same)));
  expect(new Set(answers.map((a) => a.join(' ')))).toEqual(new Set(['200 text/xml; charset=utf-8 <?xml version="1.0" encoding="UTF-8"?><Response/>']));
  await settled(1);
  await gateway.kill('SIGTERM');
  gateway = await start({ dir: gateway.dir });
  expect((await post(same))[0]).toBe(200);
  expect((await post(same, { path: '/webhooks/sms/ch_sms' }))[0]).toBe(200);
  expect((await post({ ...same, NewParameter: 'of tomorrow' }))[0]).toBe(200);
  await post(message('SM2', { Body: 'STOP' }));
  await post(message('SM2', { Body: 'STOP' }));
  await settled(3);
  const books = await booksHold(gateway);
  expect(kinds(await gateway.events())).toEqual([
    ['message.received', 'SM1'],
    ['message.received', 'SM2'],
    ['contact.consent', undefined],
  ]);
  expect(books.channels.find((c) => c.channel === 'ch_sms')).toMatchObject({ elements: 57, published: 3, duplicate: 54 });
  // What the customer said is asked before a send.
  const reply = { channel: 'ch_sms', to: { phone: message('SM2').From }, content: { type: 'text', text: 'still there?' }, sendAt: new Date(Date.now() + 3_600_000).toISOString() };
  expect((await gateway.call('/v1/messages', { method: 'POST', body: reply })).json).toMatchObject({ status: 422, code: 'not_opted_in' });
  await post(message('SM3', { Body: 'START' }));
  await until('opted in again', async () => (await gateway.call('/v1/messages', { method: 'POST', body: reply })).status === 202);
});

test("AccountSid, To and the key are of one channel, or it is nobody's", async () => {
  gateway = await start();
  expect((await post(message('SM1'), { token: 'other-token' }))[0]).toBe(200); // signed by the other account, naming ours
  expect((await post(message('SM2', { To: '+14155559999' })))[0]).toBe(200);
  expect((await post(message('SM3'), { token: 'nobody' }))[0]).toBe(401);
  expect((await post(message('SM4'), { token: 'other-token', path: '/webhooks/sms/ch_sms' }))[0]).toBe(401);
  await settled(2);
  expect(kinds(await gateway.events())).toEqual([
    ['webhook.rejected', 'wrong_key'],
    ['webhook.rejected', 'unknown_channel'],
  ]);
  expect((await booksHold(gateway)).channels.map((c) => [c.channel, c.deadLettered])).toEqual([['unrouted', 2]]);
});

test('statuses: 204, in any order one end, repeated ones absorbed, interim ones too', async () => {
  gateway = await start();
  const status = (word: string, over: Form = {}) =>
    post(
      { AccountSid: AC, MessageSid: 'SMx', SmsSid: 'SMx', MessageStatus: word, SmsStatus: word, From: OWN, To: '+447700900101', ApiVersion: '2010-04-01', ...over },
      { path: '/webhooks/sms/status' },
    );
  expect(await status('delivered')).toEqual([204, 'text/xml; charset=utf-8', '']);
  for (const word of ['queued', 'sending', 'sent', 'delivered', 'sent']) expect((await status(word))[0]).toBe(204);
  expect((await status('teleported'))[0]).toBe(204);
  await until('split', async () => (await ledgerOf(gateway)).journals.every((j) => j.split === 7));
  const books = await booksHold(gateway);
  expect(books.channels.find((c) => c.channel === 'ch_sms')).toMatchObject({ elements: 7, waiting: 2, duplicate: 2, absorbed: { interim_status: 2 }, deadLettered: 1 });
});

test('PUBLIC_URL was mistyped: the refused webhook says what was signed as what, and verifies once it is mended', async () => {
  gateway = await start({ env: { PUBLIC_URL: 'https://mistyped.example' } });
  const signed = { base: 'https://gw.example' };
  expect((await post(message('SM1'), signed))[0]).toBe(401);
  const list = async () => ((await gateway.call('/v1/refused-webhooks')).json as unknown as { refused: { id: string; signedAs: string; advice: string }[] }).refused;
  expect(await list()).toMatchObject([{ signedAs: 'https://mistyped.example/webhooks/sms', advice: expect.stringContaining('PUBLIC_URL') as string }]);
  const [refused] = await list();
  await gateway.kill('SIGTERM');
  gateway = await start({ dir: gateway.dir, env: { PUBLIC_URL: 'https://gw.example' } });
  expect((await gateway.call(`/v1/refused-webhooks/${refused?.id}/verify`, { method: 'POST' })).json).toMatchObject({ state: 'accepted' });
  await settled(1);
  expect(kinds(await gateway.events())).toEqual([['message.received', 'SM1']]);
});
