import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startCloudApi } from '../support/cloud-api.ts';
import { channel, type Event, remove, sleep, startGateway, type TestGateway, text, until, webhook } from '../support/gateway.ts';
import { AC, listed, OWN, smsChannel, startTwilioApi, type TwilioApi } from '../support/twilio-api.ts';

const CUSTOMER = '+447700900101';
let gateway: TestGateway;
let twilio: TwilioApi;
let cloud: Awaited<ReturnType<typeof startCloudApi>>;
const NUMBER = '207700000000123';
const start = (dir?: string) =>
  startGateway({ channels: [smsChannel(), channel('ch_wa', NUMBER)], env: { TWILIO_API_URL: twilio.url, GRAPH_API_URL: cloud.url }, ...(dir ? { dir } : {}) });
beforeEach(async () => {
  [twilio, cloud] = await Promise.all([startTwilioApi(), startCloudApi()]);
  gateway = await start();
});
afterEach(async () => {
  await gateway.kill();
  remove(gateway);
  await Promise.all([twilio.end(), cloud.end()]);
});

async function write(sid: string, body: string, from = CUSTOMER): Promise<void> {
  const form = { AccountSid: AC, MessageSid: sid, SmsSid: sid, From: from, To: OWN, Body: body, NumMedia: '0', NumSegments: '1', SmsStatus: 'received', ApiVersion: '2010-04-01' };
  const data = Object.entries(form)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .reduce((all, [name, value]) => all + name + value, `${gateway.url}/webhooks/sms`);
  const answer = await fetch(`${gateway.url}/webhooks/sms`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': createHmac('sha1', 'twilio-token').update(data, 'utf8').digest('base64') },
    body: new URLSearchParams(form),
  });
  expect(answer.status).toBe(200);
}
const options = (...titles: string[]) => titles.map((title) => ({ id: `id:${title}`, title }));
async function ask(body: string, titles: string[], { phone = CUSTOMER, on = 'ch_sms' } = {}): Promise<void> {
  const content = { type: 'choices', body, options: options(...titles) };
  const { status, json } = await gateway.call('/v1/messages', { method: 'POST', body: { channel: on, to: { phone }, content } });
  expect(status).toBe(202);
  await until('the menu is sent', async () => (await gateway.call(`/v1/messages/${(json as { id: string }).id}`)).text.includes('"accepted"'));
  await sleep(5);
}
type Message = NonNullable<Event['data']['message']> & { content: { id?: string; from?: string }; platform?: { text?: string } };
async function said(sid: string): Promise<Message> {
  let found: Event | undefined;
  await until(`the event of ${sid}`, async () => {
    found = (await gateway.events()).find((e) => e.type === 'message.received' && e.data.message?.platformId === sid);
    return found !== undefined;
  });
  return found?.data.message as Message;
}
const choice = (title: string) => ({ type: 'choice', id: `id:${title}`, title, from: 'numbered_reply' });

test('a number answers the menu that was sent last, and is text without one; words stay beside the choice; a replay changes nothing', async () => {
  await write('SM0', '2');
  expect((await said('SM0')).content).toEqual({ type: 'text', text: '2' });

  await ask('What now?', ['Track it', 'Move it', 'Talk to us']);
  expect(twilio.messages.at(-1)?.body).toBe('What now?\n\n1. Track it\n2. Move it\n3. Talk to us');
  await write('SM1', '2');
  const first = await said('SM1');
  expect(first.content).toEqual(choice('Move it'));
  expect(first.platform?.text).toBe('2');
  await write('SM2', 'the third one');
  expect((await said('SM2')).content).toEqual(choice('Talk to us'));
  await write('SM3', 'where is it?');
  expect((await said('SM3')).content).toEqual({ type: 'text', text: 'where is it?' });
  await write('SM4', '2', '+447700900102'); // another customer saw no menu
  expect((await said('SM4')).content).toEqual({ type: 'text', text: '2' });

  await ask('Which day?', ['Monday', 'Tuesday']);
  await write('SM5', '2.');
  expect((await said('SM5')).content).toEqual(choice('Tuesday'));
  await write('SM6', '3'); // of the first menu, which the second replaced
  expect((await said('SM6')).content).toEqual({ type: 'text', text: '3' });
  await write('SM7', 'teusday');
  expect((await said('SM7')).content).toEqual(choice('Tuesday'));

  await write('SM1', '2'); // once more: it is still the answer to the first
  const replay = await gateway.call('/v1/replays', { method: 'POST', body: { from: new Date(Date.now() - 3_600_000).toISOString(), publish: true } });
  expect(replay.json).toMatchObject({ state: 'done', result: { bodies: 9, differs: 0, missing: 0 } });
  const events = await gateway.events();
  expect(events.filter((e) => e.type === 'message.corrected')).toEqual([]);
  expect(events.filter((e) => e.data.message?.platformId === 'SM1')).toHaveLength(1);
});

test('WhatsApp: more options than it has rows are numbered; options that can be tapped take the place of the numbers', async () => {
  const writeThere = (id: string, words: string) =>
    gateway.post(webhook(NUMBER, { messages: [{ ...text('447700900101', id, words), timestamp: String(Math.floor(Date.now() / 1000)) }] }));
  await writeThere('wamid.0', 'hi');
  await said('wamid.0');
  const cities = ['Lima', 'Oslo', 'Rome', 'Kyiv', 'Pune', 'Bonn', 'Cork', 'Nara', 'Baku', 'Graz', 'Lyon', 'Brno'];
  await ask('Which city?', cities, { on: 'ch_wa' });
  await writeThere('wamid.1', '12');
  expect((await said('wamid.1')).content).toEqual(choice('Brno'));
  await ask('Sure?', ['Yes', 'No'], { on: 'ch_wa' });
  await writeThere('wamid.2', '2');
  expect((await said('wamid.2')).content).toEqual({ type: 'text', text: '2' });
});

test('a menu is fresh for 24 hours, and what was held up answers the one that its writer saw', async () => {
  await write('SM0', 'hi');
  await said('SM0');
  await ask('Which colour?', ['Red', 'Green']);
  await ask('Which size?', ['Big', 'Small']);
  await ask('Which price?', ['Low', 'High'], { phone: '+447700900102' });
  await gateway.kill('SIGTERM');
  const db = new DatabaseSync(join(gateway.dir, 'data', 'store.sqlite'));
  const sentAgo = (words: string, ms: number) => db.prepare('UPDATE calls SET started_at = ? WHERE body LIKE ?').run(Date.now() - ms, `%${words}%`);
  sentAgo('Which+colour', 90_000);
  sentAgo('Which+size', 70_000);
  sentAgo('Which+price', 24 * 3_600_000 + 1000);
  db.close();
  twilio.messages.push(listed('SM1', { secondsAgo: 80, body: '2' }), listed('SM2', { secondsAgo: 65, body: '2' }));
  gateway = await start(gateway.dir);
  expect((await said('SM1')).content).toEqual(choice('Green'));
  expect((await said('SM2')).content).toEqual(choice('Small'));
  await write('SM3', '2', '+447700900102');
  expect((await said('SM3')).content).toEqual({ type: 'text', text: '2' });
});
