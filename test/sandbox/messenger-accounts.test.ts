import { createHmac } from 'node:crypto';
import { frozenClock } from '../support/frozen-clock.ts';
import { until } from '../support/gateway.ts';
import { endOf, INSTAGRAM, type MessengerPlatform, PAGE, startMessengerPlatform } from '../support/messenger-platform.ts';
import { type Receiver, startReceiver } from '../support/webhook-receiver.ts';

const PHONE = '447700900123';
const [OURS, OTHER, INBOX] = [PAGE.appId, '990000000000002', '263902037430900'];
let platform: MessengerPlatform;
/** Of an app beside ours, where a test has one. */
let second: Receiver;
afterEach(async () => {
  await platform.stop();
  await second?.close().catch(() => {});
});
const send = (to: string, more: object = {}, token = 'page-token') =>
  platform.call('/v26.0/1049/messages', { token, body: { recipient: { id: to }, message: { text: 'hello' }, ...more } });

describe('one account', () => {
  beforeEach(async () => {
    platform = await startMessengerPlatform();
  });

  test.each<[string, string, [number, number | undefined]]>([
    ['a list replaces the one before', 'messages,message_reads', [200, undefined]],
    ['one name that is none', 'messages,messaging_handover', [400, 100]],
    ['no list', '', [400, 100]],
  ])('subscribed_apps: %s', async (_what, fields, [status, code]) => {
    const done = await platform.call(`/v26.0/1049/subscribed_apps${fields ? `?subscribed_fields=${fields}` : ''}`, { method: 'POST' });
    expect([done.status, done.json.error?.code]).toEqual([status, code]);
    const { data } = (await platform.call('/v26.0/1049/subscribed_apps')).json as { data: { id: string; subscribed_fields: string[] }[] };
    expect(data[0]!.id).toBe(OURS);
    expect(data[0]!.subscribed_fields.length > 2).toBe(status !== 200);
  });

  test('what is not subscribed is not told; deleted, nothing is', async () => {
    await platform.call('/v26.0/1049/subscribed_apps', { body: { subscribed_fields: ['messages', 'message_reads'] } });
    const customer = platform.write(PHONE);
    await send(customer);
    await until('the read', async () => platform.items().some((i) => i.read));
    expect(platform.items().map((i) => Object.keys(i).at(-1))).toEqual(['message', 'read']);
    await platform.call('/v26.0/1049/subscribed_apps', { method: 'DELETE' });
    platform.write(PHONE);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(platform.items()).toHaveLength(2);
  });

  test('personas: made, listed, sent under, deleted', async () => {
    const persona = { name: 'Kari', profile_picture_url: 'https://cdn.example/k.png' };
    const { id } = (await platform.call('/v26.0/1049/personas', { body: persona })).json;
    expect((await platform.call('/v26.0/1049/personas')).json).toEqual({ data: [{ id, ...persona }] });
    const customer = platform.write(PHONE);
    expect((await send(customer, { persona_id: id })).status).toBe(200);
    expect((await platform.call(`/v26.0/${id as unknown as string}`, { method: 'DELETE' })).json).toEqual({ success: true });
    expect(endOf(await send(customer, { persona_id: id }))).toEqual([400, 100, undefined]);
    expect(endOf(await platform.call('/v26.0/1049/personas', { body: { ...persona, name: 'x'.repeat(51) } }))).toEqual([400, 100, undefined]);
  });

  test('a utility template is reviewed, and then sent outside the window with its parameters', async () => {
    const make = (name: string) =>
      platform.call('/v26.0/1049/message_templates', { body: { name, language: 'en', category: 'UTILITY', components: [{ type: 'BODY', text: 'Order {{order_id}} left.' }] } });
    expect((await make('order_update')).json).toEqual({ id: expect.any(String), status: 'PENDING', category: 'UTILITY' });
    await make('promo_rejected');
    const customer = platform.write(PHONE);
    platform.clock.advance(2 * 24 * 3_600_000);
    await until('both reviews', async () => platform.items('changes').length === 2);
    expect(platform.items('changes').map((c) => (c.value as { event: string }).event)).toEqual(['APPROVED', 'REJECTED']);
    const utility = (name: string, parameters: object[], more: object = {}) =>
      send(customer, { messaging_type: 'UTILITY', message: { template: { name, language: { code: 'en' }, components: [{ type: 'body', parameters }] } }, ...more });
    const parameters = [{ type: 'text', parameter_name: 'order_id', text: '5667' }];
    expect((await utility('order_update', parameters)).status).toBe(200);
    expect(platform.simulator.phones.messenger.shown(PHONE).at(-1)!.text).toBe('Order 5667 left.');
    for (const [name, given] of [
      ['order_update', []],
      ['promo_rejected', parameters],
      ['nothing', parameters],
    ] as const)
      expect(endOf(await utility(name, [...given]))).toEqual([400, 100, undefined]);
    expect(endOf(await utility('order_update', parameters, { messaging_type: 'RESPONSE' }))).toEqual([400, 100, undefined]);
    const { data } = (await platform.call('/v26.0/1049/message_templates?name=order_update')).json as { data: { status: string }[] };
    expect(data).toMatchObject([{ status: 'APPROVED' }]);
    expect(endOf(await make('order_update'))).toEqual([400, 100, undefined]);
  });

  test('who is blocked by the business cannot be written to', async () => {
    const customer = platform.write(PHONE);
    const moderate = (actions: string[], ids = [customer]) => platform.call('/v26.0/1049/moderate_conversations', { body: { user_ids: ids.map((id) => ({ id })), actions } });
    expect((await moderate(['block_user'])).status).toBe(200);
    expect(endOf(await send(customer))).toEqual([400, 551, 1545041]);
    await moderate(['unblock_user']);
    expect((await send(customer)).status).toBe(200);
    expect(endOf(await moderate(['block_user', 'move_to_spam', 'ban_user']))).toEqual([400, 100, undefined]);
    expect(
      endOf(
        await moderate(
          ['block_user'],
          Array.from({ length: 11 }, () => customer),
        ),
      ),
    ).toEqual([400, 100, undefined]);
    expect(endOf(await moderate(['block_user'], ['7000000000000000']))).toEqual([400, 100, 2018001]);
  });

  test.each<[string, [number, number | undefined, number | undefined], string[]]>([
    ['noProfile', [400, 100, 2018218], []],
    ['noName', [200, undefined, undefined], ['id']],
  ])('a person whose profile is %s', async (state, end, keys) => {
    const customer = platform.write(PHONE);
    await platform.lever('messenger/people', { id: customer, state });
    const answered = await platform.call(`/v26.0/${customer}?fields=name,first_name`);
    expect(endOf(answered)).toEqual(end);
    if (keys.length) expect(Object.keys(answered.json)).toEqual(keys);
  });

  test('the app’s own calls: what a token is, what the app is subscribed to', async () => {
    const own = { token: `${OURS}|secret` };
    const debug = (token: string) => platform.call(`/v26.0/debug_token?input_token=${token}`, own);
    expect((await debug('page-token')).json.data).toMatchObject({
      app_id: OURS,
      is_valid: true,
      profile_id: '1049',
      scopes: expect.arrayContaining(['pages_messaging']),
      expires_at: 0,
    });
    expect((await debug('nobody')).json.data).toMatchObject({ is_valid: false, error: { code: 190 } });
    await platform.lever('messenger/accounts', { state: 'tokenExpired' });
    expect((await debug('page-token')).json.data).toMatchObject({ is_valid: false, error: { code: 190, subcode: 463 } });
    const { data } = (await platform.call(`/v26.0/${OURS}/subscriptions`, own)).json as { data: { object: string; callback_url: string; fields: { name: string }[] }[] };
    expect(data.map((d) => d.object)).toEqual(['page', 'instagram']);
    expect(data[0]).toMatchObject({ callback_url: `${platform.receiver.url}/webhooks/messenger`, active: true });
    expect(endOf(await platform.call(`/v26.0/${OURS}/subscriptions`))).toEqual([401, 190, undefined]);
  });

  test('a callback is set by the app once it answers the challenge; then webhooks go there, for the fields named', async () => {
    const own = { token: `${OURS}|secret` };
    second = await startReceiver();
    const wanted = { object: 'page', callback_url: `${second.url}/new`, verify_token: 'v t', fields: 'messages' };
    expect(endOf(await platform.call(`/v26.0/${OURS}/subscriptions`, { ...own, body: wanted }))).toEqual([400, 2200, undefined]);
    expect(second.hooks[0]!.path).toMatch(/^\/new\?hub\.mode=subscribe&hub\.challenge=\d+&hub\.verify_token=v%20t$/);
    second.echoChallenge = true;
    expect((await platform.call(`/v26.0/${OURS}/subscriptions`, { ...own, body: wanted })).json).toEqual({ success: true });
    expect(endOf(await platform.call(`/v26.0/${OURS}/subscriptions`, { ...own, body: { ...wanted, fields: 'nothing' } }))).toEqual([400, 100, undefined]);
    const customer = platform.write(PHONE);
    await send(customer);
    platform.write(PHONE, 'again');
    await until('both messages', async () => second.hooks.filter((h) => h.body).length === 2);
    expect(second.hooks.filter((h) => h.body).map((h) => h.path)).toEqual(['/new', '/new']);
    expect(platform.items()).toEqual([]);
  });

  test('the account: its linked Instagram account; tasks fail the call', async () => {
    expect((await platform.call('/v26.0/1049?fields=name,instagram_business_account')).json).toEqual({
      name: 'Acme',
      instagram_business_account: { id: INSTAGRAM.id, username: 'acme' },
      id: '1049',
    });
    expect(endOf(await platform.call('/v26.0/1049?fields=tasks'))).toEqual([400, 100, undefined]);
  });
});

test('a proof is checked, and asked for where the app requires it', async () => {
  platform = await startMessengerPlatform([{ ...PAGE, requireProof: true }]);
  const proof = createHmac('sha256', 'secret').update('page-token').digest('hex');
  const get = (more = '') => platform.call(`/v26.0/me?fields=name${more}`);
  expect((await get()).json.error).toMatchObject({ code: 100, type: 'GraphMethodException' });
  expect((await get('&appsecret_proof=00')).json.error?.code).toBe(100);
  expect((await get(`&appsecret_proof=${proof}`)).status).toBe(200);
});

test('without the Human Agent feature its tag is refused', async () => {
  platform = await startMessengerPlatform([{ ...PAGE, humanAgent: false }]);
  const customer = platform.write(PHONE);
  expect(endOf(await send(customer, { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }))).toEqual([400, 100, undefined]);
});

test('a day has 200 calls for each engaged person: told in headers as it fills, refused at its end, open again a day later', async () => {
  platform = await startMessengerPlatform([{ ...PAGE, engagedUsers: 1 }], [], frozenClock());
  const customer = platform.write(PHONE);
  const first = await send(customer);
  expect(first.headers.get('x-business-use-case-usage')).toBeNull();
  let last = first;
  for (let i = 1; i < 200; i++) last = await send(customer);
  expect(JSON.parse(last.headers.get('x-app-usage')!)).toMatchObject({ call_count: 100 });
  expect(JSON.parse(last.headers.get('x-business-use-case-usage')!)).toEqual({
    1049: [{ type: 'messenger', call_count: 100, total_cputime: 25, total_time: 33, estimated_time_to_regain_access: expect.any(Number) }],
  });
  expect(endOf(await send(customer))).toEqual([400, 80006, undefined]);
  platform.clock.advance(24 * 3_600_000 + 60_000);
  platform.write(PHONE);
  expect((await send(customer)).status).toBe(200);
});

describe('two apps on one Page, with conversation routing', () => {
  const other = 'other-token';
  beforeEach(async () => {
    second = await startReceiver();
    const app = { id: OTHER, secret: 'other-secret', webhookUrl: `${second.url}/hook`, tokens: { 1049: other } };
    platform = await startMessengerPlatform([{ ...PAGE, routing: { defaultApp: OURS, takers: [OTHER] } }], [app]);
  });
  const control = (call: string, to: string, more: object = {}, token = 'page-token') => platform.call(`/v26.0/1049/${call}`, { token, body: { recipient: { id: to }, ...more } });
  const owner = async (to: string, token = 'page-token') =>
    (await platform.call(`/v26.0/1049/thread_owner?recipient=${to}`, { token })).json.data as { thread_owner: { app_id?: string; expiration: number } }[];
  const NOT_OWNER = [400, 10, 2018300];

  test('the default app is told on messaging, the other on standby with its own signature, and may not send', async () => {
    const customer = platform.write(PHONE);
    await until('both', async () => platform.items().length === 1 && platform.items('standby', second).length === 1);
    const { body, headers } = second.hooks[0]!;
    expect(headers['x-hub-signature-256']).toBe(`sha256=${createHmac('sha256', 'other-secret').update(body).digest('hex')}`);
    expect(platform.items('messaging', second)).toEqual([]);
    expect(endOf(await send(customer, {}, other))).toEqual(NOT_OWNER);
    expect((await send(customer)).status).toBe(200);
    await until('the echo on standby', async () => platform.items('standby', second).some((i) => i.message?.is_echo));
  });

  test('passed to the other app: it is told, sends, and is on messaging; the payload of our button stays ours', async () => {
    const customer = platform.write(PHONE);
    const buttons = { attachment: { type: 'template', payload: { template_type: 'button', text: 'a', buttons: [{ type: 'postback', title: 'Yes', payload: 'Y' }] } } };
    await send(customer, { message: buttons });
    expect((await control('pass_thread_control', customer, { target_app_id: OTHER, metadata: 'yours' })).json).toEqual({ success: true });
    await until('the pass', async () => platform.items('messaging', second).some((i) => i.pass_thread_control));
    expect(platform.items('messaging', second)[0]!.pass_thread_control).toEqual({ previous_owner_app_id: OURS, new_owner_app_id: OTHER, metadata: 'yours' });
    expect(endOf(await send(customer))).toEqual(NOT_OWNER);
    expect((await send(customer, {}, other)).status).toBe(200);
    expect(await owner(customer)).toEqual([{ thread_owner: { app_id: OTHER, expiration: expect.any(Number) } }]);
    await platform.lever('messenger/acts', { from: PHONE, act: 'tap', payload: 'Y' });
    await until('the postback on both', async () => platform.items('standby').some((i) => i.postback) && platform.items('messaging', second).some((i) => i.postback));
    expect(platform.items('standby').find((i) => i.postback)!.postback).toEqual({ mid: expect.any(String), title: 'Yes' });
    expect(platform.items('messaging', second).find((i) => i.postback)!.postback).toEqual({ mid: expect.any(String), title: 'Yes' });
  });

  test('taken: by whom the toggle lets; who lost it is told. Released it is idle, and the default app’s', async () => {
    const customer = platform.write(PHONE);
    expect((await control('take_thread_control', customer, {}, other)).json).toEqual({ success: true });
    await until('the loss', async () => platform.items().some((i) => i.take_thread_control));
    expect(endOf(await control('take_thread_control', customer, {}, other))).toEqual([400, 100, undefined]);
    expect(endOf(await control('take_thread_control', customer))).toEqual([400, 100, 2018171]);
    expect(endOf(await control('release_thread_control', customer))).toEqual(NOT_OWNER);
    expect((await control('release_thread_control', customer, {}, other)).status).toBe(200);
    expect(await owner(customer)).toEqual([]);
    expect((await send(customer)).status).toBe(200);
  });

  test('asked for: the owner is told; extended up to seven days, else it ends a day after the last message', async () => {
    const customer = platform.write(PHONE);
    await control('request_thread_control', customer, { metadata: 'may I?' }, other);
    await until('the question', async () => platform.items().some((i) => i.request_thread_control));
    expect(platform.items().at(-1)!.request_thread_control).toEqual({ requested_owner_app_id: Number(OTHER), metadata: 'may I?' });
    await control('pass_thread_control', customer, { target_app_id: OTHER });
    expect(endOf(await control('extend_thread_control', customer, { duration: 604_801 }, other))).toEqual([400, 100, undefined]);
    expect(endOf(await control('extend_thread_control', customer, { duration: 60 }))).toEqual(NOT_OWNER);
    await control('extend_thread_control', customer, { duration: 2 * 86_400 }, other);
    platform.clock.advance(30 * 3_600_000);
    expect(endOf(await send(customer))).toEqual(NOT_OWNER);
    platform.clock.advance(30 * 3_600_000);
    expect(await owner(customer)).toEqual([]);
  });

  test.each<[string, object, [number, number | undefined, number | undefined]]>([
    ['an app that is none', { control_type: 'pass', app_id: '1' }, [400, 100, 2018164]],
    ['the inbox', { control_type: 'pass', app_id: INBOX }, [200, undefined, undefined]],
    ['nobody', { control_type: 'release' }, [200, undefined, undefined]],
  ])('with a message, to %s: refused before it goes, done after it', async (_what, thread_control, end) => {
    const customer = platform.write(PHONE);
    expect(endOf(await send(customer, { thread_control }))).toEqual(end);
    const gone = end[0] === 200;
    expect(platform.simulator.phones.messenger.shown(PHONE)).toHaveLength(gone ? 2 : 1);
    expect((await owner(customer)).map((o) => o.thread_owner.app_id)).toEqual(gone ? ('app_id' in thread_control ? [INBOX] : []) : [OURS]);
  });

  test('a human in the inbox takes the thread: we hear on standby, and may not send', async () => {
    const customer = platform.write(PHONE);
    await platform.lever('messenger/acts', { from: PHONE, act: 'inbox', text: 'Kari here' });
    platform.write(PHONE, 'thanks');
    await until('standby', async () => platform.items('standby').some((i) => i.message?.text === 'thanks'));
    expect(endOf(await send(customer))).toEqual(NOT_OWNER);
    const { data } = (await platform.call('/v26.0/1049/conversations?fields=is_owner')).json as { data: { is_owner: boolean }[] };
    expect(data).toMatchObject([{ is_owner: false }]);
  });
});
