import { booksHold } from '../support/books.ts';
import { type Event, remove, SECRET, sleep, startGateway, type TestGateway, until } from '../support/gateway.ts';
import { type GraphAnswer, type GraphCall, startGraphApi } from '../support/graph-api.ts';

const PAGE = '104900000000001';
const IGID = '17841400000000001';
const CHANNELS = [
  { id: 'ch_fb', type: 'messenger', tenant: 'acme', name: 'Acme', pageId: PAGE, accessToken: 'token-ch_fb', appSecret: SECRET, verifyToken: 'v' },
  { id: 'ch_ig', type: 'instagram', tenant: 'acme', name: 'acme', instagramId: IGID, pageId: null, accessToken: 'token-ch_ig', appSecret: SECRET, verifyToken: 'v' },
];
const ACCOUNTS = [
  ['page', PAGE, 'ch_fb', '7410000000000011'],
  ['instagram', IGID, 'ch_ig', '9120000000000077'],
] as const;
type Item = Record<string, unknown>;

let gateway: TestGateway;
let graph: Awaited<ReturnType<typeof startGraphApi>>;
let answer: (call: GraphCall, n: number) => GraphAnswer | null | Promise<GraphAnswer | null>;
beforeAll(async () => {
  // The gateway also lists conversations and asks for names: there is nothing.
  graph = await startGraphApi((call, n) => (call.method === 'GET' ? nothing(call) : answer(call, n)));
  gateway = await startGateway({ channels: CHANNELS, env: { GRAPH_API_URL: graph.url } });
});
afterAll(async () => {
  await gateway.kill();
  remove(gateway);
  await graph.end();
});

let clock = Date.now();
/** Moments that pass, as the platform would tell them. */
const now = () => (clock = Math.max(clock + 1, Date.now()));
const body = (object: string, account: string, items: Item[], list = 'messaging') => ({ object, entry: [{ id: account, time: now(), [list]: items }] });
const from = (customer: object, account: string, event: Item): Item => ({ sender: customer, recipient: { id: account }, timestamp: now(), ...event });
const echo = (account: string, customer: object, message: Item): Item => ({
  sender: { id: account },
  recipient: customer,
  timestamp: now(),
  message: { is_echo: true, ...message },
});
const post = async (value: unknown, path = '/webhooks/messenger') => expect(await gateway.post(value, { path })).toBe(200);

/** Every call is taken and answered only when `go` is called. */
function hold(told: () => object): () => void {
  let go: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  answer = async () => {
    const body = told();
    await held;
    return { body };
  };
  return go;
}

const events = () => gateway.events();
const of = (all: Event[], type: string, platformId: string) => all.filter((e) => e.type === type && e.data.message?.platformId === platformId);
const arrived = (platformId: string) => until(platformId, async () => (await events()).some((e) => e.data.message?.platformId === platformId));
const books = async (channel: string) => (await booksHold(gateway)).channels.find((c) => c.channel === channel);
const absorbedOf = async (channel: string, reason: string) => (await books(channel))?.absorbed[reason] ?? 0;

async function send(channel: string, to: object, text: string): Promise<string> {
  const response = await gateway.call('/v1/messages', { method: 'POST', body: { channel, to, content: { type: 'text', text } } });
  expect([response.status, response.text]).toEqual([202, expect.any(String)]);
  return (response.json as { id: string }).id;
}
const stateOf = async (id: string) => ((await gateway.call(`/v1/messages/${id}`)).json as { status: string }).status;
const reaches = (id: string, state: string) => until(`${id} ${state}`, async () => (await stateOf(id)) === state);
const statusesOf = async (id: string) => (await events()).filter((e) => e.type === 'message.status' && e.data.messageId === id).map((e) => e.data.status);
const nothing = ({ url }: GraphCall): GraphAnswer =>
  url.pathname.endsWith('/conversations') ? { body: { data: [] } } : { status: 400, body: { error: { code: 100, error_subcode: 33 } } };
const sends = () => graph.calls.filter((c) => c.method === 'POST');
const ofLast = () => sends().at(-1)?.body as { message: { metadata: string; text: string }; recipient: object };

test.each(ACCOUNTS)('one effect on %s: at once, re-batched, through messaging and standby, on both paths', async (object, account, channel, customer) => {
  const item = (mid: string) => from({ id: customer }, account, { message: { mid, text: 'Is my parcel late?' } });
  const [same, other] = [item(`m_same_${object}`), item(`m_other_${object}`)];
  const paths = ['/webhooks/messenger', `/webhooks/messenger/${channel}`];
  await Promise.all(Array.from({ length: 40 }, (_, i) => post(body(object, account, [same], i % 4 === 3 ? 'standby' : 'messaging'), paths[i % 2])));
  await post({ object, entry: [body(object, account, [other, same]).entry[0], body(object, account, [same, other], 'standby').entry[0]] });
  await arrived(`m_other_${object}`);
  const counted = await books(channel);
  const all = await events();
  const here = all.filter((e) => e.source === `/channels/${channel}`);
  expect(here.map((e) => e.data.message?.platformId)).toEqual([`m_same_${object}`, `m_other_${object}`]);
  expect(new Set(here.map((e) => e.subject)).size).toBe(1);
  expect(counted).toMatchObject({ elements: 44, published: 2, duplicate: 42, deadLettered: 0 });
});

test("an echo of our own send is absorbed, another app's is message.echo; delivery and reading become statuses of each message", async () => {
  const customer = { id: '7410000000000021' };
  let n = 0;
  answer = () => ({ body: { recipient_id: customer.id, message_id: `m_Own${++n}` } });
  await post(body('page', PAGE, [from(customer, PAGE, { message: { mid: 'm_hello', text: 'Hello' } })]));
  await arrived('m_hello');
  const first = await send('ch_fb', { psid: customer.id }, 'first');
  await reaches(first, 'sent');
  expect(sends().at(-1)).toMatchObject({
    url: { pathname: `/v26.0/${PAGE}/messages` },
    authorization: 'Bearer token-ch_fb',
    body: { recipient: customer, messaging_type: 'RESPONSE', message: { text: 'first', metadata: `${first}.1.1` } },
  });
  const second = await send('ch_fb', { psid: customer.id }, 'second');
  await reaches(second, 'sent');
  await post(
    body('page', PAGE, [
      echo(PAGE, customer, { mid: 'm_Own1', app_id: 880000000000001, metadata: `${first}.1.1`, text: 'first' }),
      echo(PAGE, customer, { mid: 'm_Inbox', app_id: '263902037430900', text: 'A person here' }),
    ]),
  );
  await arrived('m_Inbox');
  expect(await absorbedOf('ch_fb', 'own_echo')).toBe(1);
  const all = await events();
  expect([of(all, 'message.echo', 'm_Own1').length, of(all, 'message.echo', 'm_Inbox').length]).toEqual([0, 1]);
  await post(body('page', PAGE, [from(customer, PAGE, { delivery: { mids: ['m_Own1'], watermark: now() } })]));
  await reaches(second, 'delivered');
  await post(body('page', PAGE, [from(customer, PAGE, { read: { watermark: now() } })]));
  await reaches(first, 'read');
  await reaches(second, 'read');
  for (const id of [first, second]) expect(await statusesOf(id)).toEqual(['queued', 'sent', 'delivered', 'read']);
  await books('ch_fb');
});

test('echo, delivery and reading before the answer of the send: one message, its statuses, nothing doubled', async () => {
  const customer = { id: '7410000000000031' };
  const go = hold(() => ({ recipient_id: customer.id, message_id: 'm_Early' }));
  const before = sends().length;
  await post(body('page', PAGE, [from(customer, PAGE, { message: { mid: 'm_hi31', text: 'Hello' } })]));
  await arrived('m_hi31');
  const id = await send('ch_fb', { psid: customer.id }, 'early');
  await until('the call', async () => sends().length > before);
  await sleep(20);
  // The watermark comes first and names nothing that is known; then the echo; the answer comes last.
  await post(body('page', PAGE, [from(customer, PAGE, { delivery: { watermark: now() } })]));
  await post(body('page', PAGE, [echo(PAGE, customer, { mid: 'm_Early', metadata: ofLast().message.metadata, text: 'early' })]));
  await reaches(id, 'delivered');
  await post(body('page', PAGE, [from(customer, PAGE, { read: { watermark: now() } })]));
  await reaches(id, 'read');
  go();
  await until('accepted', async () => ((await gateway.call(`/v1/messages/${id}`)).text as string).includes('"accepted"'));
  expect(await statusesOf(id)).toEqual(['queued', 'sent', 'delivered', 'read']);
  expect(of(await events(), 'message.echo', 'm_Early')).toEqual([]);
  await books('ch_fb');
});

test('a watermark before the answer alone: applied when the answer comes', async () => {
  const customer = { id: '7410000000000032' };
  const go = hold(() => ({ recipient_id: customer.id, message_id: 'm_Mark' }));
  const before = sends().length;
  await post(body('page', PAGE, [from(customer, PAGE, { message: { mid: 'm_hi32', text: 'Hello' } })]));
  await arrived('m_hi32');
  const id = await send('ch_fb', { psid: customer.id }, 'marked');
  await until('the call', async () => sends().length > before);
  await sleep(20);
  const idle = await absorbedOf('ch_fb', 'idle_watermark');
  await post(body('page', PAGE, [from(customer, PAGE, { delivery: { mids: ['m_Mark'], watermark: now() } }), from(customer, PAGE, { read: { watermark: now() } })]));
  await until('both are kept', async () => (await absorbedOf('ch_fb', 'idle_watermark')) === idle + 2);
  go();
  await reaches(id, 'read');
  expect(await statusesOf(id)).toEqual(['queued', 'sent', 'delivered', 'read']);
});

test('Instagram: an echo without our id before the answer is ours by what it says; reading names one message and means all before it', async () => {
  const customer = { id: '9120000000000041' };
  let n = 0;
  const told = () => ({ recipient_id: customer.id, message_id: `aWdf_own${++n}` });
  answer = () => ({ body: told() });
  await post(body('instagram', IGID, [from(customer, IGID, { message: { mid: 'aWdf_hi', text: 'Hello' } })]));
  await arrived('aWdf_hi');
  const first = await send('ch_ig', { psid: customer.id }, 'first');
  await reaches(first, 'sent');
  expect(sends().at(-1)).toMatchObject({ url: { pathname: `/v26.0/${IGID}/messages` }, authorization: 'Bearer token-ch_ig' });
  const go = hold(told);
  const before = sends().length;
  const second = await send('ch_ig', { psid: customer.id }, 'say "this" — 2 €');
  await until('the call', async () => sends().length > before);
  // What somebody typed in the app meanwhile is not ours; what says the same is. Reading may come before both.
  const idle = await absorbedOf('ch_ig', 'idle_watermark');
  await post(body('instagram', IGID, [from(customer, IGID, { read: { mid: 'aWdf_own2' } })]));
  await until('it is kept', async () => (await absorbedOf('ch_ig', 'idle_watermark')) === idle + 1);
  expect(await stateOf(first)).toBe('sent');
  await post(body('instagram', IGID, [echo(IGID, customer, { mid: 'aWdf_typed', text: 'typed by hand' }), echo(IGID, customer, { mid: 'aWdf_own2', text: 'say "this" — 2 €' })]));
  await reaches(second, 'read');
  await reaches(first, 'read');
  go();
  await sleep(100);
  const all = await events();
  expect([of(all, 'message.echo', 'aWdf_typed').length, of(all, 'message.echo', 'aWdf_own2').length]).toEqual([1, 0]);
  expect([await statusesOf(first), await statusesOf(second)]).toEqual([
    ['queued', 'sent', 'read'],
    ['queued', 'sent', 'read'],
  ]);
  await books('ch_ig');
});

test('a user_ref and the PSID that it becomes are one conversation: by the first message, and by the echo of our send', async () => {
  answer = () => ({ body: { message_id: 'm_ToRef' } });
  const opted = { recipient: { id: PAGE }, timestamp: now(), optin: { ref: 'order-881', user_ref: 'checkout-1' } };
  await post(body('page', PAGE, [opted]));
  const opens = async (ref: string) => (await events()).find((e) => e.type === 'conversation.opened' && JSON.stringify(e).includes(ref));
  await until('opened', async () => (await opens('checkout-1')) !== undefined);
  const conversation = (await opens('checkout-1'))?.subject ?? '';
  await send('ch_fb', { conversation }, 'Your order is on its way');
  await until('the call', async () => ofLast().message.text === 'Your order is on its way');
  expect(ofLast().recipient).toEqual({ user_ref: 'checkout-1' });
  await post(
    body('page', PAGE, [
      from({ id: '7410000000000051' }, PAGE, { message: { mid: 'm_now_known', text: 'Thanks' }, prior_message: { source: 'checkbox_plugin', identifier: 'checkout-1' } }),
    ]),
  );
  await arrived('m_now_known');
  expect(of(await events(), 'message.received', 'm_now_known')[0]?.subject).toBe(conversation);

  await post(body('page', PAGE, [{ ...opted, timestamp: now(), optin: { ref: 'order-882', user_ref: 'checkout-2' } }]));
  await until('opened', async () => (await opens('checkout-2')) !== undefined);
  const another = (await opens('checkout-2'))?.subject ?? '';
  answer = () => ({ body: { message_id: 'm_ToRef2' } });
  const id = await send('ch_fb', { conversation: another }, 'And yours');
  await reaches(id, 'sent');
  await post(body('page', PAGE, [echo(PAGE, { id: '7410000000000052' }, { mid: 'm_ToRef2', metadata: `${id}.1.1`, text: 'And yours' })]));
  await post(body('page', PAGE, [from({ id: '7410000000000052' }, PAGE, { message: { mid: 'm_known_too', text: 'Thanks' } })]));
  await arrived('m_known_too');
  expect(of(await events(), 'message.received', 'm_known_too')[0]?.subject).toBe(another);
  await books('ch_fb');
});

test('a reaction opens the window, an edit before its original is applied, what nobody knows is a dead letter, what the Page does itself is absorbed', async () => {
  const customer = { id: '7410000000000061' };
  answer = () => ({ body: { message_id: 'm_AfterReaction' } });
  await post(body('page', PAGE, [from(customer, PAGE, { reaction: { mid: 'm_x', action: 'react', emoji: '❤️' } })]));
  await until('the reaction', async () => (await events()).some((e) => e.type === 'message.reaction'));
  await reaches(await send('ch_fb', { psid: customer.id }, 'Glad you like it'), 'sent');
  await post(
    body('page', PAGE, [
      from(customer, PAGE, { message_edit: { mid: 'm_edited', text: 'Blue', num_edit: 1 } }),
      from(customer, PAGE, { message: { mid: 'm_edited', text: 'Green' } }),
    ]),
  );
  await until('both', async () => (await events()).some((e) => e.type === 'message.received' && e.data.message?.platformId === 'm_edited'));
  const shown = (await gateway.call('/v1/messages?channel=ch_fb&limit=50')).text;
  expect(shown).toContain('Blue');
  const own = { field: 'feed', value: { item: 'comment', verb: 'add', comment_id: '1_2', from: { id: PAGE }, created_time: 1_795_341_700 } };
  await post(body('page', PAGE, [own, { field: 'auras', value: {} }], 'changes'));
  await post(body('page', PAGE, [{ recipient: { id: PAGE }, timestamp: now(), app_roles: { 880000000000001: ['primary_receiver'] } }]));
  await until('the dead letter', async () => (await events()).some((e) => e.data.code === 'unknown_field'));
  await until('the roles', async () => (await events()).some((e) => e.type === 'channel.changed'));
  const counted = await books('ch_fb');
  expect(counted).toMatchObject({ deadLettered: 1, absorbed: { own_comment: 1 } });
  expect(gateway.log()).not.toMatch(/token-ch_fb|Glad you like it/);
});
