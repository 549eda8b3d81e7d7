import { WhatsAppAPI } from 'whatsapp-api-js';
import { ActionButtons, Body, BodyComponent, BodyParameter, Button, Image, Interactive, Language, Reaction, Template, Text } from 'whatsapp-api-js/messages';
import { until } from '../support/gateway.ts';
import { type Sandbox, startSandbox } from '../support/sandbox.ts';

/** A client library that we did not write, unchanged: only the host that it calls is turned here. */
const NUMBER = '207700000000123';
const FROM = '447700900123';
let sandbox: Sandbox;
let client: InstanceType<typeof WhatsAppAPI>;
/** Takes bodies whose signature was verified before. */
const reader = new WhatsAppAPI({ token: 'wa-token', v: 'v26.0', secure: false });
beforeAll(async () => {
  sandbox = await startSandbox('whatsapp');
  const turned = (input: unknown, init?: RequestInit) => fetch(String(input).replace('https://graph.facebook.com', sandbox.url), init);
  client = new WhatsAppAPI({ token: 'wa-token', appSecret: 'wa-secret', webhookVerifyToken: 'v', v: 'v26.0', ponyfill: { fetch: turned as typeof fetch } });
});
afterAll(() => sandbox.stop());

const write = async (body: object) => ((await sandbox.call('/sandbox/whatsapp/messages', { body: { from: FROM, ...body } })).json as { id: string }).id;
const idOf = (answer: unknown) => (answer as { messages: { id: string }[] }).messages[0]!.id;

test('it hears what a customer writes, verifies it, and answers in every way that it knows', async () => {
  const heard: [string, string][] = [];
  const statuses: string[] = [];
  reader.on.message = ({ from, message }) => void heard.push([String(from), message.type === 'text' ? message.text.body : message.type]);
  reader.on.status = ({ id, status }) => void statuses.push(`${status} ${id}`);
  const id = await write({ text: 'é 🎉 a/b' });
  await write({ media: [{ mimeType: 'image/png', base64: 'YWJj' }] });
  await until('both messages', async () => sandbox.receiver.hooks.length >= 1 && JSON.stringify(sandbox.receiver.hooks).includes('image'));
  // The library reads the first change of a body only, so each change is given to it in a body of its own.
  for (const { body, headers } of sandbox.receiver.hooks.splice(0)) {
    expect(await client.verifyRequestSignature(body, String(headers['x-hub-signature-256']))).toBe(true);
    for (const change of (JSON.parse(body) as { entry: { changes: object[] }[] }).entry.flatMap((e) => e.changes)) {
      await reader.post({ object: 'whatsapp_business_account', entry: [{ id: 'x', changes: [change] }] } as never);
    }
  }
  expect(heard).toEqual([
    [FROM, 'é 🎉 a/b'],
    [FROM, 'image'],
  ]);
  const form = new FormData();
  form.set('file', new Blob([Buffer.from('\x89PNG\r\n', 'latin1')], { type: 'image/png' }), 'a.png');
  form.set('type', 'image/png');
  form.set('messaging_product', 'whatsapp');
  const uploaded = (await client.uploadMedia(NUMBER, form)) as { id: string };
  const sent = [
    await client.sendMessage(NUMBER, `+${FROM}`, new Text('hello'), id, 'ms_1'),
    await client.sendMessage(NUMBER, `+${FROM}`, new Image(uploaded.id, true, 'see')),
    await client.sendMessage(NUMBER, `+${FROM}`, new Interactive(new ActionButtons(new Button('yes', 'Yes')), new Body('Sure?'))),
    await client.sendMessage(NUMBER, `+${FROM}`, new Template('hello_world', new Language('en_US'))),
    await client.sendMessage(NUMBER, `+${FROM}`, new Reaction(id, '👍')),
  ].map(idOf);
  expect(sent.every((s) => s.startsWith('wamid.'))).toBe(true);
  const shown = (await sandbox.call(`/sandbox/whatsapp/messages?phone=${FROM}`)).json as { messages: { from: string; text: string }[] };
  expect(shown.messages.filter((m) => m.from === 'business').map((m) => m.text)).toEqual(['hello', 'see', 'Sure?', expect.stringMatching(/^Welcome/), '👍']);
  await until('the statuses', async () => (JSON.stringify(sandbox.receiver.hooks).match(/\\"status\\":/g)?.length ?? 0) >= 13);
  for (const { body } of sandbox.receiver.hooks.splice(0))
    for (const change of (JSON.parse(body) as { entry: { changes: object[] }[] }).entry.flatMap((e) => e.changes))
      await reader.post({ object: 'whatsapp_business_account', entry: [{ id: 'x', changes: [change] }] } as never);
  expect(statuses.filter((s) => s.endsWith(sent[0]!))).toEqual([`sent ${sent[0]}`, `delivered ${sent[0]}`, `read ${sent[0]}`]);
  expect(statuses.filter((s) => s.endsWith(sent[4]!))).toEqual([`sent ${sent[4]}`]);
});

test('media: looked up, fetched, deleted; a message marked as read; a user blocked', async () => {
  const form = new FormData();
  form.set('file', new Blob([Buffer.from('%PDF-1.7')], { type: 'application/pdf' }), 'a.pdf');
  form.set('type', 'application/pdf');
  form.set('messaging_product', 'whatsapp');
  const { id } = (await client.uploadMedia(NUMBER, form)) as { id: string };
  const looked = (await client.retrieveMedia(id, NUMBER)) as { url: string; mime_type: string };
  expect(looked.mime_type).toBe('application/pdf');
  expect(await (await client.fetchMedia(looked.url)).text()).toBe('%PDF-1.7');
  expect(await client.deleteMedia(id, NUMBER)).toEqual({ success: true });
  expect(await client.retrieveMedia(id)).toMatchObject({ error: { code: 803 } });
  expect(await client.markAsRead(NUMBER, await write({ text: 'read me' }))).toEqual({ success: true });
  expect(await client.blockUser(NUMBER, FROM)).toMatchObject({ block_users: { added_users: [{ input: FROM, wa_id: FROM }] } });
  expect(await client.sendMessage(NUMBER, `+${FROM}`, new Text('hello'))).toMatchObject({ error: { code: 130403 } });
  await client.unblockUser(NUMBER, FROM);
  expect(await client.sendMessage(NUMBER, `+${FROM}`, new Text('hello'))).toMatchObject({ messages: [{}] });
});

test('a template with a parameter too many is refused in the platform’s words', async () => {
  await write({ text: 'hi' });
  const template = new Template('hello_world', new Language('en_US'), new BodyComponent(new BodyParameter('one')));
  expect(await client.sendMessage(NUMBER, `+${FROM}`, template)).toMatchObject({
    error: { code: 132000, error_data: { details: expect.stringContaining('localizable_params (1)') } },
  });
});
