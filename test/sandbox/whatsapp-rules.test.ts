import { frozenClock } from '../support/frozen-clock.ts';
import { sleep, until } from '../support/gateway.ts';
import { CHANNELS, type Sandbox, startSandbox } from '../support/sandbox.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

const [NUMBER, WABA, FROM] = ['207700000000123', '118200000000777', '447700900123'];
const APP = '900000000000009';
let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox('whatsapp');
});
afterEach(() => sandbox.stop());

type Graph = { error?: { code: number; error_data?: { details: string } }; messages?: { id: string }[]; id?: string; data?: Record<string, unknown>[] } & Record<string, unknown>;
const graph = async (path: string, body?: unknown, method?: string, token = 'wa-token') => {
  const { status, json } = await sandbox.call(`/v26.0/${path}`, { token, ...(body === undefined ? {} : { body }), ...(method ? { method } : {}) });
  return { status, json: json as Graph };
};
const write = async (more: object = { text: 'hi' }) => ((await sandbox.call('/sandbox/whatsapp/messages', { body: { from: FROM, ...more } })).json as { id: string }).id;
const send = (type: string, content: unknown, more: object = {}) => graph(`${NUMBER}/messages`, { messaging_product: 'whatsapp', to: `+${FROM}`, type, [type]: content, ...more });
const codeOf = async (answer: Promise<{ status: number; json: Graph }>) => {
  const { status, json } = await answer;
  return json.error ? [status, json.error.code] : [status];
};
const changes = () =>
  sandbox.receiver.hooks.flatMap(({ body }) =>
    (JSON.parse(body) as { entry: { time?: number; changes: { field: string; value: Record<string, Record<string, unknown>[]> }[] }[] }).entry.flatMap((e) =>
      e.changes.map((c) => ({ ...c, time: e.time })),
    ),
  );
const statuses = () => changes().flatMap((c) => c.value.statuses ?? []);
const advance = (advanceSeconds: number) => sandbox.call('/sandbox/clock', { body: { advanceSeconds } });

const button = (n: number, title = 'Yes') => ({
  type: 'button',
  body: { text: 'b' },
  action: { buttons: Array.from({ length: n }, (_, i) => ({ type: 'reply', reply: { id: `i${i}`, title: `${title}${i}` } })) },
});
const rows = (n: number, title = 'row') => ({
  type: 'list',
  body: { text: 'b' },
  action: { button: 'Choose', sections: [{ rows: Array.from({ length: n }, (_, i) => ({ id: `i${i}`, title: `${title}${i}` })) }] },
});
const card = (more: object = {}) => ({
  type: 'cta_url',
  header: { type: 'image', image: { link: 'https://x.test/a.png' } },
  action: { name: 'cta_url', parameters: { display_text: 'Buy', url: 'https://x.test' } },
  ...more,
});
const long = (n: number) => 'x'.repeat(n);

describe('contents', () => {
  test.each<[string, string, unknown, number[]]>([
    ['4,096 characters', 'text', { body: '🎉'.repeat(4096) }, [200]],
    ['4,097 characters', 'text', { body: long(4097) }, [400, 100]],
    ['no body', 'text', {}, [400, 131008]],
    ['a picture by a link', 'image', { link: 'https://x.test/a.png', caption: long(1024) }, [200]],
    ['a caption that is too long', 'image', { link: 'https://x.test/a.png', caption: long(1025) }, [400, 131009]],
    ['a caption on audio', 'audio', { link: 'https://x.test/a.ogg', caption: 'a' }, [400, 131009]],
    ['id and link', 'video', { id: '1', link: 'https://x.test/a.mp4' }, [400, 131009]],
    ['an id that nobody knows', 'document', { id: '1' }, [400, 131009]],
    ['a link that is none', 'sticker', { link: 'a.webp' }, [400, 131009]],
    ['a place', 'location', { latitude: '51.5', longitude: -0.1 }, [200]],
    ['a place that is none', 'location', { latitude: 91, longitude: 0 }, [400, 131009]],
    ['a card', 'contacts', [{ name: { formatted_name: 'Ben' } }], [200]],
    ['a card without a name', 'contacts', [{ phones: [] }], [400, 131008]],
    ['no card', 'contacts', [], [400, 131008]],
    ['258 cards', 'contacts', Array.from({ length: 258 }, () => ({ name: { formatted_name: 'Ben' } })), [400, 131009]],
    ['a reaction without its message', 'reaction', { emoji: '👍' }, [400, 131008]],
    ['three buttons', 'interactive', button(3), [200]],
    ['four buttons', 'interactive', button(4), [400, 131009]],
    ['a title of 21', 'interactive', button(1, long(20)), [400, 131009]],
    ['ten rows', 'interactive', rows(10), [200]],
    ['eleven rows', 'interactive', rows(11), [400, 131009]],
    ['a row title of 25', 'interactive', rows(1, long(24)), [400, 131009]],
    ['the same title twice', 'interactive', { ...button(1), action: { buttons: [button(1).action.buttons[0], button(1).action.buttons[0]] } }, [400, 131009]],
    ['no body', 'interactive', { ...button(1), body: undefined }, [400, 131008]],
    ['a picture over a list', 'interactive', { ...rows(1), header: { type: 'image', image: { link: 'https://x.test/a.png' } } }, [400, 131009]],
    ['a link button', 'interactive', { type: 'cta_url', body: { text: 'b' }, action: card().action }, [200]],
    ['a link button to nowhere', 'interactive', { type: 'cta_url', body: { text: 'b' }, action: { name: 'cta_url', parameters: { display_text: 'a', url: 'x' } } }, [400, 131009]],
    ['a request for the place', 'interactive', { type: 'location_request_message', body: { text: 'b' }, action: { name: 'send_location' } }, [200]],
    ['a request for the number', 'interactive', { type: 'request_contact_info', body: { text: 'b' }, action: { name: 'request_contact_info' } }, [200]],
    ['a flow', 'interactive', { type: 'flow', body: { text: 'b' }, action: { name: 'flow', parameters: { flow_message_version: '3', flow_id: '1', flow_cta: 'Book' } } }, [200]],
    [
      'a flow by id and name',
      'interactive',
      { type: 'flow', body: { text: 'b' }, action: { name: 'flow', parameters: { flow_message_version: '3', flow_id: '1', flow_name: 'a', flow_cta: 'B' } } },
      [400, 131009],
    ],
    ['two cards', 'interactive', { type: 'carousel', body: { text: 'b' }, action: { cards: [card(), card()] } }, [200]],
    ['one card', 'interactive', { type: 'carousel', body: { text: 'b' }, action: { cards: [card()] } }, [400, 131009]],
    [
      'cards with other buttons',
      'interactive',
      { type: 'carousel', body: { text: 'b' }, action: { cards: [card(), card({ action: { buttons: [{ type: 'quick_reply', quick_reply: { id: 'a', title: 'a' } }] } })] } },
      [400, 131009],
    ],
    [
      '31 products',
      'interactive',
      {
        type: 'product_list',
        header: { type: 'text', text: 'h' },
        body: { text: 'b' },
        action: { catalog_id: '1', sections: [{ product_items: Array.from({ length: 31 }, (_, i) => ({ product_retailer_id: `${i}` })) }] },
      },
      [400, 131009],
    ],
    ['an interactive type that does not exist', 'interactive', { type: 'dance', action: {} }, [400, 131009]],
    ['a type that does not exist', 'poll', {}, [400, 131051]],
  ])('%s as %s', async (_what, type, content, expected) => {
    await write();
    expect(await codeOf(send(type, content))).toEqual(expected);
  });
  test.each<[string, object, number[]]>([
    ['to itself', { to: '+15550100199' }, [400, 131021]],
    ['to a group that it does not know', { recipient_type: 'group', to: 'Y2Fw' }, [400, 131041]],
    ['to a word', { to: 'Ana' }, [400, 131009]],
    ['with 513 characters of own data', { biz_opaque_callback_data: long(513) }, [400, 100]],
    ['without a + to somebody who has written', { to: FROM }, [200]],
    ['without a + to a stranger: the own country code is put before it', { to: '447700900999' }, [400, 131047]],
  ])('a message %s', async (_what, more, expected) => {
    await write();
    expect(await codeOf(send('text', { body: 'a' }, more))).toEqual(expected);
  });
});

describe('recipients', () => {
  test('a user is reached by the id that webhooks tell, and is answered with it', async () => {
    await write();
    await until('the webhook', async () => changes().length === 1);
    const user = String(changes()[0]!.value.messages![0]!.from_user_id);
    const { json } = await graph(`${NUMBER}/messages`, { messaging_product: 'whatsapp', recipient: user, type: 'text', text: { body: 'a' } });
    expect(json.contacts).toEqual([{ input: user, user_id: user }]);
  });
  test.each([
    ['Brazil', '553188887777', '+5531988887777'],
    ['Mexico', '5215512345678', '+525512345678'],
    ['Argentina', '5491112345678', '+541112345678'],
  ])('%s: the phone that has written is meant by its other form', async (_where, from, to) => {
    await write({ from, text: 'oi' });
    expect((await send('text', { body: 'a' }, { to })).json.contacts).toEqual([{ input: to, wa_id: from }]);
  });
  test('a message that is read needs one that came; a reaction to one that did not fails later', async () => {
    const id = await write();
    const read = (message_id: string) => graph(`${NUMBER}/messages`, { messaging_product: 'whatsapp', status: 'read', message_id });
    expect([await codeOf(read(id)), await codeOf(read('wamid.x'))]).toEqual([[200], [400, 131009]]);
    expect(await codeOf(send('reaction', { message_id: 'wamid.x', emoji: '👍' }))).toEqual([200]);
    await until('the failure', async () => statuses().some((s) => s.status === 'failed'));
    expect(statuses()[0]).toMatchObject({ status: 'failed', recipient_id: FROM, errors: [{ code: 131009 }] });
    expect(statuses()[0]).not.toHaveProperty('recipient_user_id');
  });
});

describe('rates', () => {
  // However long the calls take: no second ends by itself.
  const frozen = async () => {
    await sandbox.stop();
    sandbox = await startSandbox('whatsapp', { clock: frozenClock() });
  };
  test('a customer takes 45 at once, then one in 6 s', async () => {
    await frozen();
    await write();
    await advance(2);
    const codes = [];
    for (let i = 0; i < 46; i++) codes.push((await codeOf(send('text', { body: 'a' }))).at(-1));
    expect([codes.filter((c) => c === 200).length, codes.at(-1)]).toEqual([45, 131056]);
    await advance(6);
    expect([await codeOf(send('text', { body: 'a' })), await codeOf(send('text', { body: 'a' }))]).toEqual([[200], [400, 131056]]);
  });
  test('a number takes 80 a second, what customers write counted too', async () => {
    await frozen();
    const to = (i: number) => `4477009${String(i).padStart(5, '0')}`;
    const people = Array.from({ length: 60 }, (_, i) => to(i));
    await Promise.all(people.map((from) => write({ from, text: 'hi' })));
    await advance(2);
    await Promise.all(people.slice(0, 30).map((from) => write({ from, text: 'again' })));
    const codes = await Promise.all(people.map((p) => codeOf(send('text', { body: 'a' }, { to: `+${p}` }))));
    const stats = (await sandbox.call('/sandbox/stats')).json.whatsapp as { accepted: { total: number }; refused: Record<string, number>; highestRate: number };
    expect(codes.filter((c) => c[1] === 130429)).toHaveLength(10);
    expect(stats).toMatchObject({ accepted: { total: 50 }, refused: { 130429: 10 }, highestRate: 60 });
  });
  test('without limits neither holds', async () => {
    await sandbox.stop();
    sandbox = await startSandbox('whatsapp', { limits: false });
    await write();
    const codes = await Promise.all(Array.from({ length: 120 }, () => codeOf(send('text', { body: 'a' }))));
    expect(codes.every(([status]) => status === 200)).toBe(true);
  });
});

describe('templates', () => {
  const body = (text: string) => [{ type: 'BODY', text }];
  const create = (more: object) =>
    graph(`${WABA}/message_templates`, {
      name: 'delivery_slot',
      language: 'en_GB',
      category: 'UTILITY',
      components: body('Dear {{1}}, we come at {{2}} to your door today.'),
      ...more,
    });
  test('one is created, reviewed, told of by webhook, listed, sent, paused, and deleted', async () => {
    const { json } = await create({});
    expect(json).toMatchObject({ status: 'PENDING', category: 'UTILITY' });
    const sendIt = (parameters: unknown[], language = 'en_GB') =>
      codeOf(send('template', { name: 'delivery_slot', language: { code: language }, components: [{ type: 'body', parameters }] }));
    const two = [
      { type: 'text', text: 'Ana' },
      { type: 'text', text: '10:00' },
    ];
    expect(await sendIt(two)).toEqual([404, 132001]);
    await advance(2);
    await until('the approval', async () => changes().length === 1);
    expect(changes()[0]).toMatchObject({ field: 'message_template_status_update', time: expect.any(Number), value: { event: 'APPROVED', message_template_name: 'delivery_slot' } });
    expect(sandbox.receiver.hooks[0]!.body).toContain(`"message_template_id":${json.id}`); // every digit of a large number
    expect([await sendIt(two), await sendIt(two.slice(1)), await sendIt(two, 'en')]).toEqual([[200], [400, 132000], [404, 132001]]);
    expect(
      await sendIt([
        { type: 'text', text: 'a\nb' },
        { type: 'text', text: 'b' },
      ]),
    ).toEqual([400, 132018]);
    expect(
      await sendIt([
        { type: 'text', text: long(1100) },
        { type: 'text', text: 'b' },
      ]),
    ).toEqual([400, 132005]);
    expect((await graph(`${WABA}/message_templates?fields=name,status&limit=1`)).json).toMatchObject({
      data: [{ name: 'hello_world', status: 'APPROVED' }],
      paging: { next: expect.any(String) },
    });
    await sandbox.call('/sandbox/whatsapp/templates', { body: { name: 'delivery_slot', status: 'PAUSED' } });
    expect(await sendIt(two)).toEqual([400, 132015]);
    expect(await codeOf(graph(`${json.id}/unpause`, {}))).toEqual([200]);
    expect(await sendIt(two)).toEqual([200]);
    await sandbox.call('/sandbox/whatsapp/templates', { body: { name: 'delivery_slot', status: 'DISABLED' } });
    expect(await sendIt(two)).toEqual([400, 132016]);
    expect(await codeOf(graph(`${WABA}/message_templates?name=delivery_slot`, undefined, 'DELETE'))).toEqual([200]);
    expect((await graph(`${WABA}/message_templates`)).json.data).toHaveLength(1);
  });
  test.each<[string, object, number[]]>([
    ['a name in capitals', { name: 'Slot' }, [400, 100]],
    ['a category that does not exist', { category: 'SERVICE' }, [400, 100]],
    ['no components', { components: [] }, [400, 100]],
    ['no body', { components: [{ type: 'FOOTER', text: 'a' }] }, [400, 2388072]],
    ['a body that is too long', { components: body(long(1025)) }, [400, 2388040]],
    ['a variable at the end', { components: body('We come to your door at {{1}}') }, [400, 2388299]],
    ['too many variables', { components: body('a {{1}} {{2}} {{3}} b') }, [400, 2388293]],
    ['a header that is too long', { components: [...body('a'), { type: 'HEADER', format: 'TEXT', text: long(61) }] }, [400, 2388047]],
    ['a variable in the footer', { components: [...body('a'), { type: 'FOOTER', text: '{{1}}' }] }, [400, 2388073]],
    ['a name that is taken', { name: 'hello_world', language: 'en_US' }, [400, 2388024]],
  ])('%s is refused', async (_what, more, expected) => expect(await codeOf(create(more))).toEqual(expected));
  test('outside the window a template is sent, and nothing else', async () => {
    await write();
    await advance(24 * 3600 + 1);
    expect(await codeOf(send('text', { body: 'a' }))).toEqual([400, 131047]);
    expect((await send('template', { name: 'hello_world', language: { code: 'en_US' } })).json.messages).toEqual([{ id: expect.any(String), message_status: 'accepted' }]);
    await until('its status', async () => statuses().some((s) => s.status === 'sent'));
    expect(statuses().find((s) => s.status === 'sent')).toMatchObject({ pricing: { type: 'regular', category: 'utility' } });
  });
});

describe('the account', () => {
  test('the number, its health, and fields that do not exist', async () => {
    expect((await graph(`${NUMBER}?fields=id,display_phone_number,status,quality_rating,throughput,health_status`)).json).toMatchObject({
      id: NUMBER,
      display_phone_number: '+1 555-010-0199',
      status: 'CONNECTED',
      quality_rating: 'GREEN',
      throughput: { level: 'STANDARD' },
      health_status: { can_send_message: 'AVAILABLE' },
    });
    expect(await codeOf(graph(`${NUMBER}?fields=shoe_size`))).toEqual([400, 100]);
    expect((await graph(`${WABA}/phone_numbers`)).json.data).toMatchObject([{ id: NUMBER }]);
    expect(await codeOf(graph('999'))).toEqual([404, 803]);
  });
  test('registration: the PIN, the limit, and no send without it', async () => {
    await write();
    const register = (pin: string) => codeOf(graph(`${NUMBER}/register`, { messaging_product: 'whatsapp', pin }));
    expect(await codeOf(graph(`${NUMBER}/deregister`, {}))).toEqual([200]);
    expect(await codeOf(send('text', { body: 'a' }))).toEqual([400, 133010]);
    expect([await register('12345'), await register('123456'), await register('654321')]).toEqual([[400, 100], [200], [400, 133005]]);
    expect(await codeOf(send('text', { body: 'a' }))).toEqual([200]);
    for (let i = 0; i < 6; i++) await register('123456');
    expect(await register('123456')).toEqual([400, 133016]);
    await advance(73 * 3600);
    expect(await register('123456')).toEqual([200]);
  });
  test('subscribed apps: what is not subscribed tells nothing; an override is verified first', async () => {
    const own = await startReceiver();
    expect((await graph(`${WABA}/subscribed_apps`)).json.data).toHaveLength(1);
    await graph(`${WABA}/subscribed_apps`, undefined, 'DELETE');
    await write({ text: 'lost' });
    expect((await graph(`${WABA}/subscribed_apps`)).json.data).toEqual([]);
    expect(await codeOf(graph(`${WABA}/subscribed_apps`, {}))).toEqual([200]);
    expect(await codeOf(graph(`${WABA}/subscribed_apps`, { override_callback_uri: own.url, verify_token: 'v' }))).toEqual([400, 100]); // it did not echo the challenge
    expect(own.hooks[0]!.path).toMatch(/hub\.mode=subscribe&hub\.challenge=\d+&hub\.verify_token=v/);
    await write({ text: 'seen' });
    await until('the webhook', async () => changes().length === 1);
    await sleep(50);
    expect(JSON.stringify(changes())).not.toContain('lost');
    await own.close();
  });
  test('a token is told of to its app, and to nobody else', async () => {
    const ask = async (token: string, input = 'wa-token') =>
      ((await graph(`debug_token?input_token=${input}`, undefined, 'GET', token)).json.data ?? {}) as Record<string, unknown>;
    expect(await ask(`${APP}|wa-secret`)).toMatchObject({ is_valid: true, expires_at: 0, scopes: ['whatsapp_business_management', 'whatsapp_business_messaging'] });
    expect(await ask(`${APP}|wa-secret`, 'other')).toMatchObject({ is_valid: false });
    expect(await codeOf(graph('debug_token?input_token=wa-token', undefined, 'GET', `${APP}|wrong`))).toEqual([401, 190]);
    await sandbox.call('/sandbox/faults', { body: { kind: 'token-revoked' } });
    expect(await ask(`${APP}|wa-secret`)).toMatchObject({ is_valid: false, error: { code: 190 } });
  });
  test('uploads: the type, the size, the content, the owner, 30 days', async () => {
    const upload = async (type: string, bytes: Buffer, number = NUMBER) => {
      const form = new FormData();
      form.set('messaging_product', 'whatsapp');
      form.set('type', type);
      form.set('file', new Blob([new Uint8Array(bytes)], { type }), 'f');
      const response = await fetch(`${sandbox.url}/v26.0/${number}/media`, { method: 'POST', headers: { authorization: 'Bearer wa-token' }, body: form });
      return { status: response.status, json: (await response.json()) as Graph };
    };
    const png = Buffer.from('\x89PNG\r\n\x1a\n--\r\n', 'latin1');
    expect(await codeOf(upload('image/gif', png))).toEqual([400, 100]);
    expect(await codeOf(upload('image/jpeg', png))).toEqual([400, 131053]);
    expect(await codeOf(upload('image/png', Buffer.concat([png, Buffer.alloc(5 * 1024 * 1024)])))).toEqual([400, 131053]);
    const { json } = await upload('image/png', png);
    await write();
    expect(await codeOf(send('image', { id: json.id }))).toEqual([200]);
    expect((await graph(`${json.id}?phone_number_id=1`)).status).toBe(404);
    const { url } = (await graph(String(json.id))).json as { url: string };
    expect(Buffer.from(await (await fetch(url, { headers: { authorization: 'Bearer wa-token' } })).arrayBuffer())).toEqual(png);
    await advance(30 * 86_400 + 1);
    expect((await graph(String(json.id))).status).toBe(404);
  });
  test('a medium by a link on this machine is fetched; what is not there fails later', async () => {
    await write();
    expect(await codeOf(send('image', { link: `${sandbox.url}/nothing` }))).toEqual([200]);
    await until('the failure', async () => statuses().length === 1);
    expect(statuses()[0]).toMatchObject({ status: 'failed', errors: [{ code: 131053 }] });
  });
});

describe('what no simulator has of itself is asked for', () => {
  test('a refusal at once, to one phone, so many times', async () => {
    await write();
    expect((await sandbox.call('/sandbox/whatsapp/refusals', { body: { code: 131026, to: `+${FROM}`, count: 2 } })).status).toBe(202);
    const codes = [await codeOf(send('text', { body: 'a' })), await codeOf(send('text', { body: 'a' })), await codeOf(send('text', { body: 'a' }))];
    expect(codes).toEqual([[400, 131026], [400, 131026], [200]]);
    expect((await sandbox.call('/sandbox/whatsapp/refusals', { body: { code: 5 } })).status).toBe(400);
  });
  test('or by a failed status after the accept', async () => {
    await write();
    await sandbox.call('/sandbox/whatsapp/refusals', { body: { code: 131049, late: true } });
    const { json } = await send('text', { body: 'a' }, { biz_opaque_callback_data: 'ms_1' });
    await until('the failure', async () => statuses().length === 1);
    expect(statuses()[0]).toMatchObject({
      id: json.messages![0]!.id,
      status: 'failed',
      biz_opaque_callback_data: 'ms_1',
      errors: [{ code: 131049, title: expect.any(String), error_data: {} }],
    });
  });
});

describe('webhooks', () => {
  test('what comes together is told in one body, in its order', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, i) => write({ from: `4477009001${String(i).padStart(2, '0')}`, text: `n${i}` })));
    await until('all of them', async () => changes().length === 40);
    expect(sandbox.receiver.hooks.length).toBeLessThan(40);
    expect(new Set(changes().map((c) => JSON.stringify(c.value.messages?.[0]?.text))).size).toBe(40);
  });
  test('each number has its own account, token and secret', async () => {
    await sandbox.stop();
    const second = { ...CHANNELS[0], id: 'ch_2', phoneNumberId: '300', businessAccountId: '400', address: '+442071234567', accessToken: 'second', appSecret: 'second-secret' };
    sandbox = await startSandbox('whatsapp', { channels: [CHANNELS[0]!, second] });
    await write({ to: '300', text: 'hi' });
    expect(await codeOf(graph('300/messages', { messaging_product: 'whatsapp', to: `+${FROM}`, type: 'text', text: { body: 'a' } }))).toEqual([404, 803]); // not this token's
    expect(await codeOf(graph('300/messages', { messaging_product: 'whatsapp', to: `+${FROM}`, type: 'text', text: { body: 'a' } }, 'POST', 'second'))).toEqual([200]);
    expect(await codeOf(send('text', { body: 'a' }))).toEqual([400, 131047]); // the window is the other number's
  });
  test('a tapped button and a place are written in the platform’s words; a reaction opens no window', async () => {
    await write({ from: '447700900200', content: { type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '👍' } } });
    expect(await codeOf(send('text', { body: 'a' }, { to: '+447700900200' }))).toEqual([400, 131047]);
    await write({ content: { type: 'interactive', context: { id: 'wamid.y' }, interactive: { type: 'button_reply', button_reply: { id: 'i0', title: 'Yes' } } } });
    await until('both', async () => changes().length === 2);
    expect(changes()[1]!.value.messages![0]).toMatchObject({ type: 'interactive', context: { id: 'wamid.y' }, interactive: { button_reply: { id: 'i0' } } });
  });
});
