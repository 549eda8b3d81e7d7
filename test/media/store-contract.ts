import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { MediaStore } from '../../src/media/port.ts';

async function* chunks(bytes: Buffer, size = 64 * 1024) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const whole = async (stream: Readable) => Buffer.concat((await stream.toArray()) as Buffer[]);

/** What every media store keeps to. */
export function mediaStoreContract(open: () => Promise<{ store: MediaStore; staging(): Promise<string[]>; close(): Promise<void> }>) {
  let given: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    given = await open();
  });
  afterAll(() => given.close());
  const limit = { maxBytes: 32 * 1024 * 1024 };

  test.each([
    ['one byte', 1],
    ['a chunk', 64 * 1024],
    ['more than a part of a multipart upload', 13 * 1024 * 1024 + 7],
  ])('%s comes back as it went in, under its own hash', async (_what, size) => {
    const bytes = randomBytes(size);
    const written = await given.store.write(chunks(bytes), limit);
    expect(written).toMatchObject({ key: createHash('sha256').update(bytes).digest('hex'), bytes: size });
    expect(written.head.equals(bytes.subarray(0, 8192))).toBe(true);
    expect((await whole(await given.store.read(written.key))).equals(bytes)).toBe(true);
    expect(await given.store.size(written.key)).toBe(size);
    expect((await given.store.withFile(written.key, (path) => readFile(path))).equals(bytes)).toBe(true);
  });
  test('a range is both ends inclusive', async () => {
    const bytes = randomBytes(300_000);
    const { key } = await given.store.write(chunks(bytes), limit);
    expect((await whole(await given.store.read(key, { start: 100, end: 199_999 }))).equals(bytes.subarray(100, 200_000))).toBe(true);
    expect((await whole(await given.store.read(key, { start: 299_999, end: 299_999 }))).equals(bytes.subarray(299_999))).toBe(true);
  });
  test('the same bytes twice, at once, are one thing', async () => {
    const bytes = randomBytes(200_000);
    const all = await Promise.all([1, 2, 3].map(() => given.store.write(chunks(bytes), limit)));
    expect(new Set(all.map((w) => w.key)).size).toBe(1);
    expect((await whole(await given.store.read(all[0]!.key))).equals(bytes)).toBe(true);
  });
  test.each([
    ['nothing', async function* () {}, 'The file is empty.'],
    [
      'an endless stream',
      async function* () {
        for (;;) yield Buffer.alloc(1024 * 1024, 1);
      },
      'The file is larger than 32 MB.',
    ],
    [
      'a source that breaks off',
      async function* () {
        yield Buffer.from('half');
        throw new Error('the peer hung up');
      },
      'the peer hung up',
    ],
  ])('%s is refused and leaves nothing', async (_what, source, words) => {
    await expect(given.store.write(source(), limit)).rejects.toThrow(words);
    expect(await given.staging()).toEqual([]);
  });
  test('an abort ends it and leaves nothing', async () => {
    const abort = new AbortController();
    const source = (async function* () {
      yield Buffer.from('half');
      abort.abort();
      yield Buffer.from('more');
    })();
    await expect(given.store.write(source, { ...limit, signal: abort.signal })).rejects.toThrow('abort');
    expect(await given.staging()).toEqual([]);
  });
  test('what was looked at and discarded is nowhere', async () => {
    const bytes = randomBytes(5000);
    const staged = await given.store.stage(chunks(bytes), limit);
    expect((await readFile(staged.path)).equals(bytes)).toBe(true);
    await staged.discard();
    expect(await given.store.size(staged.key)).toBeNull();
    expect(await given.staging()).toEqual([]);
  });
  test('removed is gone, and removing it again is no fault', async () => {
    const { key } = await given.store.write(chunks(randomBytes(100)), limit);
    await given.store.remove(key);
    await given.store.remove(key);
    expect(await given.store.size(key)).toBeNull();
    await expect(given.store.read(key)).rejects.toMatchObject({ name: 'MediaFault', kind: 'missing' });
    await expect(given.store.withFile(key, async () => 1)).rejects.toMatchObject({ kind: 'missing' });
  });
  test('it says that it can be used', async () => {
    expect(await given.store.health()).toEqual({ ok: true });
  });
}
