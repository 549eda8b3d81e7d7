import { readdirSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ROUTES } from '../../src/api/routes-table.ts';
import { booksHold } from '../support/books.ts';
import { channel, type Event, remove, sleep, startGateway, type TestGateway, text, until, webhook } from '../support/gateway.ts';
import { freePort } from '../support/kafka.ts';

const ONE = '207700000000123';
const TWO = '207700000000456';
let gateway: TestGateway;
afterEach(async () => {
  await gateway.kill();
  remove(gateway);
});
const received = (events: Event[], id: string) => events.filter((e) => e.type === 'message.received' && e.data.message?.platformId === id);
const settled = (wanted: number) => until(`${wanted} events`, async () => (await gateway.events()).length >= wanted);

const DAY = 86_400_000;
const clock = (days: number) => ({ CLOCK_SHIFT_MS: String(days * DAY), NODE_OPTIONS: `--import=${new URL('../support/shift-clock.mjs', import.meta.url).href}` });

test('one effect: at once, after a restart, 30 days on, on the shared path and on its own, re-batched', async () => {
  gateway = await startGateway();
  const body = webhook(ONE, { messages: [text('447700900101', 'wamid.SAME')] });
  expect(new Set(await Promise.all(Array.from({ length: 50 }, () => gateway.post(body))))).toEqual(new Set([200]));
  await settled(1);
  await gateway.kill('SIGTERM');
  gateway = await startGateway({ dir: gateway.dir });
  expect(await gateway.post(body)).toBe(200);
  expect(await gateway.post(body, { path: '/webhooks/whatsapp/ch_wa' })).toBe(200);
  await gateway.post(webhook(ONE, { messages: [text('447700900101', 'wamid.NEW'), text('447700900101', 'wamid.SAME')] }));
  await settled(2);
  const books = await booksHold(gateway);
  const events = await gateway.events();
  expect([received(events, 'wamid.SAME').length, received(events, 'wamid.NEW').length, events.length]).toEqual([1, 1, 2]);
  expect(books.channels.find((c) => c.channel === 'ch_wa')).toMatchObject({ elements: 54, published: 2, duplicate: 52 });
  await gateway.kill('SIGTERM');
  gateway = await startGateway({ dir: gateway.dir, env: { ...clock(30), EVENT_RETENTION_DAYS: '90' } });
  expect(await gateway.post(body)).toBe(200);
  const later = await booksHold(gateway);
  expect(later.channels.reduce((n, c) => n + c.elements, 0)).toBe(55);
  expect(received(await gateway.events(), 'wamid.SAME').length).toBe(1);
}, 60_000);

test("another tenant's key names our number: no event, dead letters wrong_key, unrouted; an unknown number is unknown_channel", async () => {
  gateway = await startGateway({ channels: [channel('ch_wa', ONE), channel('ch_b', TWO, { tenant: 'globex', appSecret: 'globex-secret', businessAccountId: '2' })] });
  const planted = webhook(ONE, { messages: [text('447700900101', 'wamid.PLANT')] });
  expect(await gateway.post(planted, { secret: 'globex-secret' })).toBe(200);
  expect(await gateway.post(webhook(ONE, { messages: [text('447700900101', 'wamid.PLANT2')] }), { secret: 'globex-secret', path: '/webhooks/whatsapp/ch_b' })).toBe(200);
  expect(await gateway.post(planted, { path: '/webhooks/whatsapp/ch_b' })).toBe(401);
  expect(await gateway.post(planted, { secret: 'nobody' })).toBe(401);
  expect(await gateway.post(webhook('999', { messages: [text('447700900101', 'wamid.STRAY')] }))).toBe(200);
  await settled(3);
  await booksHold(gateway);
  expect((await gateway.events()).map((e) => [e.type, e.data.code, e.data.tenant]).sort()).toEqual([
    ['webhook.rejected', 'unknown_channel', undefined],
    ['webhook.rejected', 'wrong_key', undefined],
    ['webhook.rejected', 'wrong_key', undefined],
  ]);
});

test("every route with another tenant's key: 404, refused or empty, never data", async () => {
  gateway = await startGateway();
  const needle = 'zebra-crossing';
  await gateway.post(
    webhook(ONE, {
      contacts: [{ profile: { name: 'Zelda Needle' }, wa_id: '447700900101' }],
      messages: [text('447700900101', 'wamid.N', needle), { type: 'text', text: { body: needle } }],
    }),
  );
  await settled(2);
  const [event] = received(await gateway.events(), 'wamid.N');
  const [message] = ((await gateway.call('/v1/messages')).json as { messages: { id: string }[] }).messages;
  const [letter] = ((await gateway.call('/v1/dead-letters')).json as { deadLetters: { id: string }[] }).deadLetters;
  const key = ((await gateway.call('/v1/keys', { method: 'POST', body: { name: 'foreign', tenant: 'globex', scopes: ['admin'] } })).json as { key: string }).key;
  const ids: Record<string, string | undefined> = {
    '/v1/messages': message?.id,
    '/v1/raw': event?.data.raw?.journal,
    '/v1/dead-letters': letter?.id,
    '/v1/channels': 'ch_wa',
    '/v1/conversations': event?.subject,
    '/v1/keys': 'key_1',
  };
  for (const route of ROUTES) {
    if (route.path.endsWith('/stream')) continue;
    const base = Object.keys(ids).find((b) => route.path.startsWith(`${b}/`));
    const answer = await gateway.call(route.path.replace(':id', (base && ids[base]) ?? 'x'), {
      method: route.method.toUpperCase(),
      token: key,
      ...(route.method === 'post'
        ? { body: { channel: 'ch_wa', to: { conversation: event?.subject }, content: { type: 'text', text: 'x' }, from: '2020-01-01T00:00:00Z', publish: true } }
        : {}),
    });
    expect([route.path, answer.text.includes(needle), answer.text.includes('447700900101'), answer.text.includes('Zelda')]).toEqual([route.path, false, false, false]);
    if (route.path.includes(':id')) expect([route.path, answer.status]).toEqual([route.path, 404]);
    expect((await gateway.call(route.path, { method: route.method.toUpperCase(), token: 'nobody-knows-this' })).status).toBe(401);
  }
  expect((await gateway.call('/v1/dead-letters')).text).toContain(letter?.id);
});

const KILLS = Number(process.env.PARLANCE_KILLS ?? 5);
test(
  `killed under load, ${KILLS} times: an independent checker finds nothing lost, nothing doubled, seq gapless`,
  async () => {
    gateway = await startGateway();
    const acked = new Set<string>();
    let n = 0;
    for (let round = 0; round < KILLS; round++) {
      let going = true;
      const lines = Array.from({ length: 8 }, async (_, line) => {
        while (going) {
          const id = `wamid.K${++n}`;
          const status = await gateway.post(webhook(line % 2 ? ONE : TWO, { messages: [text(`44770090${2000 + (line % 4)}`, id)] })).catch(() => 0);
          if (status === 200) acked.add(id);
        }
      });
      const before = acked.size;
      await sleep(300 + Math.random() * 700);
      await until('some are acknowledged', async () => acked.size >= before + 15);
      going = false;
      await gateway.kill();
      await Promise.all(lines);
      gateway = await startGateway({ dir: gateway.dir });
    }
    await booksHold(gateway);
    // The journal, read by this test's own rules: what is in it is what must be in the log, once.
    const journalled = new Set<string>();
    const dir = join(gateway.dir, 'data', 'journal');
    for (const file of readdirSync(dir).filter((f) => f.endsWith('.sqlite'))) {
      const db = new DatabaseSync(join(dir, file), { readOnly: true });
      for (const row of db.prepare('SELECT body FROM bodies').all())
        for (const [, id] of Buffer.from(row.body as Uint8Array)
          .toString('utf8')
          .matchAll(/"id":"(wamid\.K\d+)"/g))
          journalled.add(id ?? '');
      db.close();
    }
    expect(acked.size).toBeGreaterThan(50);
    expect([...acked].filter((id) => !journalled.has(id))).toEqual([]);
    const events = await gateway.events();
    const ids = events.map((e) => e.data.message?.platformId ?? '');
    expect([...ids].sort()).toEqual([...journalled].sort());
    const seqs = new Map<string, number>();
    for (const e of events) {
      expect(e.data.seq).toBe((seqs.get(e.subject) ?? 0) + 1);
      seqs.set(e.subject, e.data.seq);
    }
  },
  60_000 + KILLS * 8000,
);

test('ingress alone: PostgreSQL and Kafka away, 200 within a second of the start', async () => {
  const [pg, kafka] = [await freePort(), await freePort()];
  const started = performance.now();
  gateway = await startGateway({ operator: false, env: { DATABASE_URL: `postgres://x@127.0.0.1:${pg}/x`, KAFKA_BROKERS: `127.0.0.1:${kafka}` } });
  expect(await gateway.post(webhook(ONE, { messages: [text('447700900101', 'wamid.ALONE')] }))).toBe(200);
  expect(performance.now() - started).toBeLessThan(30_000); // the figure is the closing note's; this only tells waiting from not waiting
  await until('the API says that the store is away', async () => (await gateway.call('/v1/events').catch(() => null))?.status === 503);
});

test('ingress during a long migration: taken at once, and in the log when the store is there', async () => {
  gateway = await startGateway();
  await gateway.kill('SIGTERM');
  // Another connection holds the store, as a migration of hours would.
  const held = new DatabaseSync(join(gateway.dir, 'data', 'store.sqlite'));
  held.exec('BEGIN EXCLUSIVE');
  try {
    gateway = await startGateway({ dir: gateway.dir, operator: false });
    expect(await gateway.post(webhook(ONE, { messages: [text('447700900101', 'wamid.MIGRATING')] }))).toBe(200);
  } finally {
    held.exec('ROLLBACK');
    held.close();
  }
  await until('its event', async () => received(await gateway.events().catch(() => []), 'wamid.MIGRATING').length === 1);
}, 60_000);

test('a reply: one call by its key, statuses joined in every order; a closed window and another body under the key are refused', async () => {
  const calls: { body: Record<string, unknown>; authorization: string | undefined }[] = [];
  const cloud = http.createServer((request, response) => {
    let body = '';
    request.on('data', (d) => {
      body += d;
    });
    request.on('end', () => {
      if (request.method === 'GET') return void response.writeHead(404).end('{}'); // templates are listed too
      calls.push({ body: JSON.parse(body) as Record<string, unknown>, authorization: request.headers.authorization });
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ messaging_product: 'whatsapp', contacts: [{ input: 'x', wa_id: '447700900101' }], messages: [{ id: `wamid.OUT${calls.length}` }] }));
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => cloud.listen(port, '127.0.0.1', () => resolve()));
  try {
    gateway = await startGateway({ env: { GRAPH_API_URL: `http://127.0.0.1:${port}` } });
    const send = (to: object, words: string, key: string) =>
      gateway.call('/v1/messages', { method: 'POST', headers: { 'idempotency-key': key }, body: { channel: 'ch_wa', to, content: { type: 'text', text: words } } });
    expect((await send({ phone: '+447700900101' }, 'hello', 'k0')).json).toMatchObject({ status: 422, code: 'template_needed' });
    await gateway.post(webhook(ONE, { messages: [{ ...text('447700900101', 'wamid.IN'), timestamp: String(Math.floor(Date.now() / 1000)) }] }));
    await settled(1);
    const answers = await Promise.all(Array.from({ length: 10 }, () => send({ phone: '+447700900101' }, 'only once', 'k1')));
    const id = (answers[0]!.json as unknown as { id: string }).id;
    expect(new Set(answers.map((a) => (a.json as unknown as { id: string }).id)).size).toBe(1);
    await until('the call', async () => calls.length > 0);
    await sleep(200);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ authorization: 'Bearer token-ch_wa', body: { to: '+447700900101', text: { body: 'only once' }, biz_opaque_callback_data: `${id}.1.1` } });
    expect((await send({ phone: '+447700900101' }, 'other', 'k1')).status).toBe(409);
    for (const status of ['read', 'sent', 'delivered', 'read'])
      await gateway.post(webhook(ONE, { statuses: [{ id: 'wamid.OUT1', status, timestamp: '1795341600', recipient_id: '447700900101' }] }));
    await until('read', async () => ((await gateway.call(`/v1/messages/${id}`)).json as { status: string }).status === 'read');
    const books = await booksHold(gateway);
    expect((await gateway.events()).filter((e) => e.type === 'message.status').map((e) => e.data.status)).toEqual(['queued', 'read']);
    expect(books.channels[0]).toMatchObject({ absorbed: { late_status: 2 }, duplicate: 1 });
    const shown = (await gateway.call(`/v1/messages/${id}`)).text;
    expect(shown).not.toContain('token-ch_wa');
    expect(gateway.log()).not.toMatch(/only once|token-ch_wa|447700900101/);
  } finally {
    cloud.close();
    cloud.closeAllConnections();
  }
});
