import { createHash } from 'node:crypto';
import twilio from 'twilio';
import { until } from '../support/gateway.ts';
import { freePort } from '../support/kafka.ts';
import { BY_SERVICE, CUSTOMER, OWN, RCS, SERVICE, SHORT, SID, senders, startTwilioPlatform, TOLL_FREE, type TwilioPlatform, WHATSAPP } from '../support/twilio-platform.ts';
import { type Receiver, startReceiver } from '../support/webhook-receiver.ts';

let platform: TwilioPlatform;
afterEach(() => platform.stop());
const heard = async (count = 1) => {
  await until(`${count} webhooks`, async () => platform.receiver.hooks.length >= count);
  return platform.forms();
};
const signatureOf = (i = 0, of: Receiver = platform.receiver) => String(of.hooks[i]!.headers['x-twilio-signature']);
const withWebhook = (address: string, webhook: object) => senders.map((s) => (s.address === address ? { ...s, webhook } : s));

describe('as configured', () => {
  beforeEach(async () => {
    platform = await startTwilioPlatform();
  });

  test('WhatsApp: who wrote, by number, name and business-scoped id, flat and in ChannelMetadata', async () => {
    platform.write('hi', WHATSAPP, { name: 'Ana' });
    const [form] = await heard();
    expect(form).toMatchObject({
      From: `whatsapp:${CUSTOMER}`,
      To: WHATSAPP,
      WaId: '14155550199',
      ProfileName: 'Ana',
      MessageType: 'text',
      ReferralNumMedia: '0',
      NumSegments: '1',
    });
    expect(form!.ExternalUserId).toMatch(/^whatsapp:US\.[A-Za-z0-9]+$/);
    expect(JSON.parse(form!.ChannelMetadata!)).toEqual({ type: 'whatsapp', data: { context: { ProfileName: 'Ana', WaId: '14155550199' } } });
  });

  test('WhatsApp: who hides the number has its id alone, and is answered by it', async () => {
    const { json } = await platform.lever('sms/acts', { from: CUSTOMER, to: WHATSAPP, act: 'message', text: 'hi', hidden: true });
    const [form] = await heard();
    expect(form).not.toHaveProperty('WaId');
    expect([form!.From, form!.ExternalUserId]).toEqual([json.customer, json.customer]);
    expect(json.customer).toMatch(/^whatsapp:US\./);
    const made = await platform.library().messages.create({ to: json.customer!, from: WHATSAPP, body: 'hello', statusCallback: `${platform.receiver.url}/s` });
    expect((await platform.statuses(made.sid, 2)).at(-1)).toMatchObject({ MessageStatus: 'delivered', To: json.customer });
    expect(platform.simulator.phones.shown(CUSTOMER).map((s) => s.text)).toEqual(['hi', 'hello']);
  });

  test.each<[string, string]>([
    ['image/webp', 'sticker'],
    ['image/jpeg', 'image'],
    ['audio/ogg', 'audio'],
    ['text/vcard', 'contacts'],
    ['application/pdf', 'document'],
  ])('WhatsApp: %s is a %s', async (mimeType, kind) => {
    platform.write('', WHATSAPP, { media: [{ mimeType, bytes: Buffer.from('x') }] });
    expect((await heard())[0]).toMatchObject({ MessageType: kind, NumMedia: '1', MediaContentType0: mimeType, Body: '' });
  });

  test('buttons of a template are tapped by their title, with the payload that they were given', async () => {
    platform.write('hi', WHATSAPP);
    const types = { 'twilio/quick-reply': { body: 'Move {{1}}?', actions: [{ title: 'Reschedule', id: 'resched:77' }] } };
    const { sid: contentSid } = await platform.library().content.v1.contents.create({ friendlyName: 'a', language: 'en', types } as never);
    const sent = await platform.library().messages.create({ to: `whatsapp:${CUSTOMER}`, from: WHATSAPP, contentSid, contentVariables: '{"1":"Monday"}' });
    expect(sent.body).toBe('Move Monday?');
    await platform.lever('sms/acts', { from: CUSTOMER, to: WHATSAPP, act: 'button', title: 'Reschedule' });
    expect((await heard(2))[1]).toMatchObject({
      Body: 'Reschedule',
      ButtonText: 'Reschedule',
      ButtonPayload: 'resched:77',
      MessageType: 'interactive',
      OriginalRepliedMessageSid: sent.sid,
      OriginalRepliedMessageSender: WHATSAPP,
    });
  });

  test.each<[string, string, object, object]>([
    [
      'a place',
      WHATSAPP,
      { act: 'location', latitude: 41.1579, longitude: -8.6291, label: 'Casa' },
      { Body: '', MessageType: 'location', Latitude: '41.1579', Longitude: '-8.6291', Label: 'Casa' },
    ],
    ['a suggestion on RCS', RCS, { act: 'button', title: 'Yes', payload: 'Y=1' }, { From: `rcs:${CUSTOMER}`, To: RCS, Body: 'Yes', ButtonText: 'Yes', ButtonPayload: 'Y=1' }],
    ['an ad', WHATSAPP, { act: 'message', text: 'hi', parameters: { ReferralSourceId: '238', Forwarded: 'true' } }, { Body: 'hi', ReferralSourceId: '238', Forwarded: 'true' }],
  ])('%s', async (_what, to, act, form) => {
    expect((await platform.lever('sms/acts', { from: CUSTOMER, to, ...act })).status).toBe(202);
    expect((await heard())[0]).toMatchObject(form);
    expect(twilio.validateRequest('token', signatureOf(), `${platform.receiver.url}/hook`, platform.forms()[0]!)).toBe(true);
  });

  test('a quoted message names what it quotes', async () => {
    const { id } = platform.write('hi', WHATSAPP);
    await platform.lever('sms/acts', { from: CUSTOMER, to: WHATSAPP, act: 'reply', text: 'as I said', sid: id });
    expect((await heard(2))[1]).toMatchObject({ Body: 'as I said', OriginalRepliedMessageSid: id, OriginalRepliedMessageSender: `whatsapp:${CUSTOMER}` });
  });

  test('an event in JSON: signed by the hash of its body, as the real library checks it', async () => {
    await platform.lever('sms/events', { event: { hello: 'wörld' } });
    await heard();
    const [{ path, body, headers }] = platform.receiver.hooks as [{ path: string; body: string; headers: Record<string, string> }];
    expect(path).toBe(`/hook?bodySHA256=${createHash('sha256').update(body).digest('hex')}`);
    expect(headers['content-type']).toBe('application/json');
    expect(twilio.validateRequestWithBody('token', signatureOf(), platform.receiver.url + path, body)).toBe(true);
    expect(twilio.validateRequestWithBody('token', signatureOf(), platform.receiver.url + path, `${body} `)).toBe(false);
  });

  test.each<[string, string, string, boolean]>([
    ['a long code', OWN, 'stopall', true],
    ['a sentence', OWN, 'stop please', false],
    ['a service', BY_SERVICE, 'END', true],
    ['a toll-free number', TOLL_FREE, 'STOP', true],
    ['a toll-free number, by a word that is none of the network’s', TOLL_FREE, 'END', false],
    ['a short code', SHORT, 'STOP', false],
    ['WhatsApp', WHATSAPP, 'STOP', false],
    ['RCS', RCS, 'STOP', true],
  ])('opt-out: %s, %s, %s', async (_what, to, word, stops) => {
    platform.write(word, to);
    expect((await heard())[0]!.Body).toBe(word);
    const scheme = /^\w+:/.exec(to)?.[0] ?? '';
    const sent = platform.library().messages.create({ to: `${scheme}${CUSTOMER}`, from: to, body: 'hello' });
    if (stops) await expect(sent).rejects.toMatchObject({ code: 21610 });
    else expect((await sent).sid).toMatch(/^SM/);
    expect(platform.forms()[0]).not.toHaveProperty('OptOutType');
  });

  test('a toll-free number: the network answers; YES does not resume, UNSTOP does; HELP goes unanswered meanwhile', async () => {
    const answers = () => platform.simulator.phones.shown(CUSTOMER).filter((s) => s.from === 'business');
    platform.write('STOP', TOLL_FREE);
    expect(answers().map((a) => a.text.slice(0, 12))).toEqual(['NETWORK MSG:']);
    for (const word of ['YES', 'HELP']) platform.write(word, TOLL_FREE);
    expect(answers()).toHaveLength(1);
    expect((await platform.post({ From: TOLL_FREE })).json.code).toBe(21610);
    platform.write('UNSTOP', TOLL_FREE);
    expect(answers()).toHaveLength(2);
    expect((await platform.post({ From: TOLL_FREE })).status).toBe(201);
  });

  test('consents by the API: nobody can read them, and they hold', async () => {
    const consent = (status: string, sender_id: string = SERVICE) =>
      platform.library().accounts.v1.bulkConsents.create({ items: [{ contact_id: CUSTOMER, correlation_id: '0'.repeat(32), sender_id, status, source: 'website' }] });
    expect((await consent('opt-out')).items).toMatchObject([{ error_code: 0 }]);
    expect((await platform.post({ From: BY_SERVICE })).json.code).toBe(21610);
    expect((await platform.post({ From: OWN })).status).toBe(201);
    await consent('opt-in');
    expect((await platform.post({ From: BY_SERVICE })).status).toBe(201);
    expect((await consent('opt-out', 'MGnone')).items).toMatchObject([{ error_code: 20001 }]);
  });

  test('a loop of replies ends at fifteen in half a minute', async () => {
    for (let i = 0; i < 20; i++) platform.receiver.answers.push({ status: 200, type: 'text/plain', body: 'again' });
    for (let i = 0; i < 20; i++) platform.write(`m${i}`);
    await heard(20);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(platform.simulator.phones.shown(CUSTOMER).filter((s) => s.from === 'business')).toHaveLength(15);
  });
});

test('by GET the parameters stand in the address, which is signed', async () => {
  platform = await startTwilioPlatform({ senders: withWebhook(OWN, { method: 'GET' }), hook: '/hook?a=1' });
  platform.write('café 😀');
  await heard();
  const [hook] = platform.receiver.hooks;
  expect(hook!.body).toBe('');
  expect(hook!.path.startsWith('/hook?a=1&ToCountry=US')).toBe(true);
  expect(platform.forms()[0]).toMatchObject({ a: '1', Body: 'café 😀', ToCity: '' });
  expect(twilio.validateRequest('token', signatureOf(), platform.receiver.url + hook!.path, {})).toBe(true);
});

describe('a fallback', () => {
  let second: Receiver;
  beforeEach(async () => {
    second = await startReceiver();
  });
  afterEach(() => second.close());
  const start = async (more: object = {}) => {
    platform = await startTwilioPlatform({ senders: withWebhook(OWN, { fallbackUrl: `${second.url}/fallback`, ...more }) });
  };

  test.each<[string, { status: number }[], boolean]>([
    ['a 500', [{ status: 500 }], true],
    ['a 404', [{ status: 404 }], true],
    ['a 200', [], false],
  ])('%s: then the fallback is called: %p', async (_what, answers, called) => {
    await start();
    platform.receiver.answers.push(...answers);
    platform.write('hi');
    if (called) {
      await until('the fallback', async () => second.hooks.length === 1);
      const [form] = platform.forms(second);
      expect(form).toMatchObject({ Body: 'hi', ErrorCode: '11200', ErrorUrl: `${platform.receiver.url}/hook` });
      expect(twilio.validateRequest('token', signatureOf(0, second), `${second.url}/fallback`, form!)).toBe(true);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([platform.receiver.hooks.length, second.hooks.length]).toEqual([1, called ? 1 : 0]);
  });

  test('a redirect is followed, signed for where it leads; a circle ends at the fallback', async () => {
    await start();
    platform.receiver.answers.push({ status: 307, location: '/elsewhere' });
    platform.write('hi');
    await heard(2);
    const { path } = platform.receiver.hooks[1]!;
    expect(path).toBe('/elsewhere');
    expect(twilio.validateRequest('token', signatureOf(1), `${platform.receiver.url}/elsewhere`, platform.forms()[1]!)).toBe(true);
    for (let i = 0; i < 11; i++) platform.receiver.answers.push({ status: 302, location: '/hook' });
    platform.write('again');
    await until('the fallback', async () => second.hooks.length === 1);
    expect(platform.forms(second)[0]).toMatchObject({ Body: 'again', ErrorCode: '11215' });
  });

  test('nobody there: tried once more, then the fallback; tried again as the address says', async () => {
    const gone = await freePort();
    await start({ url: `http://127.0.0.1:${gone}/` });
    platform.write('hi');
    await until('the fallback', async () => second.hooks.length === 1);
    expect(platform.forms(second)[0]).toMatchObject({ ErrorCode: '11205' });
  });
});

test('what a service does with what comes in: its own webhook, the number’s, or nothing at all', async () => {
  platform = await startTwilioPlatform({ senders: withWebhook(BY_SERVICE, { url: null }) });
  const services = platform.library().messaging.v1.services(SERVICE);
  await services.update({ inboundRequestUrl: `${platform.receiver.url}/service` });
  platform.write('1', BY_SERVICE);
  await heard(1);
  expect(platform.receiver.hooks[0]!.path).toBe('/service');
  expect(platform.forms()[0]).toMatchObject({ MessagingServiceSid: SERVICE });
  const [number] = await platform.library().incomingPhoneNumbers.list({ phoneNumber: BY_SERVICE });
  await platform
    .library()
    .incomingPhoneNumbers(number!.sid)
    .update({ smsUrl: `${platform.receiver.url}/number` });
  await services.update({ useInboundWebhookOnNumber: true });
  platform.write('2', BY_SERVICE);
  await heard(2);
  expect(platform.receiver.hooks[1]!.path).toBe('/number');
  await services.update({ useInboundWebhookOnNumber: false, inboundRequestUrl: '' });
  platform.write('3', BY_SERVICE);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(platform.receiver.hooks).toHaveLength(2);
  expect((await platform.library().messages.list({ to: BY_SERVICE })).map((m) => m.body)).toEqual(['2', '1']);
});

test('Advanced Opt-Out: words and answers of the service’s own, and OptOutType on the webhook', async () => {
  const advancedOptOut = { stop: ['ADIOS'], replies: { stop: 'Hasta luego.' } };
  platform = await startTwilioPlatform({ services: [{ sid: SERVICE, accountSid: SID, advancedOptOut }] });
  for (const word of ['adios', 'hello', 'HELP']) platform.write(word, BY_SERVICE);
  await heard(3);
  expect(Object.fromEntries(platform.forms().map((f) => [f.Body, f.OptOutType]))).toEqual({ adios: 'STOP', hello: undefined, HELP: 'HELP' });
  expect(platform.simulator.phones.shown(CUSTOMER).map((s) => s.text)).toContain('Hasta luego.');
  expect((await platform.post({ From: BY_SERVICE })).json.code).toBe(21610);
  platform.write('START', BY_SERVICE);
  expect((await platform.post({ From: BY_SERVICE })).status).toBe(201);
});

test('the port and the query of the address stay in the signed string, its fragment does not', async () => {
  platform = await startTwilioPlatform({ hook: '/hook?b=2&a=%20x#rc=2&rp=5xx' });
  platform.receiver.answers.push({ status: 503 });
  platform.write('hi');
  await heard(2);
  const url = `${platform.receiver.url}/hook?b=2&a=%20x`;
  expect(platform.receiver.hooks.map((h) => platform.receiver.url + h.path)).toEqual([url, url]);
  const form = Object.fromEntries(new URLSearchParams(platform.receiver.hooks[0]!.body));
  expect(twilio.validateRequest('token', signatureOf(), url, form)).toBe(true);
  expect(twilio.getExpectedTwilioSignature('token', url, form)).toBe(signatureOf());
  expect(twilio.validateRequest('token', signatureOf(), url.replace(/:\d+/, ''), form)).toBe(false);
});
