import twilio from 'twilio';
import { type Clock, createClock } from '../../src/sandbox/core/clock.ts';
import { segmentsOf } from '../../src/sandbox/twilio/segments.ts';
import { createTwilioSimulator, type TwilioSimulator } from '../../src/sandbox/twilio/simulator.ts';
import { until } from '../support/gateway.ts';
import { type Receiver, startReceiver } from '../support/webhook-receiver.ts';

const SID = `AC${'0'.repeat(31)}1`;
const SERVICE = `MG${'0'.repeat(31)}1`;
const [OWN, BY_SERVICE, CUSTOMER] = ['+14155550101', '+14155550102', '+447700900123'];
const senders = [
  { accountSid: SID, authToken: 'token', apiKey: 'SK1', apiSecret: 'key-secret', address: OWN },
  { accountSid: SID, authToken: 'token', address: BY_SERVICE, messagingServiceSid: SERVICE },
];
let receiver: Receiver;
let clock: Clock;
let simulator: TwilioSimulator;
let url: string;
let failed: number;
const HOOK = '/webhooks/sms?a=1&b=%20x';
beforeEach(async () => {
  receiver = await startReceiver();
  clock = createClock();
  failed = 0;
  simulator = createTwilioSimulator({ senders, webhookUrl: receiver.url + HOOK, clock, log: () => failed++ });
  url = await simulator.start();
});
afterEach(async () => {
  await simulator.stop();
  await receiver.close().catch(() => {});
});

/** The real library; only the host is another. */
function libraryAs(user: string, password: string) {
  const real = new twilio.RequestClient();
  const httpClient = { request: (asked: { uri: string }) => real.request({ ...asked, uri: asked.uri.replace('https://api.twilio.com', url) } as never) };
  return twilio(user, password, { accountSid: SID, httpClient: httpClient as never });
}
const library = () => libraryAs(SID, 'token');
const write = (text: string, more: object = {}) => simulator.phones.write({ from: CUSTOMER, text, media: [], ...more });
const formOf = (i: number) => Object.fromEntries(new URLSearchParams(receiver.hooks[i]!.body));
const statuses = () => receiver.hooks.map(({ body }) => new URLSearchParams(body).get('MessageStatus')).filter(Boolean);

test('a customer writes: a form with its empty parameters, signed so that the real library verifies it', async () => {
  const { id } = write('Hello café 😀 ');
  await until('the webhook', async () => receiver.hooks.length === 1);
  const form = formOf(0);
  expect(receiver.hooks[0]!.path).toBe(HOOK);
  expect(form).toMatchObject({ MessageSid: id, AccountSid: SID, From: CUSTOMER, To: OWN, Body: 'Hello café 😀 ', SmsStatus: 'received', NumMedia: '0', ToCity: '' });
  const signature = String(receiver.hooks[0]!.headers['x-twilio-signature']);
  expect(twilio.validateRequest('token', signature, receiver.url + HOOK, form)).toBe(true);
  expect(twilio.validateRequest('token', signature, receiver.url + HOOK, { ...form, Body: 'x' })).toBe(false);
});

test('a message by the library: queued, then sent and delivered, each called back under the address of this message', async () => {
  const callback = `${receiver.url}/status?mid=ms_1.1.1#rc=5&rp=ct,rt,5xx`;
  const made = await library().messages.create({ to: CUSTOMER, from: OWN, body: 'It left today.', statusCallback: callback });
  expect(made).toMatchObject({ status: 'queued', direction: 'outbound-api', numSegments: '1', numMedia: '0', from: OWN, to: CUSTOMER });
  await until('both callbacks', async () => receiver.hooks.length === 2);
  expect(statuses()).toEqual(['sent', 'delivered']);
  for (const [i, hook] of receiver.hooks.entries()) {
    expect(hook.path).toBe('/status?mid=ms_1.1.1');
    expect(twilio.validateRequest('token', String(hook.headers['x-twilio-signature']), `${receiver.url}/status?mid=ms_1.1.1`, formOf(i))).toBe(true);
    expect(formOf(i)).toMatchObject({ MessageSid: made.sid, From: OWN, To: CUSTOMER });
  }
  expect(await library().messages(made.sid).fetch()).toMatchObject({ status: 'delivered', body: 'It left today.' });
  expect(simulator.phones.shown(CUSTOMER).map((s) => s.text)).toEqual(['It left today.']);
});

test('by a Messaging Service: accepted without a sender, then queued, sent, delivered', async () => {
  const made = await library().messages.create({ to: CUSTOMER, messagingServiceSid: SERVICE, body: 'a', statusCallback: `${receiver.url}/status` });
  expect(made).toMatchObject({ status: 'accepted', from: null, numSegments: '0' });
  await until('the callbacks', async () => receiver.hooks.length === 3);
  expect(statuses()).toEqual(['queued', 'sent', 'delivered']);
  expect(formOf(2)).toMatchObject({ From: BY_SERVICE, MessagingServiceSid: SERVICE });
});

test.each<[string, Record<string, string | string[] | undefined>, number]>([
  ['no To', { To: undefined }, 21604],
  ['a To that is no number', { To: '12' }, 21211],
  ['To is From', { To: OWN }, 21211],
  ['no sender', { From: undefined }, 21603],
  ['another’s number', { From: '+14155559999' }, 21606],
  ['an unknown service', { From: undefined, MessagingServiceSid: 'MGx' }, 21705],
  ['another channel', { To: `whatsapp:${CUSTOMER}` }, 21910],
  ['no body', { Body: undefined }, 21602],
  ['1601 characters', { Body: 'x'.repeat(1601) }, 21617],
  ['eleven media', { MediaUrl: Array.from({ length: 11 }, () => 'https://x.test/a.png') }, 21623],
  ['a medium that is no URL', { MediaUrl: ['file:///etc/passwd'] }, 21620],
  ['a callback that is no URL', { StatusCallback: 'nowhere' }, 21609],
  ['a callback to a host with underscore', { StatusCallback: 'https://a_b.test/' }, 21609],
  ['a validity of 11 hours', { ValidityPeriod: '39600' }, 21624],
])('%s is refused with %s', async (_what, more, code) => {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries({ To: CUSTOMER, From: OWN, Body: 'a', ...more })) for (const v of [value].flat()) if (v !== undefined) form.append(name, v);
  const headers = { authorization: `Basic ${Buffer.from(`${SID}:token`).toString('base64')}`, 'content-type': 'application/x-www-form-urlencoded' };
  const response = await fetch(`${url}/2010-04-01/Accounts/${SID}/Messages.json`, { method: 'POST', headers, body: form });
  expect([response.status, await response.json()]).toEqual([400, { code, message: expect.any(String), status: 400, more_info: `https://www.twilio.com/docs/errors/${code}` }]);
  await new Promise((resolve) => setTimeout(resolve, 120));
  expect(simulator.phones.shown(CUSTOMER)).toEqual([]);
});

test('authentication: the account’s token or an API key; else 20003', async () => {
  expect((await libraryAs('SK1', 'key-secret').messages.create({ to: CUSTOMER, from: OWN, body: 'a' })).sid).toMatch(/^SM/);
  await expect(libraryAs(SID, 'wrong').messages.list()).rejects.toMatchObject({ status: 401, code: 20003 });
});

test('STOP: Twilio answers itself, calls the webhook all the same, and refuses what we send, until START', async () => {
  write('stop');
  await until('the webhook', async () => receiver.hooks.length === 1);
  expect(simulator.phones.shown(CUSTOMER).map((s) => [s.from, s.text.slice(0, 21)])).toEqual([
    ['customer', 'stop'],
    ['business', 'You have successfully'],
  ]);
  await expect(library().messages.create({ to: CUSTOMER, from: OWN, body: 'a' })).rejects.toMatchObject({ status: 400, code: 21610 });
  write('START');
  expect((await library().messages.create({ to: CUSTOMER, from: OWN, body: 'a' })).status).toBe('queued');
});

test('what our answer to a webhook says is sent to the customer', async () => {
  receiver.answers.push(
    { status: 200, type: 'text/plain', body: 'OK' },
    { status: 200, type: 'text/xml', body: '<Response><Message>a &amp; b</Message></Response>' },
    { status: 200, type: 'text/xml', body: '<Response/>' },
  );
  for (const text of ['1', '2', '3']) write(text);
  await until('the webhooks', async () => receiver.hooks.length === 3 && simulator.phones.shown(CUSTOMER).length === 5);
  expect(
    simulator.phones
      .shown(CUSTOMER)
      .filter((s) => s.from === 'business')
      .map((s) => s.text),
  ).toEqual(['OK', 'a & b']);
});

test.each<[string, string, { status: number }[], number]>([
  ['a 500 is not tried again', '', [{ status: 500 }], 1],
  ['a 500 is tried again where the address says so', '#rc=2&rp=5xx', [{ status: 500 }, { status: 503 }], 3],
  ['and no oftener', '#rc=1&rp=5xx', [{ status: 500 }, { status: 503 }], 2],
  ['a 4xx is none of 5xx', '#rc=2&rp=5xx', [{ status: 404 }], 1],
])('callbacks: %s', async (_what, fragment, answers, tries) => {
  receiver.answers.push(...answers);
  await library().messages.create({ to: CUSTOMER, from: OWN, body: 'a', statusCallback: `${receiver.url}/s${fragment}` });
  await until('the callbacks', async () => statuses().includes('delivered'));
  expect(statuses()).toEqual([...Array.from({ length: tries }, () => 'sent'), 'delivered']);
  const tokens = receiver.hooks.map(({ headers }) => headers['i-twilio-idempotency-token']);
  expect(new Set(tokens.slice(0, tries)).size).toBe(1);
  expect(tokens.at(-1)).not.toBe(tokens[0]);
});

test('500 messages while the webhook is away are listed, the newest first, page by page, by number and by day', async () => {
  await receiver.close();
  const sids = Array.from({ length: 500 }, (_, i) => {
    clock.advance(1200);
    return write(`message ${i}`, { from: `+4477009${String(i % 100).padStart(5, '0')}` }).id;
  });
  const all = await library().messages.list({ to: OWN, pageSize: 200 });
  expect(all.map((m) => m.sid)).toEqual([...sids].reverse());
  expect(all[0]).toMatchObject({ direction: 'inbound', status: 'received', to: OWN, body: 'message 499' });
  const firstDay = all.at(-1)!.dateSent; // a day counts whole, whatever time is given
  const day = (n: number) => new Date(firstDay.getTime() + n * 86_400_000);
  expect(await library().messages.list({ to: OWN, from: '+447700900007' })).toHaveLength(5);
  expect(await library().messages.list({ to: OWN, dateSentAfter: day(2) })).toEqual([]);
  expect(await library().messages.list({ to: OWN, dateSentAfter: new Date(`${firstDay.toISOString().slice(0, 10)}T23:59:59Z`) })).toHaveLength(500);
  expect(await library().messages.list({ to: OWN, dateSentBefore: day(-1) })).toEqual([]);
  await until('each was tried twice', async () => failed === 1000);
  await receiver.open();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(receiver.hooks).toHaveLength(0); // Twilio does not come back
});

test('a page goes on where the last one ended, whatever came meanwhile', async () => {
  for (const text of ['1', '2', '3', '4']) write(text);
  const first = await library().messages.page({ pageSize: 2 });
  write('5');
  const second = await library().messages.getPage(
    url.replace(/.*/, 'https://api.twilio.com') + String((first as unknown as { _payload: { next_page_uri: string } })._payload.next_page_uri),
  );
  expect([first, second].map((p) => p.instances.map((m) => m.body))).toEqual([
    ['4', '3'],
    ['2', '1'],
  ]);
});

test('media: told with API addresses, which need Basic authentication and redirect to the bytes', async () => {
  write('', { media: [{ mimeType: 'image/jpeg', bytes: Buffer.from('jpeg') }] });
  await until('the webhook', async () => receiver.hooks.length === 1);
  const form = formOf(0);
  expect(form).toMatchObject({ NumMedia: '1', Body: '', MediaContentType0: 'image/jpeg', MessageSid: expect.stringMatching(/^MM/) });
  expect((await fetch(form.MediaUrl0!)).status).toBe(401);
  const headers = { authorization: `Basic ${Buffer.from(`${SID}:token`).toString('base64')}` };
  const redirect = await fetch(form.MediaUrl0!, { headers, redirect: 'manual' });
  expect(redirect.status).toBe(302);
  const link = redirect.headers.get('location')!;
  expect(await (await fetch(link)).text()).toBe('jpeg');
  clock.advance(4 * 3_600_000 + 1);
  expect((await fetch(link)).status).toBe(403);
  expect(await library().messages(form.MessageSid!).media.list()).toMatchObject([{ contentType: 'image/jpeg', parentSid: form.MessageSid }]);
});

test('a number takes ten segments a second', async () => {
  const started = Date.now();
  await Promise.all(['a'.repeat(161), 'b', 'c'].map((body) => library().messages.create({ to: CUSTOMER, from: OWN, body, statusCallback: `${receiver.url}/s` })));
  await until('all sent', async () => statuses().filter((s) => s === 'sent').length === 3);
  expect(Date.now() - started).toBeGreaterThanOrEqual(200);
});

test.each<[string, string, 'gsm-7' | 'ucs-2', number]>([
  ['one of 160', 'a'.repeat(160), 'gsm-7', 1],
  ['161', 'a'.repeat(161), 'gsm-7', 2],
  ['a euro is two', `${'a'.repeat(159)}€`, 'gsm-7', 2],
  ['a euro is not cut', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 'gsm-7', 3],
  ['35 emoji', '😀'.repeat(35), 'ucs-2', 1],
  ['36 emoji', '😀'.repeat(36), 'ucs-2', 2],
  ['67 emoji', '😀'.repeat(67), 'ucs-2', 3],
  ['lower-case c with cedilla', 'ç', 'ucs-2', 1],
  ['1600 Cyrillic', 'я'.repeat(1600), 'ucs-2', 24],
])('segments: %s', (_what, text, encoding, count) => expect(segmentsOf(text)).toEqual({ encoding, count }));
