import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { conversationFor } from '../../src/inbound/conversations.ts';
import type { FoundMedium } from '../../src/media/media-in.ts';
import { mediaNews } from '../../src/media/media-in.ts';
import { mediaOperations } from '../../src/media/operations.ts';
import { pastRetention } from '../../src/media/retention.ts';
import type { Store, Tx } from '../../src/store/port.ts';
import { openPostgresWriter } from '../../src/store/postgres-writer.ts';
import { openSqliteWriter } from '../../src/store/sqlite-writer.ts';
import type { Writer } from '../../src/store/writer.ts';
import { postgresSuite, startPostgres, type TestPostgres } from '../support/postgres.ts';

const DAY = 86_400_000;
const operations = mediaOperations({ mediaUrl: (id, now) => `https://x/media/${id}?at=${now}` });
const [A, B, C] = ['a', 'b', 'c'].map((c) => `md_${c.repeat(32)}0`) as [string, string, string];
const arrived = (id: string, key: string, over: object = {}) => ({
  id,
  key,
  bytes: 10,
  sha256: key,
  mimeType: 'image/png',
  declaredType: 'image/jpeg',
  filename: null,
  width: 3,
  height: 2,
  nowMs: 2000,
  ...over,
});

function suite(open: () => Promise<{ writer: Writer; end(): Promise<void> }>): void {
  let writer: Writer;
  let end: () => Promise<void>;
  let where: { conversation: string; contact: string };
  const run = <T>(work: (tx: Tx) => Promise<T>) => writer.transaction(work);
  const found = (id: string, over: Partial<FoundMedium> = {}): FoundMedium => ({
    id,
    tenant: 'acme',
    channel: 'ch',
    conversation: where.conversation,
    message: 'ms_1',
    platformMessage: 'wamid.1',
    kind: 'image',
    platformRef: '123',
    link: 'https://link',
    declaredType: 'image/jpeg',
    filename: null,
    sha256: null,
    old: false,
    ...over,
  });
  const note = (...media: FoundMedium[]) => run((tx) => operations.noteMedia(tx, { news: [{ media }], next: 7, nowMs: 1000 }));
  const row = async (id: string) => (await run((tx) => tx.all<Record<string, unknown>>('SELECT * FROM media WHERE id = $1', [id])))[0];
  const events = async () => {
    await writer.number();
    return (await run((tx) => tx.all<{ type: string; seq: number; body: string }>('SELECT type, seq, body FROM events ORDER BY off'))).map((e) => ({
      ...e,
      data: (JSON.parse(e.body) as { data: Record<string, unknown> }).data,
    }));
  };
  beforeEach(async () => {
    ({ writer, end } = await open());
    await run(async (tx) => {
      await tx.run(
        "INSERT INTO channels (id, type, provider, tenant, account, managed, state, key_ids, sealed, settings, created_at, updated_at) VALUES ('ch','whatsapp','meta','acme','1','file','active','[]','','{}',1,1)",
      );
      const { conversation } = await conversationFor(tx, { id: 'ch', tenant: 'acme' }, { addresses: [{ type: 'phone', value: '+447700900123' }], name: 'Ana', nowMs: 1 });
      where = { conversation: conversation.id, contact: conversation.contact };
      const content = JSON.stringify({ type: 'image', media: { id: A, url: 'https://x', state: 'pending', platformRef: '123' }, caption: 'look' });
      await tx.run(
        "INSERT INTO messages (id, tenant, channel, direction, platform_id, state, content_type, content, preview, at, created_at, updated_at, priority, attempt, parts, sent_parts) VALUES ('ms_1','acme','ch','inbound','wamid.1','received','image',$1,'',1,1,1,0,0,1,0)",
        [content],
      );
    });
  });
  afterEach(() => end());

  test('noted twice is one file, and the place in the log is kept with it', async () => {
    await note(found(A));
    await note(found(A), found(B, { message: 'ms_2' }));
    expect(await row(A)).toMatchObject({ state: 'pending', platform_ref: '123', link: 'https://link' });
    expect((await run((tx) => tx.all<{ off: number }>("SELECT off FROM cursors WHERE name = 'media'")))[0]?.off).toBe(7);
  });
  test('ready is told once, with what was measured, and the message shows it', async () => {
    await note(found(A));
    expect(await run((tx) => operations.mediaReady(tx, arrived(A, 'k1')))).toBe('done');
    expect(await run((tx) => operations.mediaReady(tx, arrived(A, 'k1')))).toBe('gone');
    await run((tx) => operations.mediaFailed(tx, { id: A, reason: 'too late', nowMs: 3000 }));
    expect((await events()).map((e) => [e.type, e.seq, e.data])).toEqual([
      [
        'media.ready',
        1,
        expect.objectContaining({
          tenant: 'acme',
          messageId: 'ms_1',
          media: {
            id: A,
            url: `https://x/media/${A}?at=2000`,
            mimeType: 'image/png',
            declaredType: 'image/jpeg',
            bytes: 10,
            sha256: 'k1',
            width: 3,
            height: 2,
            state: 'ready',
            platformRef: '123',
          },
        }),
      ],
    ]);
    const [message] = await run((tx) => tx.all<{ content: string }>("SELECT content FROM messages WHERE id = 'ms_1'"));
    expect(JSON.parse(message?.content ?? '')).toMatchObject({ caption: 'look', media: { state: 'ready', width: 3, url: 'https://x' } });
  });
  test('failed is told once a round, and a retry begins the next', async () => {
    await note(found(A));
    await run((tx) => operations.mediaLater(tx, { id: A, reason: 'away', nextAt: 5000, nowMs: 1500 }));
    expect(await row(A)).toMatchObject({ attempts: 1, next_at: 5000, link: null, reason: 'away' });
    const fail = () => run((tx) => operations.mediaFailed(tx, { id: A, reason: 'The file is empty.', nowMs: 2000 }));
    await fail();
    await fail();
    await expect(run((tx) => operations.retryMedia(tx, { id: A, tenant: 'other', nowMs: 3000 }))).rejects.toMatchObject({ code: 'not_found' });
    await run((tx) => operations.retryMedia(tx, { id: A, tenant: 'acme', nowMs: 3000 }));
    expect(await row(A)).toMatchObject({ state: 'pending', attempts: 0, round: 1, next_at: 3000 });
    await fail();
    expect((await events()).map((e) => [e.type, e.data.reason])).toEqual([
      ['media.failed', 'The file is empty.'],
      ['media.failed', 'The file is empty.'],
    ]);
  });
  test('bytes that two files share stay until nobody refers to them, and may not be referred to while they go', async () => {
    await note(found(A), found(B));
    await run((tx) => operations.mediaReady(tx, arrived(A, 'k1')));
    await run((tx) => operations.mediaReady(tx, arrived(B, 'k1')));
    const forget = (id: string) => run((tx) => operations.forgetMedia(tx, { ids: [id], reason: 'gone', nowMs: 9 }));
    expect(await forget(A)).toEqual([]);
    expect(await row(A)).toMatchObject({ state: 'failed', key: null, platform_ref: null });
    expect(await forget(B)).toEqual(['k1']);
    await note(found(C));
    expect(await run((tx) => operations.mediaReady(tx, arrived(C, 'k1')))).toBe('again');
    expect(await run((tx) => operations.addUpload(tx, { ...arrived('md_up', 'k1'), tenant: 'acme' }))).toBe(false);
    await run((tx) => operations.blobGone(tx, { key: 'k1' }));
    expect(await run((tx) => operations.mediaReady(tx, arrived(C, 'k1')))).toBe('done');
    await expect(run((tx) => operations.retryMedia(tx, { id: A, tenant: null, nowMs: 1 }))).rejects.toMatchObject({ code: 'conflict' });
  });
  test('bytes that came for a file that was erased meanwhile go again', async () => {
    await note(found(A));
    expect(await run((tx) => operations.forgetMedia(tx, { ids: [A], reason: 'erased', nowMs: 9 }))).toEqual([]);
    expect(await run((tx) => operations.mediaReady(tx, arrived(A, 'k1')))).toBe('gone');
    expect(await run((tx) => tx.all('SELECT key, removing FROM media_blobs'))).toEqual([{ key: 'k1', removing: 1 }]);
  });
  test("erasing a contact ends all of its files, what was made of them, and the platforms' ids of them; a file that is waited for is told", async () => {
    await note(found(A), found(B, { message: null }));
    await run((tx) => operations.mediaReady(tx, arrived(A, 'k1')));
    await run((tx) => operations.addUpload(tx, { ...arrived('md_up', 'k2'), tenant: 'acme' }));
    await run((tx) => tx.run("UPDATE media SET parent = $1 WHERE id = 'md_up'", [A]));
    await run((tx) => tx.run("INSERT INTO media_uploads (media, variant, account, platform_id, expires_at, created_at) VALUES ($1,'','1','555',9,9)", [A]));
    const keys = await run((tx) => operations.forgetMedia(tx, { contact: where.contact, reason: 'The contact was erased.', nowMs: 9 }));
    expect(keys.sort()).toEqual(['k1', 'k2']);
    expect(await run((tx) => tx.all('SELECT media FROM media_uploads'))).toEqual([]);
    expect((await events()).map((e) => e.type)).toEqual(['media.ready', 'media.failed']);
  });
  test('a message that is taken back ends its files', async () => {
    await note(found(A));
    await run((tx) => operations.mediaReady(tx, arrived(A, 'k1')));
    expect(await run((tx) => operations.noteMedia(tx, { news: [{ deleted: 'ms_1' }], next: 8, nowMs: 9 }))).toEqual(['k1']);
  });
  test("retention is the installation's days, or a tenant's own", async () => {
    await run(async (tx) => {
      await tx.run("INSERT INTO tenants (id, name, created_at, settings) VALUES ('acme',NULL,1,NULL), ('brief',NULL,1,$1), ('long',NULL,1,$2)", [
        '{"mediaDays":1}',
        '{"mediaDays":300}',
      ]);
      for (const [id, tenant, days] of [
        ['u1', 'acme', 89],
        ['u2', 'acme', 91],
        ['u3', 'brief', 0.5],
        ['u4', 'brief', 2],
        ['u5', 'long', 299],
        ['u6', 'long', 301],
      ] as const)
        await operations.addUpload(tx, { ...arrived(id, id), tenant, nowMs: 1000 * DAY - days * DAY });
    });
    const past = await run((tx) => pastRetention({ read: tx.db } as unknown as Store, 90, 1000 * DAY));
    expect([past.days, Object.fromEntries(past.ids)]).toEqual([
      300,
      { 'The bytes were removed after 1 day.': ['u4'], 'The bytes were removed after 300 days.': ['u6'], 'The bytes were removed after 90 days.': ['u2'] },
    ]);
    await run((tx) => operations.forgetMedia(tx, { ids: ['u2', 'u4'], reason: 'x', nowMs: 1 }));
    await run((tx) => operations.dropMedia(tx, { before: 1000 * DAY - 50 * DAY }));
    expect((await run((tx) => tx.all<{ id: string }>('SELECT id FROM media ORDER BY id'))).map((r) => r.id)).toEqual(['u1', 'u3', 'u4', 'u5', 'u6']);
  });
}

describe('media in the store, SQLite', () => {
  suite(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'parlance-media-ops-'));
    const writer = openSqliteWriter(join(dir, 'store.sqlite'));
    return {
      writer,
      async end() {
        await writer.close();
        rmSync(dir, { recursive: true });
      },
    };
  });
});
postgresSuite('media in the store, PostgreSQL', () => {
  let server: TestPostgres;
  let n = 0;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server?.end());
  suite(async () => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query(`CREATE DATABASE m${++n}`);
    await client.end();
    const writer = await openPostgresWriter(server.url.replace(/postgres$/, `m${n}`));
    return { writer, end: () => writer.close() };
  });
});

const event = (content: object, over: object = {}) =>
  JSON.stringify({
    type: 'message.received',
    subject: 'cv_1',
    data: {
      tenant: 'acme',
      channel: { id: 'ch', type: 'whatsapp' },
      conversation: { id: 'cv_1' },
      message: { id: 'ms_1', platformId: 'p', content, platform: { mediaUrl: 'https://link' } },
      ...over,
    },
  });
const medium = { id: A, url: 'u', state: 'pending', platformRef: '123' };
test.each([
  ['a file', event({ type: 'image', media: medium, caption: 'x' }), [A]],
  [
    'several',
    event({
      type: 'multi',
      parts: [
        { type: 'text', text: 'x' },
        { type: 'image', media: medium },
        { type: 'video', media: { ...medium, id: B } },
      ],
    }),
    [A, B],
  ],
  ['none', event({ type: 'text', text: '"platformRef":"' }), null],
  ['what a customer made up in a form', event({ type: 'form', answers: { media: medium, platformRef: 'x', state: 'y', id: A } }), null],
  ['an id that is not ours', event({ type: 'image', media: { ...medium, id: '../x' } }), null],
  ['a shared story, which is never fetched', event({ type: 'post', kind: 'story_mention', url: 'https://cdn/story' }), null],
  ['a correction', event({}, { message: undefined, correction: { content: { type: 'image', media: medium } } }), [A]],
])('%s', (_what, json, ids) => {
  const news = mediaNews(json);
  expect(news && 'media' in news ? news.media.map((m) => m.id) : news).toEqual(ids);
});
