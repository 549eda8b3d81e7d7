import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMediaWorker } from '../../src/media/create-media-worker.ts';
import { createFolderStore } from '../../src/media/folder-store.ts';
import { isShown } from '../../src/media/media-kinds.ts';
import { mediaOperations } from '../../src/media/operations.ts';
import type { Store, Tx } from '../../src/store/port.ts';
import { openSqliteReaders } from '../../src/store/sqlite-readers.ts';
import { openSqliteWriter } from '../../src/store/sqlite-writer.ts';
import { until } from '../support/gateway.ts';
import { picture } from '../support/media-files.ts';

const DAY = 86_400_000;
const operations = mediaOperations({ mediaUrl: () => 'https://x' }) as unknown as Readonly<Record<string, (tx: Tx, args: unknown) => Promise<unknown>>>;

/** The worker with a store and a folder of its own. */
async function desk() {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-retention-'));
  const writer = openSqliteWriter(join(dir, 'store.sqlite'));
  const readers = openSqliteReaders(join(dir, 'store.sqlite'), { count: 1 });
  const media = createFolderStore(join(dir, 'media'));
  const store = {
    read: readers.read,
    write: (name: string, args: unknown) => writer.transaction((tx) => operations[name]!(tx, args)),
    lastOffset: async () => 0,
    onEvents: () => () => {},
  } as unknown as Store;
  const stored: number[] = [];
  const settings = { folder: join(dir, 'media'), s3: null, scanCommand: null, parallel: 2, retentionDays: 30 };
  const worker = createMediaWorker({ store, media, settings, rowsKeptDays: 90, channelOf: () => null, observe: () => {}, stored: (n) => stored.push(n), log: () => {} });
  return {
    worker,
    media,
    store,
    stored,
    async add(id: string, bytes: Buffer, daysAgo: number): Promise<string> {
      const { key } = await media.write([bytes] as never, { maxBytes: 1e6 });
      const args = { id, key, bytes: bytes.length, sha256: key, mimeType: 'image/png', declaredType: null, filename: null, tenant: 'acme', nowMs: Date.now() - daysAgo * DAY };
      await store.write('addUpload', args);
      return key;
    },
    row: (id: string) => readers.read.selectFrom('media').selectAll().where('id', '=', id).executeTakeFirst(),
    async end() {
      await worker.stop();
      await readers.close();
      await writer.close();
      rmSync(dir, { recursive: true });
    },
  };
}

test('bytes past their days leave the store, those that another file needs stay, and rows follow when nobody asks any more', async () => {
  const d = await desk();
  const [one, two] = [picture(500), picture(600)];
  const old = await d.add('md_old', one, 31);
  const shared = await d.add('md_shared_old', two, 31);
  await d.add('md_shared_new', two, 1);
  const ancient = await d.add('md_ancient', picture(700), 91);
  await d.worker.retain();
  expect(await Promise.all([old, shared, ancient].map((key) => d.media.size(key)))).toEqual([null, 600, null]);
  expect(await d.row('md_old')).toMatchObject({ state: 'failed', key: null, reason: 'The bytes were removed after 30 days.' });
  expect(await d.row('md_shared_new')).toMatchObject({ state: 'ready', key: shared });
  expect(await d.row('md_ancient')).toBeUndefined();
  expect(d.stored).toEqual([600]);
  await d.end();
});

test('however many are past their days, all go at once', async () => {
  const d = await desk();
  const bytes = picture(500);
  for (let n = 0; n < 1100; n++) await d.add(`md_${n}`, bytes, n < 1050 ? 91 : 31);
  await d.worker.retain();
  const left = await d.store.read.selectFrom('media').select('key').execute();
  expect(left).toEqual(Array(50).fill({ key: null }));
  expect(d.stored).toEqual([0]);
  await d.end();
});

test('what a crash left between the mark and the removal is removed at the next start', async () => {
  const d = await desk();
  const key = await d.add('md_x', picture(500), 0);
  expect(await d.store.write('forgetMedia', { ids: ['md_x'], reason: 'erased', nowMs: 1 })).toEqual([key]);
  expect(await d.media.size(key)).toBe(500);
  d.worker.start();
  await until('the removal', async () => (await d.media.size(key)) === null);
  await until('its mark to go', async () => (await d.store.read.selectFrom('media_blobs').selectAll().execute()).length === 0);
  await d.end();
});

test.each([
  ['image/png', true],
  ['image/jpeg', true],
  ['image/webp', true],
  ['audio/ogg; codecs=opus', true],
  ['audio/mpeg', true],
  ['video/mp4', true],
  ['image/svg+xml', false],
  ['image/vnd.dwg', false],
  ['text/html', false],
  ['text/plain', false],
  ['application/pdf', false],
  ['application/xml', false],
  ['application/xhtml+xml', false],
  ['text/javascript', false],
  ['application/vnd.apple.mpegurl', false],
  ['audio/x-mpegurl', false],
  ['application/octet-stream', false],
  ['audio/ogg; codecs=opus\r\nx: y', false],
])('a browser shows %s by itself: %p', (type, shown) => {
  expect(isShown(type)).toBe(shown);
});
