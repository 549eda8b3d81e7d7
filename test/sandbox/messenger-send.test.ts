import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { frozenClock } from '../support/frozen-clock.ts';
import { until } from '../support/gateway.ts';
import { DAY, endOf, type MessengerPlatform, startMessengerPlatform } from '../support/messenger-platform.ts';

let platform: MessengerPlatform;
let customer: string;
let onInstagram: string;
beforeEach(async () => {
  platform = await startMessengerPlatform();
  customer = platform.write('447700900123');
  onInstagram = platform.write('447700900123', 'hi', 'instagram');
});
afterEach(() => platform.stop());

const send = (more: object, { to = customer, token = 'page-token' } = {}) =>
  platform.call('/v26.0/me/messages', { token, body: { recipient: { id: to }, message: { text: 'hello' }, messaging_type: 'RESPONSE', ...more } });
const message = (body: object, at?: { to?: string; token?: string }) => send({ message: body }, at);
const instagram = () => ({ to: onInstagram, token: 'ig-token' });
const template = (payload: object) => ({ attachment: { type: 'template', payload } });
const button = (more: object = {}) => ({ type: 'postback', title: 'Yes', payload: 'Y', ...more });
const element = (more: object = {}) => ({ title: 'Boots', subtitle: 'brown', ...more });
const images = (n: number) => ({ attachments: Array.from({ length: n }, (_, i) => ({ type: 'image', payload: { url: `https://cdn.example/${i}.png` } })) });
const replies = (n: number, more: object = {}) => Array.from({ length: n }, (_, i) => ({ content_type: 'text', title: `t${i}`, payload: `p${i}`, ...more }));
const feedback = {
  template_type: 'customer_feedback',
  title: 'How was it?',
  feedback_screens: [{ questions: [{ id: 'q', type: 'csat' }] }],
  business_privacy: { url: 'https://acme.example/p' },
};
const grid = { template_type: 'image_grid', elements: [{ title: 'New', images: [{ url: 'https://x.example/1.png' }, { url: 'https://x.example/2.png' }] }] };
const receipt = { template_type: 'receipt', recipient_name: 'Ana', order_number: '1', currency: 'EUR', payment_method: 'Visa', summary: { total_cost: 12 } };

test.each<[string, object]>([
  ['13 quick replies, and a title that is too long for one', { text: 'a', quick_replies: replies(13, { title: 'x'.repeat(30) }) }],
  ['quick replies for phone and e-mail', { text: 'a', quick_replies: [{ content_type: 'user_phone_number' }, { content_type: 'user_email' }] }],
  ['quick replies under a picture', { attachment: { type: 'image', payload: { url: 'https://cdn.example/a.png' } }, quick_replies: replies(1) }],
  ['thirty pictures', images(30)],
  ['the Like sticker', { sticker_id: 369239263222822 }],
  [
    'a button template',
    template({
      template_type: 'button',
      text: 'x'.repeat(640),
      buttons: [button(), button({ type: 'web_url', url: 'https://a.example' }), { type: 'phone_number', title: 'Call', payload: '+4712345678' }],
    }),
  ],
  ['ten cards', template({ template_type: 'generic', elements: Array.from({ length: 10 }, () => element({ buttons: [button()] })) })],
  ['a media template of Facebook’s own', template({ template_type: 'media', elements: [{ media_type: 'video', url: 'https://www.facebook.com/acme/videos/1' }] })],
  ['a receipt', template(receipt)],
  ['products', template({ template_type: 'product', elements: [{ id: '1' }] })],
  ['a coupon', template({ template_type: 'coupon', title: 'Ten off', coupon_code: 'TENOFF' })],
  ['an image grid', template(grid)],
  ['a survey', template(feedback)],
])('Messenger takes %s', async (_what, body) => expect(endOf(await message(body))).toEqual([200, undefined, undefined]));

test.each<[string, object, number, number | undefined]>([
  ['14 quick replies', { text: 'a', quick_replies: replies(14) }, 100, undefined],
  ['a quick reply for the location', { text: 'a', quick_replies: [{ content_type: 'location' }] }, 100, undefined],
  ['a quick reply with 1001 characters of payload', { text: 'a', quick_replies: replies(1, { payload: 'x'.repeat(1001) }) }, 100, undefined],
  ['31 pictures', images(31), 100, undefined],
  [
    'a picture and a video in one',
    {
      attachments: [
        { type: 'image', payload: { url: 'https://x.example/a' } },
        { type: 'video', payload: { url: 'https://x.example/b' } },
      ],
    },
    100,
    undefined,
  ],
  ['somebody’s own sticker', { sticker_id: 1 }, 100, undefined],
  ['an attachment of no known type', { attachment: { type: 'location', payload: {} } }, 100, undefined],
  ['a heart', { attachment: { type: 'like_heart' } }, 100, undefined],
  ['641 characters over buttons', template({ template_type: 'button', text: 'x'.repeat(641), buttons: [button()] }), 100, undefined],
  ['no button', template({ template_type: 'button', text: 'a', buttons: [] }), 100, undefined],
  ['four buttons', template({ template_type: 'button', text: 'a', buttons: Array.from({ length: 4 }, () => button()) }), 100, undefined],
  ['a button title of 21', template({ template_type: 'button', text: 'a', buttons: [button({ title: 'x'.repeat(21) })] }), 100, undefined],
  ['a link without address', template({ template_type: 'button', text: 'a', buttons: [{ type: 'web_url', title: 'a' }] }), 100, undefined],
  ['eleven cards', template({ template_type: 'generic', elements: Array.from({ length: 11 }, () => element()) }), 100, undefined],
  ['a card that is a title alone', template({ template_type: 'generic', elements: [{ title: 'Boots' }] }), 100, undefined],
  ['a card title of 81', template({ template_type: 'generic', elements: [element({ title: 'x'.repeat(81) })] }), 100, undefined],
  [
    'a default action with a title',
    template({ template_type: 'generic', elements: [element({ default_action: { type: 'web_url', url: 'https://a.example', title: 'a' } })] }),
    100,
    undefined,
  ],
  ['a media template from elsewhere', template({ template_type: 'media', elements: [{ media_type: 'image', url: 'https://cdn.example/a.png' }] }), 100, 2018173],
  ['a media template by a foreign id', template({ template_type: 'media', elements: [{ media_type: 'image', attachment_id: '1' }] }), 100, 2018074],
  ['a receipt without its sum', template({ ...receipt, summary: {} }), 100, undefined],
  ['a coupon with a blank in its code', template({ template_type: 'coupon', title: 'a', coupon_code: 'TEN OFF' }), 100, undefined],
  ['a grid of one picture', template({ template_type: 'image_grid', elements: [{ images: [{ url: 'https://x.example/1.png' }] }] }), 100, undefined],
  ['a survey of two questions', template({ ...feedback, feedback_screens: [{ questions: [{ type: 'csat' }, { type: 'nps' }] }] }), 100, undefined],
  ['a list template, which is gone', template({ template_type: 'list', elements: [] }), 100, undefined],
  ['a file that nobody can fetch', { attachment: { type: 'file', payload: { url: 'https://gone.invalid/a.pdf' } } }, 100, 2018008],
  ['a video that nobody can fetch', { attachment: { type: 'video', payload: { url: 'https://gone.invalid/a.mp4' } } }, 100, 2018294],
])('Messenger refuses %s', async (_what, body, code, subcode) => {
  expect(endOf(await message(body))).toEqual([400, code, subcode]);
  expect(platform.simulator.phones.messenger.shown('447700900123')).toHaveLength(1);
});

test.each<[string, object, [number, number | undefined, number | undefined]]>([
  ['a heart', { attachment: { type: 'like_heart' } }, [200, undefined, undefined]],
  ['a post of the business', { attachment: { type: 'MEDIA_SHARE', payload: { id: '1' } } }, [200, undefined, undefined]],
  ['ten pictures', images(10), [200, undefined, undefined]],
  ['eleven pictures', images(11), [400, 100, undefined]],
  [
    'a link and a postback',
    template({ template_type: 'generic', elements: [element({ buttons: [button(), button({ type: 'web_url', url: 'https://a.example' })] })] }),
    [200, undefined, undefined],
  ],
  ['a phone button', template({ template_type: 'button', text: 'a', buttons: [{ type: 'phone_number', title: 'Call', payload: '+4712345678' }] }), [400, 100, 2534015]],
  ['a receipt', template(receipt), [400, 100, 2534015]],
  ['a sticker', { sticker_id: 369239263222822 }, [400, 100, undefined]],
  ['an e-mail reply', { text: 'a', quick_replies: [{ content_type: 'user_email' }] }, [400, 100, undefined]],
  ['quick replies under a picture', { attachment: { type: 'image', payload: { url: 'https://cdn.example/a.png' } }, quick_replies: replies(1) }, [400, 100, 2534015]],
])('Instagram and %s', async (_what, body, end) => expect(endOf(await message(body, instagram()))).toEqual(end));

test.each<[string, object, number, [number, number | undefined, number | undefined]]>([
  ['a tag with RESPONSE', { tag: 'HUMAN_AGENT' }, 0, [400, 100, undefined]],
  ['MESSAGE_TAG without a tag', { messaging_type: 'MESSAGE_TAG' }, 0, [400, 100, undefined]],
  ['a tag without messaging_type', { messaging_type: undefined, tag: 'HUMAN_AGENT' }, 2 * DAY, [200, undefined, undefined]],
  ['CONFIRMED_EVENT_UPDATE', { messaging_type: 'MESSAGE_TAG', tag: 'CONFIRMED_EVENT_UPDATE' }, 0, [400, 100, undefined]],
  ['POST_PURCHASE_UPDATE', { messaging_type: 'MESSAGE_TAG', tag: 'POST_PURCHASE_UPDATE' }, 0, [400, 100, undefined]],
  ['CUSTOMER_FEEDBACK with a text', { messaging_type: 'MESSAGE_TAG', tag: 'CUSTOMER_FEEDBACK' }, 2 * DAY, [400, 100, undefined]],
  ['CUSTOMER_FEEDBACK with a survey', { messaging_type: 'MESSAGE_TAG', tag: 'CUSTOMER_FEEDBACK', message: template(feedback) }, 2 * DAY, [200, undefined, undefined]],
  ['UPDATE on day 2', { messaging_type: 'UPDATE' }, 2 * DAY, [400, 10, 2018278]],
  ['a sticker by a human on day 2', { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT', message: { sticker_id: 369239263222822 } }, 2 * DAY, [400, 10, 2018278]],
  ['an unknown messaging_type', { messaging_type: 'PROMOTION' }, 0, [400, 100, undefined]],
  ['UTILITY without a template', { messaging_type: 'UTILITY' }, 0, [400, 100, undefined]],
  ['an unknown persona', { persona_id: '1' }, 0, [400, 100, undefined]],
  ['a reply to nothing', { reply_to: { mid: 'm_none' } }, 0, [400, 100, undefined]],
  ['an unknown notification type', { notification_type: 'LOUD' }, 0, [400, 100, undefined]],
  ['a recipient by phone', { recipient: { phone_number: '+4712345678' } }, 0, [403, 200, 2018021]],
  ['a recurring notification', { recipient: { notification_messages_token: '1' } }, 0, [400, 100, undefined]],
  ['a thread control that is none', { thread_control: { control_type: 'keep' } }, 0, [400, 100, undefined]],
])('%s', async (_what, more, ms, end) => {
  platform.clock.advance(ms);
  expect(endOf(await send(more))).toEqual(end);
});

test.each<[string, [number, number, number | undefined]]>([
  ['blocked', [400, 551, 1545041]],
  ['unavailable', [400, 200, 1545041]],
  ['unreachable', [400, 10, 2018108]],
  ['deleted', [400, 100, 2018001]],
  ['leadAd', [400, 10, 2018321]],
  ['euThread', [400, 10, 2018336]],
  ['topicStopped', [400, 10, 1893015]],
])('a person who is %s', async (state, end) => {
  expect((await platform.lever('messenger/people', { id: '447700900123', state })).json).toEqual({ customer, state });
  expect(endOf(await send({}))).toEqual(end);
  expect((await platform.lever('messenger/people', { id: customer, state: 'well' })).status).toBe(202);
  expect((await send({})).status).toBe(200);
});

test('who blocked the business is back with a message; abuse is of tagged messages alone', async () => {
  await platform.lever('messenger/people', { id: customer, state: 'blocked' });
  platform.write('447700900123', 'back');
  expect((await send({})).status).toBe(200);
  await platform.lever('messenger/people', { id: customer, state: 'abusive' });
  expect((await send({})).status).toBe(200);
  expect(endOf(await send({ messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' }))).toEqual([400, 613, 2018338]);
});

test.each<[string, [number, number, number | undefined], boolean]>([
  ['tokenExpired', [401, 190, 463], true],
  ['passwordChanged', [401, 190, 460], true],
  ['appRemoved', [401, 190, 458], true],
  ['roleLost', [401, 190, 492], true],
  ['permission', [403, 10, undefined], true],
  ['notApproved', [403, 200, 2018028], false],
  ['restricted', [403, 10, 1893063], false],
  ['policy', [400, 368, undefined], false],
  ['appRate', [400, 4, undefined], true],
  ['pageRate', [400, 32, undefined], true],
  ['unknown', [500, 1, undefined], false],
  ['temporary', [503, 2, undefined], true],
  ['sendFailure', [500, 1200, undefined], false],
])('an account that is %s; reads refused too: %p', async (state, end, reads) => {
  await platform.lever('messenger/accounts', { state });
  const refused = await send({});
  expect(endOf(refused)).toEqual(end);
  expect(refused.json.error).toEqual({
    message: expect.any(String),
    type: 'OAuthException',
    code: end[1],
    ...(end[2] === undefined ? {} : { error_subcode: end[2] }),
    is_transient: [4, 32, 2, 1200].includes(end[1]),
    fbtrace_id: expect.stringMatching(/^A/),
  });
  expect((await platform.call('/v26.0/1049?fields=name')).status === 200).toBe(!reads);
  expect(platform.simulator.phones.messenger.shown('447700900123')).toHaveLength(1);
});

test('an error that is none: refused in words, and on the phone all the same', async () => {
  await platform.lever('messenger/accounts', { id: '1049', state: 'sentAnyhow' });
  expect(endOf(await send({ message: { text: 'hello', metadata: 'ms_1' } }))).toEqual([500, 1, 1357046]);
  await until('the echo', async () => platform.items().some((i) => i.message?.metadata === 'ms_1'));
});

test('levers are checked: a state or act that is none, an account that is none', async () => {
  expect(await platform.lever('messenger/people', { id: customer, state: 'sad' })).toMatchObject({
    status: 400,
    json: { code: 'invalid_request', detail: expect.stringContaining('blocked') },
  });
  expect(await platform.lever('messenger/accounts', { id: '1', state: 'well' })).toMatchObject({ status: 400 });
  expect(await platform.lever('messenger/acts', { from: customer, act: 'dance' })).toMatchObject({ status: 400, json: { detail: expect.stringContaining('tap') } });
  expect(await platform.lever('messenger/nothing', {})).toMatchObject({ status: 404, json: { detail: expect.stringContaining('/sandbox/messenger/acts') } });
});

test('a phone that is off: no delivery and no read until it writes again; one that only does not look: delivered, not read', async () => {
  const kinds = () => platform.items().flatMap((i) => Object.keys(i).filter((k) => k === 'delivery' || k === 'read'));
  await platform.lever('messenger/people', { id: customer, state: 'offline' });
  await send({});
  await platform.lever('messenger/people', { id: customer, state: 'unread' });
  await send({});
  await until('the delivery', async () => kinds().length === 1);
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(kinds()).toEqual(['delivery']);
});

test('replies to a message of either side are echoed with whose it was', async () => {
  const mine = (await send({})).json.message_id;
  const theirs = platform.simulator.phones.messenger.shown('447700900123')[0]!.id;
  await send({ reply_to: { mid: mine } });
  await send({ reply_to: { mid: theirs } });
  const echoed = () => platform.items().flatMap((i) => (i.message?.is_echo && i.message.reply_to ? [i.message.reply_to] : []));
  await until('both echoes', async () => echoed().length === 2);
  expect(echoed()).toEqual([
    { mid: mine, is_self_reply: true },
    { mid: theirs, is_self_reply: false },
  ]);
});

test('sender actions: typing and seen; a reaction is set, changed and taken away, and no echo tells it', async () => {
  const mid = platform.simulator.phones.messenger.shown('447700900123')[0]!.id;
  const action = (sender_action: string, payload?: object) => send({ message: undefined, messaging_type: undefined, sender_action, ...(payload ? { payload } : {}) });
  const reactions = async () => (await platform.call(`/v26.0/${mid}?fields=reactions`)).json.reactions;
  for (const name of ['typing_on', 'typing_off', 'mark_seen']) expect((await action(name)).json).toEqual({ recipient_id: customer });
  await action('react', { message_id: mid, reaction: '😊' });
  expect(await reactions()).toMatchObject({ data: [{ emoji: '😊', reaction: 'other', users: [{ id: '1049' }] }] });
  await action('react', { message_id: mid, reaction: 'love' });
  expect(await reactions()).toMatchObject({ data: [{ emoji: '❤️', reaction: 'love' }] });
  platform.clock.advance(1000); // two reads a second
  await action('unreact', { message_id: mid });
  expect(await reactions()).toBeUndefined();
  expect(endOf(await action('react', { message_id: 'm_none', reaction: '😊' }))).toEqual([400, 100, undefined]);
  expect(platform.items().filter((i) => i.message?.is_echo)).toEqual([]);
});

describe('media', () => {
  const MB = 1024 * 1024;
  const FILES: Record<string, [type: string, size: number]> = {
    '/a.png': ['image/png', 10],
    '/big.png': ['image/png', 8 * MB + 1],
    '/a.mp3': ['audio/mpeg', 10],
    '/a.pdf': ['application/pdf', 10],
    '/a.docx': ['application/msword', 10],
  };
  const server = createServer((request, response) => {
    const [type, size] = FILES[request.url ?? ''] ?? ['', 0];
    response.writeHead(size ? 200 : 404, { 'content-type': type }).end(Buffer.alloc(size));
  });
  let files: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    files = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());
  const attachment = (type: string, url: string, more: object = {}) => ({ attachment: { type, payload: { url, ...more } } });

  test.each<[string, string, string, 'page' | 'instagram', [number, number | undefined, number | undefined]]>([
    ['a picture', 'image', '/a.png', 'page', [200, undefined, undefined]],
    ['a picture over 8 MB', 'image', '/big.png', 'page', [400, 100, 2018109]],
    ['a sound as a picture', 'image', '/a.mp3', 'page', [400, 100, 2018047]],
    ['a file that is not there', 'image', '/none.png', 'page', [400, 100, 2018008]],
    ['any file', 'file', '/a.docx', 'page', [200, undefined, undefined]],
    ['a PDF on Instagram', 'file', '/a.pdf', 'instagram', [200, undefined, undefined]],
    ['another file on Instagram', 'file', '/a.docx', 'instagram', [400, 100, 2534015]],
    ['an MP3 on Instagram', 'audio', '/a.mp3', 'instagram', [400, 100, 2534015]],
  ])('by address: %s', async (_what, type, path, on, end) => {
    expect(endOf(await message(attachment(type, files + path), on === 'page' ? undefined : instagram()))).toEqual(end);
  });

  test('uploaded once, sent by its id for 90 days, by this account alone', async () => {
    const { json } = await platform.call('/v26.0/1049/message_attachments', { body: { message: attachment('image', `${files}/a.png`, { is_reusable: true }) } });
    const id = json.attachment_id as string;
    const byId = { attachment: { type: 'image', payload: { attachment_id: id } } };
    expect((await message(byId)).status).toBe(200);
    expect(endOf(await message(byId, instagram()))).toEqual([400, 100, 2018074]);
    platform.clock.advance(91 * DAY);
    platform.write('447700900123', 'again');
    expect(endOf(await message(byId))).toEqual([400, 100, 2018074]);
  });

  test('as multipart: the bytes stand in the conversation, as attachment and as upload', async () => {
    const form = (type: string, mime: string) => {
      const data = new FormData();
      data.set('recipient', JSON.stringify({ id: customer }));
      data.set('message', JSON.stringify({ attachment: { type, payload: { is_reusable: true } } }));
      data.set('filedata', new Blob(['bytes'], { type: mime }), 'a.png');
      return data;
    };
    const sent = await platform.call('/v26.0/me/messages', { body: form('image', 'image/png') });
    expect(sent.json).toEqual({ recipient_id: customer, message_id: expect.any(String), attachment_id: expect.stringMatching(/^18/) });
    const { json } = await platform.call(`/v26.0/${sent.json.message_id}?fields=attachments`);
    const [kept] = (json.attachments as { data: { image_data: { url: string }; mime_type: string }[] }).data;
    expect(kept!.mime_type).toBe('image/png');
    expect(await (await fetch(kept!.image_data.url)).text()).toBe('bytes');
    expect(endOf(await platform.call('/v26.0/me/message_attachments', { body: form('image', 'audio/mpeg') }))).toEqual([400, 100, 2018047]);
  });
});

test('in one second ten sounds and three hundred texts; then again as many', async () => {
  await platform.stop();
  platform = await startMessengerPlatform(undefined, [], frozenClock());
  customer = platform.write('447700900123');
  const sound = { attachment: { type: 'audio', payload: { url: 'https://cdn.example/a.mp3' } } };
  const sounds = await Promise.all(Array.from({ length: 12 }, () => message(sound)));
  expect(sounds.filter((s) => s.status === 200)).toHaveLength(10);
  expect(endOf(sounds.find((s) => s.status !== 200)!)).toEqual([400, 613, undefined]);
  const texts = await Promise.all(Array.from({ length: 310 }, () => send({})));
  expect(texts.filter((t) => t.status === 200)).toHaveLength(300);
  platform.clock.advance(1000);
  expect([(await message(sound)).status, (await send({})).status]).toEqual([200, 200]);
});
