import { until } from '../support/gateway.ts';
import { DAY, endOf, type Item, type MessengerPlatform, startMessengerPlatform } from '../support/messenger-platform.ts';

const PHONE = '447700900123';
let platform: MessengerPlatform;
beforeEach(async () => {
  platform = await startMessengerPlatform();
});
afterEach(() => platform.stop());

type On = 'messenger' | 'instagram';
const tokens = { messenger: 'page-token', instagram: 'ig-token' };
const nodes = { messenger: '1049', instagram: '17841400000000001' };
const send = async (to: string, message: object, on: On = 'messenger') =>
  (await platform.call(`/v26.0/${nodes[on]}/messages`, { token: tokens[on], body: { recipient: { id: to }, messaging_type: 'RESPONSE', message } })).json.message_id!;
const act = (name: string, more: object = {}, on: On = 'messenger') => platform.lever(`${on}/acts`, { from: PHONE, act: name, ...more });
/** The item that has this property, once it came. */
async function told(property: string, pick: (item: Item) => boolean = () => true): Promise<Item> {
  let found: Item | undefined;
  await until(property, async () => {
    found = platform.items().find((i) => i[property] !== undefined && pick(i));
    return found !== undefined;
  });
  return found!;
}
const buttons = { attachment: { type: 'template', payload: { template_type: 'button', text: 'Talk?', buttons: [{ type: 'postback', title: 'Call me', payload: 'CALL' }] } } };

test('a quick reply is tapped: a message with its title and payload; it is gone after the next message', async () => {
  const customer = platform.write(PHONE);
  await send(customer, { text: 'Which?', quick_replies: [{ content_type: 'text', title: 'Red', payload: 'C=RED' }] });
  expect((await act('tap', { payload: 'C=RED' })).status).toBe(202);
  const { message } = await told('message', (i) => i.message!.text === 'Red');
  expect(message).toMatchObject({ text: 'Red', quick_reply: { payload: 'C=RED' } });
  await send(customer, { text: 'Good' });
  expect(await act('tap', { payload: 'C=RED' })).toMatchObject({ status: 400, json: { detail: expect.stringContaining('nothing') } });
});

test.each<[On]>([['messenger'], ['instagram']])('a button is tapped on %s, also later: a postback of its own', async (on) => {
  const customer = platform.write(PHONE, 'hi', on);
  await send(customer, buttons, on);
  await send(customer, { text: 'more' }, on);
  const { json } = await act('tap', { title: 'Call me' }, on);
  expect(await told('postback')).toEqual({
    sender: { id: customer },
    recipient: { id: nodes[on] },
    timestamp: expect.any(Number),
    postback: { mid: json.id, title: 'Call me', payload: 'CALL' },
  });
});

test('Get Started with its referral, an ice breaker and the menu are tapped as the profile has them', async () => {
  expect((await act('get_started')).status).toBe(400);
  const profile = {
    get_started: { payload: 'START' },
    ice_breakers: [{ question: 'Where are you?', payload: 'WHERE' }],
    persistent_menu: [{ locale: 'default', call_to_actions: [{ type: 'postback', title: 'Help', payload: 'HELP' }] }],
  };
  expect((await platform.call('/v26.0/me/messenger_profile', { body: profile })).json).toEqual({ result: 'success' });
  await act('get_started', { referral: { ref: 'qr-12', source: 'SHORTLINK', type: 'OPEN_THREAD' } });
  await act('tap', { payload: 'WHERE' });
  await act('tap', { title: 'Help' });
  await until('three postbacks', async () => platform.items().filter((i) => i.postback).length === 3);
  expect(platform.items().map((i) => i.postback)).toMatchObject([
    { payload: 'START', referral: { ref: 'qr-12' } },
    { title: 'Where are you?', payload: 'WHERE' },
    { payload: 'HELP' },
  ]);
  const names = async () => (await platform.call('/v26.0/me/messenger_profile?fields=get_started,ice_breakers')).json.data;
  expect(await names()).toMatchObject([{ get_started: { payload: 'START' } }]);
  await platform.call('/v26.0/me/messenger_profile', { method: 'DELETE', body: { fields: ['get_started', 'ice_breakers'] } });
  expect(await names()).toEqual([]);
  expect(endOf(await platform.call('/v26.0/me/messenger_profile', { body: { ice_breakers: Array.from({ length: 5 }, () => ({ question: 'a', payload: 'b' })) } }))).toEqual([
    400,
    100,
    undefined,
  ]);
});

test('a reaction and its end, an edit up to five times', async () => {
  const customer = platform.write(PHONE);
  const own = platform.simulator.phones.messenger.shown(PHONE)[0]!.id;
  const mid = await send(customer, { text: 'hello' });
  await act('react', { mid, emoji: '❤️' });
  expect((await told('reaction')).reaction).toEqual({ mid, action: 'react', reaction: 'love', emoji: '❤️' });
  await act('unreact', { mid });
  expect((await told('reaction', (i) => (i.reaction as { action: string }).action === 'unreact')).reaction).toEqual({ mid, action: 'unreact' });
  expect((await act('unreact', { mid })).status).toBe(400);
  for (let i = 1; i <= 5; i++) expect((await act('edit', { mid: own, text: `v${i}` })).status).toBe(202);
  expect((await act('edit', { mid: own, text: 'v6' })).status).toBe(400);
  expect((await told('message_edit', (i) => (i.message_edit as { num_edit: number }).num_edit === 5)).message_edit).toEqual({ mid: own, text: 'v5', num_edit: 5 });
  expect((await platform.call(`/v26.0/${own}?fields=message`)).json.message).toBe('v5');
  expect((await act('edit', { mid, text: 'not mine' })).status).toBe(400);
});

test('a message is unsent: Instagram tells it, Messenger only refuses to read it', async () => {
  platform.write(PHONE, 'oops', 'instagram');
  platform.write(PHONE, 'oops');
  const [instagram, messenger] = [platform.simulator.phones.instagram.shown(PHONE)[0]!.id, platform.simulator.phones.messenger.shown(PHONE)[0]!.id];
  await act('unsend', { mid: instagram }, 'instagram');
  await act('unsend', { mid: messenger });
  const { message } = await told('message', (i) => i.message!.is_deleted === true);
  expect(message).toEqual({ mid: instagram, is_deleted: true });
  expect(endOf(await platform.call(`/v26.0/${messenger}?fields=message`))).toEqual([400, 9000001, undefined]);
  expect(platform.items().filter((i) => i.message?.is_deleted)).toHaveLength(1);
});

test('what is read: a watermark on Messenger, the last message on Instagram; nothing where nothing was sent', async () => {
  for (const on of ['messenger', 'instagram'] as const) {
    const customer = platform.write(PHONE, 'hi', on);
    expect((await act('read', {}, on)).status).toBe(400);
    await platform.lever(`${on}/people`, { id: customer, state: 'unread' });
    const mid = await send(customer, { text: 'hello' }, on);
    await act('read', {}, on);
    const read = (await told('read', (i) => i.sender!.id === customer)).read;
    expect(read).toEqual(on === 'messenger' ? { watermark: expect.any(Number) } : { mid });
  }
});

test.each<[string, string, object, string, object]>([
  ['a link into the conversation', 'referral', { ref: 'shelf-3' }, 'referral', { ref: 'shelf-3', source: 'SHORTLINK', type: 'OPEN_THREAD' }],
  ['an ad', 'referral', { ad_id: '238', source: 'ADS' }, 'referral', { ad_id: '238', source: 'ADS', type: 'OPEN_THREAD' }],
  ['a plugin', 'optin', { ref: 'order-881' }, 'optin', { ref: 'order-881' }],
  ['a survey answered', 'other', { item: { messaging_feedback: { feedback_screens: [] } } }, 'messaging_feedback', { feedback_screens: [] }],
  ['an account linked', 'other', { item: { account_linking: { status: 'linked' } } }, 'account_linking', { status: 'linked' }],
  ['something new', 'other', { item: { hologram: { id: 1 } } }, 'hologram', { id: 1 }],
])('%s is told', async (_what, name, more, property, value) => {
  const customer = platform.write(PHONE);
  expect((await act(name, more)).json.customer).toBe(customer);
  expect((await told(property))[property]).toEqual(value);
});

test('a policy is enforced: about the account, with no sender', async () => {
  await act('other', { item: { policy_enforcement: { action: 'block', reason: 'spam' } } });
  expect(await told('policy_enforcement')).toEqual({ recipient: { id: '1049' }, timestamp: expect.any(Number), policy_enforcement: { action: 'block', reason: 'spam' } });
});

test.each<[string, object, number]>([
  ['a tap', { act: 'tap', payload: 'CALL' }, 200],
  ['a reaction', { act: 'react', emoji: '👍' }, 200],
  ['a referral', { act: 'referral', ref: 'a' }, 200],
  ['an opt-in of a plugin', { act: 'optin', ref: 'a' }, 200],
  ['an opt-in for marketing', { act: 'optin', optin: { type: 'notification_messages', payload: 'WEEKLY' } }, 400],
  ['reading', { act: 'read' }, 400],
  ['an edit', { act: 'edit', text: 'b' }, 400],
])('on day 2 %s: a reply is answered %s', async (_what, body, status) => {
  const customer = platform.write(PHONE);
  const theirs = platform.simulator.phones.messenger.shown(PHONE)[0]!.id;
  const mid = await send(customer, buttons);
  platform.clock.advance(2 * DAY);
  const { status: done } = await platform.lever('messenger/acts', { from: PHONE, mid: (body as { act: string }).act === 'edit' ? theirs : mid, ...body });
  expect(done).toBe(202);
  const answered = await platform.call('/v26.0/me/messages', { body: { recipient: { id: customer }, message: { text: 'hello' } } });
  expect(answered.status).toBe(status);
});

test('a checkbox: known by user_ref alone, answered without an id', async () => {
  await act('optin', { ref: 'order-881', user_ref: 'checkout-1' });
  expect(await told('optin')).toEqual({ recipient: { id: '1049' }, timestamp: expect.any(Number), optin: { ref: 'order-881', user_ref: 'checkout-1' } });
  const { json } = await platform.call('/v26.0/me/messages', { body: { recipient: { user_ref: 'checkout-1' }, message: { text: 'hello' } } });
  expect(json).toEqual({ message_id: expect.stringMatching(/^m_/) });
  expect(endOf(await platform.call('/v26.0/me/messages', { body: { recipient: { user_ref: 'other' }, message: { text: 'hello' } } }))).toEqual([400, 100, 2018001]);
  const customer = platform.write(PHONE);
  expect(await told('prior_message')).toMatchObject({ sender: { id: customer }, prior_message: { identifier: 'checkout-1' } });
});

test.each<[On, string]>([
  ['messenger', 'feed'],
  ['instagram', 'comments'],
])('a comment on %s comes as %s, and is answered in private once within seven days, without a profile', async (on, field) => {
  const { comment, customer } = (await act('comment', { text: 'Price?', name: 'Kari' }, on)).json;
  await until('the change', async () => platform.items('changes').length === 1);
  const change = platform.items('changes')[0] as unknown as { field: string; value: Record<string, unknown> };
  expect(change).toMatchObject({ field, value: { from: { id: customer } } });
  expect(change.value[on === 'messenger' ? 'comment_id' : 'id']).toBe(comment);
  const reply = () => platform.call(`/v26.0/${nodes[on]}/messages`, { token: tokens[on], body: { recipient: { comment_id: comment }, message: { text: 'Ten' } } });
  expect(endOf(await platform.call(`/v26.0/${customer}?fields=name`, { token: tokens[on] }))).toEqual(on === 'messenger' ? [400, 100, 2018218] : [403, 230, undefined]);
  expect((await reply()).json).toMatchObject({ recipient_id: customer });
  expect(endOf(await reply())).toEqual([400, 100, 2534025]);
  const late = (await act('comment', {}, on)).json.comment;
  platform.clock.advance(7 * DAY + 1);
  const body = { recipient: { comment_id: late }, message: { text: 'Ten' } };
  expect(endOf(await platform.call(`/v26.0/${nodes[on]}/messages`, { token: tokens[on], body }))).toEqual([400, 100, 2534025]);
});

test('any message of the customer: a shared post, a location, a story reply', async () => {
  const attachments = [{ type: 'ig_reel', payload: { reel_video_id: '182', title: 'Reel', url: 'https://cdn.example/r' } }];
  const { json } = await act('message', { message: { attachments } }, 'instagram');
  expect((await told('message')).message).toEqual({ mid: json.id, attachments });
  await act('message', { message: { text: 'Love this', reply_to: { story: { id: '180', url: 'https://cdn.example/s' } } } }, 'instagram');
  expect((await told('message', (i) => i.message!.text === 'Love this')).message).toMatchObject({ reply_to: { story: { id: '180' } } });
});

test('the human in the inbox: an echo with an app id that is not ours, and on the phone', async () => {
  const customer = platform.write(PHONE);
  const { json } = await act('inbox', { text: 'Kari here' });
  expect((await told('message', (i) => i.message!.is_echo === true)).message).toMatchObject({ mid: json.id, app_id: 263902037430900, text: 'Kari here' });
  expect(platform.simulator.phones.messenger.shown(PHONE).map((s) => s.text)).toEqual(['hi', 'Kari here']);
  expect(customer).toBe(json.customer);
});
