import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDataDir } from '../../src/journal/data-dir-lock.ts';
import { JournalFiles, listFiles } from '../../src/journal/journal-files.ts';
import { createJournalReader } from '../../src/journal/journal-reader.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import { type JournalRecord, journalRef, parseJournalRef } from '../../src/journal/port.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'parlance-journal-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const record = (n: number): JournalRecord => ({
  receivedAt: 1_000 + n,
  method: 'POST',
  url: '/webhooks/whatsapp',
  headers: { a: 'b' },
  body: Buffer.from(`body ${n}`),
  keyId: 'k',
  endpoint: 'whatsapp',
  channel: null,
  origin: 'webhook',
});
const open = (over = {}) =>
  openJournal({
    dataDir: dir,
    retentionDays: 8,
    maxBytes: 1e9,
    onFatal: (r) => {
      throw new Error(r);
    },
    onAppend: () => {},
    ...over,
  });
const files = (over = {}) => new JournalFiles({ dir: join(dir, 'journal'), retentionDays: 8, maxBytes: 1e9, synchronous: 'FULL', ...over });

/** What was put off to the end of this turn of the loop is done. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what is durable is answered first and told of then', async () => {
  const order: string[] = [];
  const journal = await open({ onAppend: (o: number) => order.push(`told of ${o}`) });
  await journal.append(record(0)).then((o) => order.push(`answered ${o}`));
  await journal.close();
  await turn();
  expect(order).toEqual(['answered 1', 'told of 1']);
});

test('offsets follow the order of appending, over restarts, and the reader sees what is acknowledged', async () => {
  const seen: number[] = [];
  const journal = await open({ onAppend: (o: number) => seen.push(o) });
  expect(await Promise.all(Array.from({ length: 500 }, (_, n) => journal.append(record(n))))).toEqual(Array.from({ length: 500 }, (_, n) => n + 1));
  const reader = createJournalReader(dir);
  expect(reader.read(0, 1000, 1e9).map((r) => Buffer.from(r.body).toString())).toEqual(Array.from({ length: 500 }, (_, n) => `body ${n}`));
  expect(reader.counts(100)).toEqual({ received: 500, pending: 400 });
  const { id } = journal;
  await journal.close();
  await turn();
  expect(seen.at(-1)).toBe(500);
  expect(seen.length).toBeLessThan(500); // group commit
  const again = await open();
  expect(again.id).toBe(id);
  expect(await again.append(record(500))).toBe(501);
  expect(reader.get(501)).toMatchObject({ offset: 501, keyId: 'k', headers: { a: 'b' } });
  expect(reader.read(499, 10, 1e9).map((r) => r.offset)).toEqual([500, 501]);
  expect(await again.received()).toBe(501);
  await again.close();
  reader.close();
});

test('a new file each hour; whole processed files are dropped, what is not processed never', () => {
  const hour = 3_600_000;
  const j = files();
  for (let h = 0; h < 4; h++) j.append([record(h), record(h)], (h + 1) * hour);
  expect(listFiles(join(dir, 'journal')).map((f) => f.first)).toEqual([1, 3, 5, 7]);
  const reader = createJournalReader(dir);
  expect(reader.read(0, 100, 1e9).map((r) => r.offset)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const far = Date.now() + 30 * 86_400_000;
  expect(j.retain(3, far)).toHaveLength(1); // 3 is processed, 4 is not
  expect(reader.counts(3)).toEqual({ received: 8, pending: 5 });
  expect(j.retain(8, far)).toHaveLength(2); // the newest file stays
  j.close();
  const next = files();
  expect([next.last, next.received]).toEqual([8, 8]);
  next.close();
  reader.close();
});

test('past its bytes the oldest processed files go first', () => {
  const j = files({ maxBytes: 1 });
  for (let h = 1; h <= 3; h++) j.append([record(h)], h * 3_600_000);
  expect(j.retain(1, Date.now())).toHaveLength(1);
  expect(listFiles(join(dir, 'journal'))).toHaveLength(2);
  j.close();
});

test('DATA_DIR belongs to one process: the second waits, then names the holder', async () => {
  const lock = await lockDataDir(dir);
  await expect(lockDataDir(dir, 200)).rejects.toThrow(new RegExp(`belongs to another process \\(process ${process.pid} `));
  lock.release();
  (await lockDataDir(dir, 200)).release();
});

test.each([[1], [36 ** 5], [2 ** 50]])('a journal reference names body %p', (offset) => {
  expect(parseJournalRef(journalRef('abc', offset))).toEqual({ journal: 'abc', offset });
});
test.each([['jr_1'], ['jr_nothing'], ['../../etc/passwd'], ['']])('%p is no journal reference', (ref) => expect(parseJournalRef(ref)).toBeNull());
