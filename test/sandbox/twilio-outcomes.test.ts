import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { smartEncoded } from '../../src/sandbox/twilio/smart-encoding.ts';
import { frozenClock } from '../support/frozen-clock.ts';
import { BRITISH, BY_SERVICE, CUSTOMER, OWN, RCS, SERVICE, SID, senders, startTwilioPlatform, TOLL_FREE, type TwilioPlatform, WHATSAPP } from '../support/twilio-platform.ts';

let platform: TwilioPlatform;
beforeEach(async () => {
  platform = await startTwilioPlatform();
});
afterEach(() => platform.stop());
const callback = () => `${platform.receiver.url}/status`;
const send = async (form: Record<string, string | string[] | undefined>) => {
  const { status, json } = await platform.post({ StatusCallback: callback(), ...form });
  expect(status).toBe(201);
  return json as Record<string, string> & { sid: string };
};
const line = (forms: Record<string, string>[]) => forms.map((f) => [f.MessageStatus, f.ErrorCode].filter(Boolean).join(' '));

test.each<[string, string, string[]]>([
  ['a handset that is off', '+14155530003', ['sent', 'undelivered 30003']],
  ['one who blocks', '+14155530004', ['sent', 'undelivered 30004']],
  ['nobody’s number', '+14155530005', ['sent', 'undelivered 30005']],
  ['a landline', '+14155530006', ['sent', 'undelivered 30006']],
  ['a carrier that filters', '+14155530007', ['sent', 'undelivered 30007']],
  ['an account suspended meanwhile', '+14155530002', ['failed 30002']],
  ['no receipt ever', '+14155590001', ['sent']],
  ['receipts reversed', '+14155590002', ['delivered', 'sent']],
  ['delivered after all', '+14155590003', ['sent', 'undelivered 30008', 'delivered']],
  ['every step told', '+14155590004', ['sending', 'sent', 'delivered']],
  ['a channel’s code on SMS', '+14155563024', ['sent', 'delivered']],
])('by the recipient’s last digits: %s', async (_what, to, statuses) => {
  const { sid } = await send({ To: to });
  expect(line(await platform.statuses(sid, statuses.length))).toEqual(statuses);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(line(await platform.statuses(sid, statuses.length))).toEqual(statuses);
});

test('a receipt of the carrier has its minute; no callback of SMS names a channel', async () => {
  const { sid } = await send({});
  const [sent, delivered] = await platform.statuses(sid, 2);
  expect(sent).not.toHaveProperty('RawDlrDoneDate');
  expect(delivered).toEqual({
    AccountSid: SID,
    MessageSid: sid,
    SmsSid: sid,
    MessageStatus: 'delivered',
    SmsStatus: 'delivered',
    From: OWN,
    To: CUSTOMER,
    ApiVersion: '2010-04-01',
    RawDlrDoneDate: expect.stringMatching(/^\d{10}$/),
  });
});

describe('WhatsApp and RCS', () => {
  const to = `whatsapp:${CUSTOMER}`;
  test('free text within a day of what the customer wrote, a template at any time', async () => {
    const text = { From: WHATSAPP, To: to };
    expect(line(await platform.statuses((await send(text)).sid, 1))).toEqual(['failed 63016']);
    platform.write('hi', WHATSAPP);
    const { sid } = await send(text);
    const [, delivered] = await platform.statuses(sid, 2);
    expect(delivered).toMatchObject({
      MessageStatus: 'delivered',
      ChannelPrefix: 'whatsapp',
      EventType: 'DELIVERED',
      ChannelToAddress: '+1415555XXXX',
      ChannelInstallSid: expect.stringMatching(/^XE/),
    });
    expect((await platform.lever('sms/acts', { from: CUSTOMER, to: WHATSAPP, act: 'read', sid })).status).toBe(202);
    expect((await platform.statuses(sid, 3)).at(-1)).toMatchObject({ MessageStatus: 'read', EventType: 'READ' });
    platform.clock.advance(24 * 3_600_000 + 1);
    expect(line(await platform.statuses((await send(text)).sid, 1))).toEqual(['failed 63016']);
    const content = await platform.library().content.v1.contents.create({ friendlyName: 'a', language: 'en', types: { 'twilio/text': { body: 'Hi' } } } as never);
    expect(line(await platform.statuses((await send({ ...text, Body: undefined, ContentSid: content.sid })).sid, 2))).toEqual(['sent', 'delivered']);
  });

  test.each<[string, string, string, string[]]>([
    ['no WhatsApp user', WHATSAPP, 'whatsapp:+14155563003', ['sent', 'undelivered 63003']],
    ['no RCS on the phone', RCS, 'rcs:+14155563036', ['sent', 'undelivered 63036']],
  ])('%s', async (_what, From, To, statuses) => {
    platform.simulator.phones.write({ from: To, text: 'hi', media: [], to: From });
    const { sid } = await send({ From, To });
    const told = await platform.statuses(sid, 2);
    expect(line(told)).toEqual(statuses);
    expect(told.at(-1)).toMatchObject({ ChannelStatusMessage: expect.stringContaining('63') });
  });
});

describe('media', () => {
  const MB = 1024 * 1024;
  const FILES: Record<string, [string, number]> = {
    '/a.jpg': ['image/jpeg', 3 * MB],
    '/6.jpg': ['image/jpeg', 6 * MB],
    '/a.pdf': ['application/pdf', 600 * 1024],
    '/a.wav': ['audio/wav', 10],
    '/a.ogg': ['audio/ogg', 10],
  };
  const server = createServer((request, response) => {
    const [type, size] = FILES[request.url ?? ''] ?? ['', 0];
    response.writeHead(size ? 200 : 403, { 'content-type': type }).end(Buffer.alloc(size));
  });
  let files: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    files = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());
  const whatsapp = { From: WHATSAPP, To: `whatsapp:${CUSTOMER}` };

  test.each<[string, object, string[], string[]]>([
    ['a picture by MMS', {}, ['/a.jpg'], ['sent', 'delivered']],
    ['pictures over 5 MB together', {}, ['/a.jpg', '/a.jpg'], ['failed 30019']],
    ['another file over 500 kB', {}, ['/a.pdf'], ['failed 30019']],
    ['a file that is not given to Twilio', {}, ['/none'], ['failed 11200']],
    ['a number abroad', { To: '+447700900123' }, ['/a.jpg'], ['failed 30011']],
    ['a voice note on WhatsApp', whatsapp, ['/a.ogg'], ['sent', 'delivered']],
    ['a sound that WhatsApp has not', whatsapp, ['/a.wav'], ['failed 63021']],
    ['two on WhatsApp', whatsapp, ['/a.ogg', '/a.ogg'], ['failed 63021']],
    ['a picture over 5 MB on WhatsApp', whatsapp, ['/6.jpg'], ['failed 63034']],
    ['a file that is not given to WhatsApp', whatsapp, ['/none'], ['failed 63019']],
  ])('%s', async (_what, form, paths, statuses) => {
    platform.write('hi', WHATSAPP);
    const made = await send({ ...form, MediaUrl: paths.map((p) => files + p) });
    expect(made).toMatchObject({ sid: expect.stringMatching(/^MM/), num_media: String(paths.length), num_segments: '1' });
    expect(line(await platform.statuses(made.sid, statuses.length))).toEqual(statuses);
  });

  test('by a service abroad: a link in the text', async () => {
    const { sid } = await send({ From: undefined, MessagingServiceSid: SERVICE, To: '+447700900123', MediaUrl: `${files}/a.jpg` });
    expect(line(await platform.statuses(sid, 3))).toEqual(['queued', 'sent', 'delivered']);
    expect(await platform.library().messages(sid).fetch()).toMatchObject({ body: `hello\n${files}/a.jpg`, numMedia: '0' });
  });

  test('what was sent is listed, fetched and deleted', async () => {
    const { sid } = await send({ MediaUrl: `${files}/a.jpg` });
    await platform.statuses(sid, 2);
    const [medium] = await platform.library().messages(sid).media.list();
    expect(medium).toMatchObject({ contentType: 'image/jpeg', parentSid: sid });
    expect(await platform.library().messages(sid).media(medium!.sid).remove()).toBe(true);
    expect(await platform.library().messages(sid).media.list()).toEqual([]);
    await expect(platform.library().messages(sid).media(medium!.sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
  });
});

describe('queues', () => {
  const startFrozen = async () => {
    await platform.stop();
    platform = await startTwilioPlatform({ clock: frozenClock() });
  };
  test.each<[string, string, string, number]>([
    ['a long code', OWN, CUSTOMER, 10],
    ['a toll-free number', TOLL_FREE, CUSTOMER, 3],
    ['a British number', BRITISH, '+447700900123', 10],
    ['an RCS agent', RCS, `rcs:${CUSTOMER}`, 100],
  ])('%s: so many segments a second', async (_what, From, To, perSecond) => {
    await startFrozen();
    for (let i = 0; i < perSecond + 5; i++) await send({ From, To, StatusCallback: undefined });
    platform.clock.advance(1019); // the first starts after 20 ms
    const states = (await platform.library().messages.list({ from: From })).map((m) => m.status);
    const started = states.filter((s) => s !== 'queued').length;
    expect(started).toBe(perSecond);
  });

  test('ten hours of segments; then 21611 from a number, 30001 by a service', async () => {
    await platform.stop();
    const slow = 1 / 3600; // a segment an hour: ten are a full queue
    platform = await startTwilioPlatform({ clock: frozenClock(), senders: senders.map((s) => ({ ...s, perSecond: slow })) });
    for (let i = 0; i < 10; i++) await send({ StatusCallback: undefined, ValidityPeriod: '36000' });
    expect((await platform.post({})).json.code).toBe(21611);
    const byService = { From: undefined, MessagingServiceSid: SERVICE };
    for (let i = 0; i < 10; i++) await send({ ...byService, StatusCallback: undefined });
    const { sid } = await send(byService);
    platform.clock.advance(1000);
    expect(line(await platform.statuses(sid, 1))).toEqual(['failed 30001']);
  });

  test('what waits longer than it may fails with 30036', async () => {
    await startFrozen();
    for (let i = 0; i < 30; i++) await send({ StatusCallback: undefined });
    const { sid } = await send({ ValidityPeriod: '2' });
    platform.clock.advance(2000);
    expect(line(await platform.statuses(sid, 1))).toEqual(['failed 30036']);
  });
});

describe('schedules', () => {
  const at = (ms: number) => new Date(platform.clock.now() + ms);
  const schedule = () =>
    platform.library().messages.create({ to: CUSTOMER, messagingServiceSid: SERVICE, body: 'later', scheduleType: 'fixed', sendAt: at(3_600_000), statusCallback: callback() });

  test('sent at its time', async () => {
    const made = await schedule();
    expect(made).toMatchObject({ status: 'scheduled', from: null });
    platform.clock.advance(3_500_000);
    expect((await platform.library().messages(made.sid).fetch()).status).toBe('scheduled');
    platform.clock.advance(101_000);
    expect(line(await platform.statuses(made.sid, 3))).toEqual(['queued', 'sent', 'delivered']);
    await expect(platform.library().messages(made.sid).update({ status: 'canceled' })).rejects.toMatchObject({ status: 409, code: 30409 });
  });

  test('cancelled before it: told, and never sent', async () => {
    const made = await schedule();
    expect((await platform.library().messages(made.sid).update({ status: 'canceled' })).status).toBe('canceled');
    platform.clock.advance(7_200_000);
    expect(line(await platform.statuses(made.sid, 1))).toEqual(['canceled']);
    expect(platform.simulator.phones.shown(CUSTOMER)).toEqual([]);
  });
});

describe('services', () => {
  const STATUS = '/by-service';
  const startWith = async (service: object) => {
    await platform.stop();
    const pool = ['+14155550111', '+14155550112'].map((address) => ({ accountSid: SID, authToken: 'token', address, messagingServiceSid: SERVICE }));
    platform = await startTwilioPlatform({ senders: [...senders, ...pool], services: [{ sid: SERVICE, accountSid: SID, ...service }] });
  };
  const byService = (more: Record<string, string | undefined> = {}) => ({ From: undefined, MessagingServiceSid: SERVICE, StatusCallback: undefined, ...more });

  test('its callback is asked where the call names none, and its smart encoding counts', async () => {
    await startWith({ smartEncoding: true, statusCallback: 'http://127.0.0.1:1/' });
    await platform
      .library()
      .messaging.v1.services(SERVICE)
      .update({ statusCallback: platform.receiver.url + STATUS });
    const { sid, body } = await send(byService({ Body: '“Hello” – it’s…' }));
    expect(body).toBe('"Hello" - it\'s...');
    expect((await platform.statuses(sid, 3)).at(-1)).toMatchObject({ MessagingServiceSid: SERVICE, From: BY_SERVICE });
    expect(platform.receiver.hooks.map((h) => h.path)).toEqual([STATUS, STATUS, STATUS]);
    const named = await send(byService({ StatusCallback: callback() }));
    await platform.statuses(named.sid, 3);
    expect(platform.receiver.hooks.slice(3).map((h) => h.path)).toEqual(['/status', '/status', '/status']);
    expect((await send(byService({ Body: '“a”', SmartEncoded: 'false' }))).body).toBe('“a”');
  });

  test('an RCS sender in the pool is the first try; where the phone has no RCS the number sends, and From alone tells it', async () => {
    await platform.stop();
    platform = await startTwilioPlatform({ senders: [...senders, { accountSid: SID, authToken: 'token', address: 'rcs:shop', messagingServiceSid: SERVICE }] });
    const [by, fell] = [await send(byService({ StatusCallback: callback() })), await send(byService({ To: '+14155563036', StatusCallback: callback() }))];
    expect((await platform.statuses(by.sid, 3)).at(-1)).toMatchObject({ MessageStatus: 'delivered', From: 'rcs:shop', To: CUSTOMER, ChannelPrefix: 'rcs' });
    const last = (await platform.statuses(fell.sid, 3)).at(-1);
    expect(last).toMatchObject({ MessageStatus: 'delivered', From: BY_SERVICE });
    expect(last).not.toHaveProperty('ChannelPrefix');
    const named = await send(byService({ To: '+14155563036', FallbackFrom: OWN, StatusCallback: callback() }));
    expect((await platform.statuses(named.sid, 3)).at(-1)).toMatchObject({ From: OWN });
  });

  test('the number named is kept by the service for this customer', async () => {
    await startWith({});
    await send({ From: '+14155550112', MessagingServiceSid: SERVICE });
    const { sid } = await send(byService({ StatusCallback: callback() }));
    expect((await platform.statuses(sid, 1))[0]!.From).toBe('+14155550112');
  });
});

test('an application’s callback; a message for test credentials is neither sent nor called back', async () => {
  await platform.stop();
  const AP = `AP${'0'.repeat(32)}`;
  platform = await startTwilioPlatform({ accounts: [{ sid: SID, authToken: 'token', applications: { [AP]: 'http://127.0.0.1:1/' } }] });
  const magic = await send({ From: '+15005550006' });
  const { sid } = await send({ ApplicationSid: AP });
  await platform.statuses(sid, 2);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(platform.forms().filter((f) => f.MessageSid === magic.sid)).toEqual([]);
  expect(platform.simulator.phones.shown(CUSTOMER)).toHaveLength(1);
});

test.each<[string, string, string]>([
  ['quotes and dashes', '“a” ‘b’ – c…', '"a" \'b\' - c...'],
  ['blanks and nothings', 'a\u00a0b\u200bc', 'a  bc'],
  ['full-width forms', 'ＡＢ１', 'AB1'],
  ['what stays', 'ç 😀 я é', 'ç 😀 я é'],
])('smart encoding: %s', (_what, text, encoded) => expect(smartEncoded(text)).toBe(encoded));
