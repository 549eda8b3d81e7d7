import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { channel, type Event, remove, sleep, startGateway, type TestGateway, text, until, webhook } from '../support/gateway.ts';
import { listed, OWN, smsChannel, startTwilioApi, type TwilioApi } from '../support/twilio-api.ts';

let gateway: TestGateway;
let twilio: TwilioApi;
beforeEach(async () => {
  twilio = await startTwilioApi();
});
afterEach(async () => {
  await gateway.kill();
  remove(gateway);
  await twilio.end();
});
const start = (over: { dir?: string; channels?: object[] } = {}) => startGateway({ channels: [smsChannel()], env: { TWILIO_API_URL: twilio.url }, ...over });
interface Pass {
  channel: string;
  listed: number;
  missed: number;
  asked: number;
  error?: string;
}
const reconcile = async (body: object = {}) => ((await gateway.call('/v1/reconcile', { method: 'POST', body })).json as unknown as { channels: Pass[] }).channels;
const passOf = (missed: number) =>
  until(`a pass that brought ${missed}`, async () => ((await gateway.call('/v1/reconcile')).json as unknown as { channels: Pass[] }).channels.some((p) => p.missed === missed));
/** The mark stands: from here on nothing is too old to be missed. */
const firstPass = () => passOf(0);
const bodies = async () => ((await gateway.call('/v1/ledger')).json as unknown as { journals: { received: number }[] }).journals.reduce((n, j) => n + j.received, 0);
const texts = (events: readonly Event[]) => events.filter((e) => e.type === 'message.received').map((e) => e.data.message?.content.text);
const settled = (wanted: number, type = 'message.received') => until(`${wanted} of ${type}`, async () => (await gateway.events()).filter((e) => e.type === type).length >= wanted);

test('away: what came meanwhile is there after the start, once, in order, marked; a further pass brings nothing and journals nothing', async () => {
  gateway = await start();
  await firstPass();
  await gateway.kill();
  for (let i = 0; i < 120; i++) twilio.messages.push(listed(`SM${i}`, { from: `+4477009001${String(i % 7).padStart(2, '0')}`, secondsAgo: 120 - i }));
  gateway = await start({ dir: gateway.dir });
  await settled(120);
  await passOf(120); // else the next one asked for is this one
  const events = (await gateway.events()).filter((e) => e.type === 'message.received');
  expect(new Set(events.map((e) => e.data.message?.platformId)).size).toBe(120);
  expect(events).toHaveLength(120);
  expect(events.every((e) => (e.data.raw as { origin?: string }).origin === 'backfill')).toBe(true);
  const one = events.filter((e) => e.subject === events[0]?.subject).map((e) => Number(/\d+$/.exec(e.data.message?.platformId ?? '')?.[0]));
  expect(one).toEqual([...one].sort((a, b) => a - b));
  const before = await bodies();
  expect(await reconcile()).toEqual([expect.objectContaining({ channel: 'ch_sms', listed: 120, missed: 0 })]);
  expect(await bodies()).toBe(before);
});

test('what came by its webhook is not brought again; of more than a day ago is history', async () => {
  gateway = await start();
  await firstPass();
  twilio.messages.push(listed('SMold', { secondsAgo: 3 * 86_400, body: 'long ago' }), listed('SMnew', { secondsAgo: 5, body: 'just now' }));
  expect(await reconcile({ since: new Date(Date.now() - 7 * 86_400_000).toISOString() })).toMatchObject([{ listed: 2, missed: 2 }]);
  await settled(1);
  await settled(1, 'message.imported');
  expect(texts(await gateway.events())).toEqual(['just now']);
  expect(await reconcile()).toMatchObject([{ missed: 0 }]);
});

test('a platform that throttles is asked again; one that refuses us is a finding, and the mark stays', async () => {
  gateway = await start();
  await firstPass();
  twilio.messages.push(listed('SM1'));
  twilio.state.refuse.push({ status: 429, body: { code: 20429, message: 'Too many requests', status: 429 } });
  expect(await reconcile()).toMatchObject([{ listed: 1, missed: 1 }]);
  await settled(1); // until then it counts as missed again
  twilio.state.refuse.push({ status: 401, body: { code: 20003, message: 'Authenticate', status: 401 } });
  expect(await reconcile()).toMatchObject([{ channel: 'ch_sms', error: 'channel_unauthorized' }]);
  twilio.messages.push(listed('SM2', { secondsAgo: 100 }));
  expect(await reconcile()).toMatchObject([{ listed: 2, missed: 1 }]);
  const refused = await gateway.call('/v1/reconcile', { method: 'POST', body: { channel: 'ch_nobody' } });
  expect(refused).toMatchObject({ status: 422, json: { code: 'unknown_channel' } });
});

test('the final state of a message of ours that no callback told is asked for', async () => {
  gateway = await start();
  const { id } = (await gateway.call('/v1/messages', { method: 'POST', body: { channel: 'ch_sms', to: { phone: '+447700900101' }, content: { type: 'text', text: 'hi' } } }))
    .json as unknown as { id: string };
  const status = async () => ((await gateway.call(`/v1/messages/${id}`)).json as unknown as { status: string; timeline: { kind: string }[] }).status;
  await until('accepted', async () => (await gateway.call(`/v1/messages/${id}`)).text.includes('accepted'));
  await gateway.kill('SIGTERM');
  const db = new DatabaseSync(join(gateway.dir, 'data', 'store.sqlite'));
  db.exec("UPDATE calls SET started_at = started_at - 180000; UPDATE meta SET value = CAST(value AS INTEGER) - 240000 WHERE key LIKE 'reconciled:%'");
  db.close();
  const sent = twilio.messages.find((m) => m.direction === 'outbound-api');
  if (sent) Object.assign(sent, { status: 'undelivered', error_code: 30003 });
  gateway = await start({ dir: gateway.dir });
  await until('failed', async () => (await status()) === 'failed');
  const event = (await gateway.events()).find((e) => e.type === 'message.status' && e.data.status === 'failed');
  expect(event?.data).toMatchObject({ messageId: id, error: { platformCode: '30003' }, raw: { origin: 'backfill' } });
});

test('a send whose answer was lost is looked up, and counts as sent; the platform has it once', async () => {
  gateway = await start();
  twilio.state.cutCreates = true; // taken, and the connection ends
  const { id } = (
    await gateway.call('/v1/messages', { method: 'POST', body: { channel: 'ch_sms', to: { phone: '+447700900101' }, content: { type: 'text', text: 'is it there?' } } })
  ).json as unknown as { id: string };
  const message = async () => (await gateway.call(`/v1/messages/${id}`)).json as unknown as { status: string; platformId: string | null; timeline: { kind: string }[] };
  await until('in doubt', async () => (await message()).timeline.some((t) => t.kind === 'unknown'));
  await until('found', async () => (await message()).timeline.some((t) => t.kind === 'accepted'));
  expect((await message()).platformId).toBe(twilio.messages[0]?.sid);
  expect(twilio.requests.filter((r) => r.method === 'POST')).toHaveLength(1);
});

test('WhatsApp keeps no list: a reply to a message that nobody saw is a suspected gap, until the message comes', async () => {
  const number = '207700000000123';
  gateway = await start({ channels: [channel('ch_wa', number), smsChannel()] });
  const gaps = async () => ((await gateway.call('/v1/reconcile')).json as unknown as { suspectedGaps: { platformId: string; namedBy: string }[] }).suspectedGaps;
  await gateway.post(webhook(number, { messages: [{ ...text('447700900101', 'wamid.B'), context: { from: '447700900101', id: 'wamid.LOST' } }] }));
  await settled(1);
  expect(await gaps()).toMatchObject([{ channel: 'ch_wa', platformId: 'wamid.LOST', namedBy: 'reply' }]);
  expect((await reconcile()).map((p) => p.channel)).toEqual(['ch_sms']);
  await gateway.post(webhook(number, { messages: [text('447700900101', 'wamid.LOST')] }));
  await settled(2);
  expect(await gaps()).toEqual([]);
});

test('the check of a channel says what to set at the platform', async () => {
  gateway = await start();
  const check = async () =>
    (await gateway.call('/v1/channels/ch_sms/check', { method: 'POST' })).json as unknown as { ok: boolean; findings: { check: string; ok: boolean; detail: string }[] };
  expect(await check()).toMatchObject({ ok: false, findings: [{ detail: expect.stringContaining(`has no ${OWN}`) as string }] });
  twilio.state.numbers = [{ phone_number: OWN, sms_url: `${gateway.url}/webhooks/sms`, sms_fallback_url: null }];
  const poor = await check();
  expect(poor.findings.map((f) => f.ok)).toEqual([true, false, false]);
  expect(poor.findings[1]?.detail).toContain('#rc=5&rp=ct,rt,5xx&ct=2000&rt=3500');
  twilio.state.numbers = [{ phone_number: OWN, sms_url: `${gateway.url}/webhooks/sms#rc=5&rp=ct,rt,5xx&ct=2000&rt=3500`, sms_fallback_url: `${gateway.url}/webhooks/sms` }];
  expect(await check()).toMatchObject({ ok: true });
  twilio.state.numbers = [{ phone_number: OWN, sms_url: 'https://elsewhere.example/sms', sms_fallback_url: 'x' }];
  expect((await check()).findings[1]).toMatchObject({ ok: false, detail: expect.stringContaining('elsewhere.example') as string });
});

test('a token rotated by API is used at once, outlives a restart with an unchanged file, and the old one still verifies; what the file sets is refused', async () => {
  const number = '207700000000123';
  const wa = channel('ch_wa', number);
  gateway = await start({ channels: [wa] });
  const patched = await gateway.call('/v1/channels/ch_wa', { method: 'PATCH', body: { name: 'Other' } });
  expect(patched).toMatchObject({ status: 409, json: { code: 'managed_by_file', detail: expect.stringContaining('channels.json') as string } });
  expect((await gateway.call('/v1/channels/ch_wa/rotate', { method: 'POST', body: {} })).status).toBe(400);
  expect((await gateway.call('/v1/channels/ch_wa/rotate', { method: 'POST', body: { appSecret: 'fresh-secret' } })).status).toBe(200);
  const post = (id: string, secret?: string) => gateway.post(webhook(number, { messages: [text('447700900101', id)] }), secret ? { secret } : {});
  expect([await post('wamid.1'), await post('wamid.2', 'fresh-secret'), await post('wamid.3', 'wrong')]).toEqual([200, 200, 401]);
  await gateway.kill('SIGTERM');
  gateway = await start({ dir: gateway.dir, channels: [wa] });
  expect([await post('wamid.4'), await post('wamid.5', 'fresh-secret')]).toEqual([200, 200]);
  await settled(4);
  await sleep(100);
  expect((await gateway.events()).map((e) => e.type)).toEqual(Array(4).fill('message.received'));
});
