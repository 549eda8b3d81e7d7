import {
  BRITISH,
  BY_SERVICE,
  CUSTOMER,
  NAME,
  OWN,
  RCS,
  SERVICE,
  SHORT,
  SID,
  senders,
  startTwilioPlatform,
  TOLL_FREE,
  type TwilioPlatform,
  WHATSAPP,
} from '../support/twilio-platform.ts';

const [OTHER, EMPTY, FOREIGN] = [`AC${'0'.repeat(31)}2`, `MG${'0'.repeat(31)}2`, `MG${'0'.repeat(31)}3`];
let platform: TwilioPlatform;
beforeEach(async () => {
  platform = await startTwilioPlatform({
    senders: [...senders, { accountSid: OTHER, authToken: 'other', address: '+14155550777' }],
    services: [
      { sid: EMPTY, accountSid: SID },
      { sid: FOREIGN, accountSid: OTHER },
    ],
  });
});
afterEach(() => platform.stop());
type Form = Record<string, string | string[] | undefined>;
const inFuture = (ms: number) => new Date(Date.now() + ms).toISOString();
const scheduled = (more: Form): Form => ({ From: undefined, MessagingServiceSid: SERVICE, ScheduleType: 'fixed', SendAt: inFuture(600_000), ...more });

test.each<[string, Form, number]>([
  ['a customer in a country without permission', { To: '+5351234567' }, 21408],
  ['a To of another scheme', { To: 'signal:+14155550199' }, 21211],
  ['a user id on SMS', { To: 'US.abc123' }, 21211],
  ['a From that is no address', { From: 'a-much-too-long-name' }, 21212],
  ['another account’s number', { From: '+14155550777' }, 21660],
  ['a short code that is nobody’s', { From: '99999' }, 21659],
  ['a US short code to Britain', { From: SHORT, To: '+447700900123' }, 21659],
  ['a name to the US', { From: NAME }, 21612],
  ['a WhatsApp sender that is not set up', { From: 'whatsapp:+14155550000', To: `whatsapp:${CUSTOMER}` }, 63007],
  ['an RCS sender to SMS', { From: RCS }, 21910],
  ['SMS to WhatsApp', { To: `whatsapp:${CUSTOMER}` }, 21910],
  ['an empty service', { From: undefined, MessagingServiceSid: EMPTY }, 21704],
  ['another account’s service', { From: undefined, MessagingServiceSid: FOREIGN }, 21705],
  ['a service with no sender on that channel', { From: undefined, MessagingServiceSid: SERVICE, To: `whatsapp:${CUSTOMER}` }, 21703],
  ['a number that is not the service’s', { MessagingServiceSid: SERVICE }, 21606],
  ['media from a British number', { From: BRITISH, To: '+447700900123', MediaUrl: 'https://x.example/a.png' }, 21621],
  ['media from a name', { From: NAME, To: '+447700900123', MediaUrl: 'https://x.example/a.png' }, 21621],
  ['a medium that is half an address', { MediaUrl: 'https://' }, 21620],
  ['variables without a template', { ContentVariables: '{"1":"Ana"}' }, 21654],
  ['a template that is none', { ContentSid: `HX${'0'.repeat(32)}` }, 21655],
  ['a callback longer than 4000', { StatusCallback: `https://x.example/${'a'.repeat(4000)}` }, 21609],
  ['a callback by another protocol', { StatusCallback: 'ftp://x.example/' }, 21609],
  ['no validity', { ValidityPeriod: '0' }, 21624],
  ['content that is not to be kept', { ContentRetention: 'discard' }, 30029],
  ['an address that is not to be kept', { AddressRetention: 'obfuscate' }, 30030],
  ['short links without a domain', { ShortenUrls: 'true' }, 30103],
  ['a fallback without a service', { FallbackFrom: OWN }, 21666],
  ['a fallback in a service without RCS', { From: BY_SERVICE, MessagingServiceSid: SERVICE, FallbackFrom: OWN }, 21667],
  ['a schedule of no known type', scheduled({ ScheduleType: 'loose' }), 35117],
  ['a schedule by a number alone', scheduled({ From: OWN, MessagingServiceSid: undefined }), 35118],
  ['a schedule without a time', scheduled({ SendAt: undefined }), 35111],
  ['a time that is none', scheduled({ SendAt: 'tomorrow' }), 35115],
  ['a time in five minutes', scheduled({ SendAt: inFuture(299_000) }), 35114],
  ['a time in 36 days', scheduled({ SendAt: inFuture(36 * 86_400_000) }), 35114],
  ['magic: an invalid recipient', { To: '+15005550001' }, 21211],
  ['magic: unreachable', { To: '+15005550002' }, 21612],
  ['magic: no permission', { To: '+15005550003' }, 21408],
  ['magic: opted out', { To: '+15005550004' }, 21610],
  ['magic: no mobile', { To: '+15005550009' }, 21614],
  ['magic: an invalid sender', { From: '+15005550001' }, 21212],
  ['magic: not ours', { From: '+15005550007' }, 21606],
  ['magic: a full queue', { From: '+15005550008' }, 21611],
])('%s is refused', async (_what, form, code) => {
  const { status, json } = await platform.post(form);
  expect([status, json]).toEqual([400, { code, message: expect.any(String), more_info: `https://www.twilio.com/docs/errors/${code}`, status: 400 }]);
  expect(await platform.library().messages.list()).toEqual([]);
});

test.each<[string, Form]>([
  ['from the magic number', { From: '+15005550006' }],
  ['a short code at home', { From: SHORT }],
  ['a toll-free number', { From: TOLL_FREE }],
  ['a name abroad', { From: NAME, To: '+447700900123' }],
  ['a user who hides the number', { From: WHATSAPP, To: 'whatsapp:US.abc123' }],
  ['a place on WhatsApp', { From: WHATSAPP, To: `whatsapp:${CUSTOMER}`, Body: undefined, PersistentAction: 'geo:41.15,-8.62|Label' }],
  ['1600 characters', { Body: 'x'.repeat(1600) }],
  ['ten media', { MediaUrl: Array.from({ length: 10 }, () => 'https://x.example/a.png') }],
  ['a number and its service', { From: BY_SERVICE, MessagingServiceSid: SERVICE }],
  ['a parameter that nobody knows', { Messagingservicesid: 'x' }],
])('%s is taken', async (_what, form) => expect((await platform.post(form)).status).toBe(201));

test('variables of a template must be an object of texts', async () => {
  const { sid } = await platform.library().content.v1.contents.create({ friendlyName: 'a', language: 'en', types: { 'twilio/text': { body: 'Hi {{1}}' } } } as never);
  for (const variables of ['{', '[]', '{"1":1}', '"Ana"']) expect((await platform.post({ ContentSid: sid, ContentVariables: variables })).json.code).toBe(21656);
  expect((await platform.post({ ContentSid: sid, Body: undefined, ContentVariables: '{"1":"Ana"}' })).json).toMatchObject({ body: 'Hi Ana' });
});

test.each<[string, [number, number]]>([
  ['suspended', [401, 20003]],
  ['inactive', [403, 20005]],
  ['noAccess', [403, 20006]],
  ['tooMany', [429, 20429]],
  ['unavailable', [503, 20503]],
])('an account that is %s', async (state, [status, code]) => {
  expect((await platform.lever('sms/accounts', { id: SID, state })).json).toEqual({ account: SID, state });
  await expect(platform.library().messages.create({ to: CUSTOMER, from: OWN, body: 'a' })).rejects.toMatchObject({ status, code });
  await platform.lever('sms/accounts', { id: SID, state: 'well' });
  expect((await platform.post({})).status).toBe(201);
});

test('too many at once', async () => {
  await platform.stop();
  platform = await startTwilioPlatform({ concurrency: 3 });
  const all = await Promise.all(Array.from({ length: 20 }, () => platform.post({})));
  expect(all.filter((a) => a.status === 201).length).toBeLessThan(20);
  expect(all.find((a) => a.status !== 201)!.json).toMatchObject({ code: 20429, status: 429 });
  await new Promise((resolve) => setTimeout(resolve, 60));
  const { status, headers } = await platform.post({});
  expect(status).toBe(201);
  expect(headers.get('twilio-request-id')).toMatch(/^RQ[0-9a-f]{32}$/);
});

test('an internal error may have sent all the same', async () => {
  await platform.lever('sms/accounts', { state: 'internal' });
  expect((await platform.post({})).json).toMatchObject({ code: 20500, status: 500 });
  expect(await platform.library().messages.list({ to: CUSTOMER })).toHaveLength(1);
});

test('levers are checked', async () => {
  expect(await platform.lever('sms/accounts', { state: 'tired' })).toMatchObject({ status: 400, json: { detail: expect.stringContaining('suspended') } });
  expect(await platform.lever('sms/acts', { from: CUSTOMER, act: 'dance' })).toMatchObject({ status: 400, json: { detail: expect.stringContaining('button') } });
  expect(await platform.lever('sms/acts', { from: CUSTOMER, act: 'button', title: 'Yes', to: OWN })).toMatchObject({
    status: 400,
    json: { detail: expect.stringContaining('no buttons') },
  });
});
