import { BY_SERVICE, CUSTOMER, OWN, SERVICE, SHORT, SID, startTwilioPlatform, type TwilioPlatform, WHATSAPP } from '../support/twilio-platform.ts';

const SUB = `AC${'0'.repeat(31)}9`;
let platform: TwilioPlatform;
beforeEach(async () => {
  platform = await startTwilioPlatform({
    accounts: [
      { sid: SID, authToken: 'token', apiKeys: { SK1: 'key-secret' } },
      { sid: SUB, authToken: 'sub-token', parent: SID, verified: [CUSTOMER] },
    ],
  });
});
afterEach(() => platform.stop());
const create = (more: object = {}) => platform.library().messages.create({ to: CUSTOMER, from: OWN, body: 'hello', ...more });

test.each<[string, string, string, string, boolean]>([
  ['the account’s token', SID, 'token', SID, true],
  ['an API key', 'SK1', 'key-secret', SID, true],
  ['the parent’s token for the subaccount', SID, 'token', SUB, true],
  ['the subaccount’s own', SUB, 'sub-token', SUB, true],
  ['the subaccount’s token for the parent', SUB, 'sub-token', SID, false],
  ['a key for another account', 'SK1', 'key-secret', `AC${'f'.repeat(32)}`, false],
])('%s opens %s', async (_what, user, password, account, opens) => {
  const list = platform.library(user, password, account).messages.list();
  if (opens) expect(await list).toEqual([]);
  else await expect(list).rejects.toMatchObject({ status: 404, code: 20404 });
});

test('a trial account writes to verified numbers alone', async () => {
  await expect(platform.library(SUB, 'sub-token', SUB).messages.create({ to: '+14155550188', from: '+15005550006', body: 'a' })).rejects.toMatchObject({ code: 21608 });
  expect((await platform.library(SUB, 'sub-token', SUB).messages.create({ to: CUSTOMER, from: '+15005550006', body: 'a' })).sid).toMatch(/^SM/);
});

test('the message as the library reads it, with its addresses', async () => {
  const { sid } = await create();
  const found = await platform.library().messages(sid).fetch();
  expect(found.toJSON()).toMatchObject({
    sid,
    accountSid: SID,
    numSegments: '1',
    numMedia: '0',
    apiVersion: '2010-04-01',
    uri: `/2010-04-01/Accounts/${SID}/Messages/${sid}.json`,
  });
  expect(found.dateCreated).toBeInstanceOf(Date);
  await expect(
    platform
      .library()
      .messages(`SM${'0'.repeat(32)}`)
      .fetch(),
  ).rejects.toMatchObject({ status: 404, code: 20404, moreInfo: 'https://www.twilio.com/docs/errors/20404' });
});

test('redacted, confirmed, deleted: not while it is under way', async () => {
  const { sid } = await create();
  const message = platform.library().messages(sid);
  await expect(message.remove()).rejects.toMatchObject({ status: 409, code: 20009 });
  expect((await message.update({ body: '' } as never)).body).toBe('');
  expect((await message.feedback.create({ outcome: 'confirmed' })).outcome).toBe('confirmed');
  await expect(message.update({ status: 'canceled' })).rejects.toMatchObject({ code: 30409 });
  await platform.statuses((await create({ statusCallback: `${platform.receiver.url}/s` })).sid, 2);
  expect(await message.remove()).toBe(true);
  await expect(message.fetch()).rejects.toMatchObject({ code: 20404 });
});

test('numbers and short codes, with what they call; changed as in the console', async () => {
  const library = platform.library();
  const [number] = await library.incomingPhoneNumbers.list({ phoneNumber: OWN });
  expect(number).toMatchObject({ phoneNumber: OWN, smsUrl: `${platform.receiver.url}/hook`, smsMethod: 'POST', smsFallbackUrl: '', accountSid: SID });
  const changed = await library.incomingPhoneNumbers(number!.sid).update({ smsUrl: 'https://gw.example/hook#rc=5', smsFallbackUrl: 'https://b.example/', smsMethod: 'GET' });
  expect(changed).toMatchObject({ smsUrl: 'https://gw.example/hook#rc=5', smsFallbackUrl: 'https://b.example/', smsMethod: 'GET' });
  expect(await library.incomingPhoneNumbers(number!.sid).fetch()).toMatchObject({ smsMethod: 'GET' });
  expect(await library.shortCodes.list({ shortCode: SHORT })).toMatchObject([{ shortCode: SHORT }]);
  expect((await library.incomingPhoneNumbers.list()).map((n) => n.phoneNumber)).not.toContain(WHATSAPP);
});

test('services: read, listed, with their numbers', async () => {
  const { services } = platform.library().messaging.v1;
  expect(await services(SERVICE).fetch()).toMatchObject({
    sid: SERVICE,
    inboundRequestUrl: `${platform.receiver.url}/hook`,
    useInboundWebhookOnNumber: false,
    validityPeriod: 36_000,
  });
  expect(await services.list()).toHaveLength(1);
  expect((await services(SERVICE).phoneNumbers.list()).map((n) => n.phoneNumber)).toEqual([BY_SERVICE]);
  await expect(services(`MG${'f'.repeat(32)}`).fetch()).rejects.toMatchObject({ status: 404 });
});

test('templates: made, read, deleted', async () => {
  const { contents } = platform.library().content.v1;
  const made = await contents.create({ friendlyName: 'hi', language: 'en', variables: { 1: 'Ana' }, types: { 'twilio/text': { body: 'Hi {{1}}' } } } as never);
  expect(await contents(made.sid).fetch()).toMatchObject({ sid: made.sid, language: 'en' });
  expect((await create({ body: undefined, contentSid: made.sid })).body).toBe('Hi Ana');
  expect(await contents(made.sid).remove()).toBe(true);
  await expect(create({ body: undefined, contentSid: made.sid })).rejects.toMatchObject({ code: 21655 });
  await expect(contents.create({ language: 'en', types: { nothing: {} } } as never)).rejects.toMatchObject({ code: 20001 });
});

test('typing is shown about a message that came in on WhatsApp', async () => {
  const { id } = platform.write('hi', WHATSAPP);
  const typing = async (messageId: string) => {
    const response = await fetch(`${platform.url}/v3/Indicators/Typing.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${SID}:token`).toString('base64')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: 'WHATSAPP', messageId }),
    });
    return [response.status, ((await response.json()) as { success?: boolean }).success];
  };
  expect(await typing(id)).toEqual([200, true]);
  expect(await typing(platform.write('hi').id)).toEqual([404, undefined]);
  expect(await platform.library().messaging.v2.typingIndicator.create({ channel: 'whatsapp', messageId: id })).toMatchObject({ success: true });
});

test('the account itself', async () => {
  expect(await platform.library().api.v2010.accounts(SID).fetch()).toMatchObject({ sid: SID, status: 'active' });
});
