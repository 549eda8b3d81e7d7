import { conversationFor } from '../../src/inbound/conversations.ts';
import { type Desk, HOUR, openDesk, START } from '../support/outbound-desk.ts';

const ANA = { phone: '+447700900101' };
let desk: Desk;
beforeEach(async () => {
  desk = openDesk();
  await desk.channel('sms', { type: 'sms', provider: 'twilio' });
  await desk.channel('sms2', { type: 'sms', provider: 'twilio', settings: { messagingServiceSid: 'MG1' } });
  await desk.channel('sms3', { type: 'sms', provider: 'twilio', settings: { messagingServiceSid: 'MG1' } });
  await desk.channel('wa');
});
afterEach(() => desk.close());
const refused = (code: string) => expect.objectContaining({ code, status: 422 });
const consentEvents = async () =>
  (await desk.rows<{ body: string }>("SELECT body FROM events WHERE type = 'contact.consent' ORDER BY off")).map(
    (e) => (JSON.parse(e.body) as { data: { consent: object } }).data.consent,
  );

test('21610 is learnt: the next message to this number is refused here, with one event; another number is not touched', async () => {
  await desk.customer('sms', ANA.phone);
  const id = await desk.send('sms', ANA);
  await desk.call(id, { code: 'not_opted_in', platformCode: '21610', scope: 'recipient', optOut: 'sender' });
  await expect(desk.send('sms', ANA)).rejects.toEqual(refused('not_opted_in'));
  await desk.send('sms2', ANA);
  expect(await consentEvents()).toEqual([{ state: 'opted_out', scope: 'sender', source: 'refusal', detail: '21610' }]);
  expect((await desk.preview({ channel: 'sms', to: ANA, content: { type: 'text', text: 'x' } })).consent).toBe('opted_out');
});

test('a STOP to one number of a messaging service is one to all of them, and its START ends it', async () => {
  const { contact } = await desk.customer('sms2', ANA.phone);
  const id = await desk.send('sms2', ANA);
  await desk.call(id, { code: 'recipient_blocked', platformCode: '30004', scope: 'recipient', optOut: 'sender' });
  await expect(desk.send('sms3', ANA)).rejects.toEqual(refused('not_opted_in')); // another contact, the same phone
  desk.clock.now += 1000;
  await desk.consent(contact, { state: 'opted_in', scope: 'sender', channel: 'sms2' });
  await desk.send('sms3', ANA);
});

test('opted out of everything by API: on every channel of the person, by template too, until they opt in again', async () => {
  const { contact } = await desk.customer('sms', ANA.phone);
  await desk.customer('wa', ANA.phone);
  await desk.consent(contact);
  for (const channel of ['sms', 'sms2', 'wa']) await expect(desk.send(channel, ANA, { content: { type: 'template', name: 'x' } })).rejects.toEqual(refused('not_opted_in'));
  desk.clock.now += 1;
  await desk.consent(contact, { state: 'opted_in' });
  await desk.send('wa', ANA);
  expect((await desk.preview({ channel: 'wa', to: ANA, content: { type: 'text', text: 'x' } })).consent).toBe('opted_in');
  expect(await consentEvents()).toMatchObject([{ state: 'opted_out', scope: 'all' }, { state: 'opted_in' }]);
});

test('another tenant is not touched, and cannot set it', async () => {
  await desk.channel('other', { type: 'sms', provider: 'twilio', tenant: 'globex' });
  const { contact } = await desk.customer('sms', ANA.phone);
  await desk.consent(contact);
  await desk.send('other', ANA);
});

test('who opts out while a message waits does not get it', async () => {
  const { contact } = await desk.customer('wa', ANA.phone);
  const id = await desk.send('wa', ANA, { sendAt: new Date(START + HOUR).toISOString() });
  await desk.consent(contact);
  desk.clock.now += HOUR;
  await desk.tick();
  expect(await desk.claim(id)).toBeNull();
  expect(await desk.message(id)).toMatchObject({ state: 'failed', queue_state: 'done', error_code: 'not_opted_in', platform_message: expect.stringContaining('opted out') });
});

test('what was said later stands, whatever order it comes in; two contacts that turn out to be one keep what both said', async () => {
  const a = await desk.customer('wa', ANA.phone);
  desk.clock.now += 1000;
  await desk.consent(a.contact, { state: 'opted_in' });
  desk.clock.now -= 500;
  await desk.consent(a.contact);
  await desk.send('wa', ANA);
  const addresses = [{ type: 'whatsapp_user' as const, value: 'GB.1' }];
  const b = await desk.run((tx) => conversationFor(tx, { id: 'wa', tenant: 'acme' }, { addresses, name: undefined, nowMs: desk.clock.now }));
  desk.clock.now += 2000;
  await desk.consent(b.conversation.contact);
  await desk.run((tx) =>
    conversationFor(tx, { id: 'wa', tenant: 'acme' }, { addresses: [...addresses, { type: 'phone', value: ANA.phone }], name: undefined, nowMs: desk.clock.now }),
  );
  await expect(desk.send('wa', ANA)).rejects.toEqual(refused('not_opted_in'));
});

test('marketing that the platform withheld is held back here for a day; replies go', async () => {
  await desk.customer('wa', ANA.phone);
  const id = await desk.send('wa', ANA, { category: 'marketing' });
  await desk.call(id, { code: 'marketing_capped', platformCode: '131049', scope: 'recipient' });
  await expect(desk.send('wa', ANA, { priority: 'bulk' })).rejects.toEqual(refused('marketing_capped'));
  await desk.send('wa', ANA);
  desk.clock.now += 24 * HOUR;
  await desk.send('wa', ANA, { category: 'marketing', content: { type: 'template', name: 'x' } });
});

test('a template is marketing where the platform lists it so, and not where it lists it as utility', async () => {
  const { contact } = await desk.customer('wa', ANA.phone);
  await desk.consent(contact, { scope: 'marketing', channel: 'wa' });
  const put = (name: string, category: string) =>
    desk.run((tx) =>
      tx.run("INSERT INTO templates (channel, name, language, status, category, named, components, platform_id) VALUES ('wa', $1, 'en_GB', 'APPROVED', $2, 0, '[]', '1')", [
        name,
        category,
      ]),
    );
  await put('sale', 'MARKETING');
  await put('receipt', 'UTILITY');
  const template = (name: string) => ({ content: { type: 'template' as const, name, language: 'en_GB' } });
  await expect(desk.send('wa', ANA, template('sale'))).rejects.toEqual(refused('not_opted_in'));
  await desk.send('wa', ANA, { ...template('receipt'), priority: 'bulk' });
});
