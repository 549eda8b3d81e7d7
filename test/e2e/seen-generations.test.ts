import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { booksHold } from '../support/books.ts';
import { remove, sleep, startGateway, type TestGateway, text, until, webhook } from '../support/gateway.ts';

const NUMBER = '207700000000123';
/** More than one generation of seen-lately.ts. */
const BEFORE = 140_000;
const PER_WEBHOOK = 20;
const WEBHOOKS = 120;
let gateway: TestGateway;
afterEach(async () => {
  await gateway.kill();
  remove(gateway);
});
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const store = () => new DatabaseSync(join(gateway.dir, 'data', 'store.sqlite'));

/** As if so much had been seen before. */
function fillSeen(): Set<string> {
  const keys = range(BEFORE).map((n) => createHash('sha256').update(`before ${n}`).digest().subarray(0, 16));
  const db = store();
  const insert = db.prepare('INSERT INTO seen_lately (n, id, message) VALUES ((SELECT coalesce(max(n), 0) + 1 FROM seen_lately), ?, NULL)');
  db.exec('BEGIN');
  for (const key of keys) insert.run(key);
  db.exec('COMMIT');
  db.close();
  return new Set(keys.map((key) => key.toString('hex')));
}
const idOf = (life: number, nth: number, i: number) => `wamid.${life}.${nth}.${i}`;
const bodyOf = (life: number, nth: number) => webhook(NUMBER, { messages: range(PER_WEBHOOK).map((i) => text(`4479009${String(i).padStart(5, '0')}`, idOf(life, nth, i))) });

test('killed while a generation of what was seen goes to its place: nothing seen is forgotten, each message has one event', async () => {
  gateway = await startGateway();
  await gateway.kill('SIGTERM');
  const before = fillSeen();
  const moved: number[] = [];
  for (const life of range(4)) {
    gateway = await startGateway({ dir: gateway.dir });
    const posts = range(WEBHOOKS).map(async (nth) => {
      await sleep(nth * 8);
      return gateway.post(bodyOf(life, nth)).catch(() => 0);
    });
    if (life < 3) {
      await sleep(400 + 150 * life);
      await gateway.kill();
    }
    await Promise.all(posts);
    const db = store();
    moved.push((db.prepare('SELECT count(*) AS n FROM seen').get() as { n: number }).n);
    db.close();
  }
  // Every webhook again, as the platform sends those that were not answered.
  for (const life of range(4)) expect(new Set(await Promise.all(range(WEBHOOKS).map((nth) => gateway.post(bodyOf(life, nth)))))).toEqual(new Set([200]));
  const wanted = range(4).flatMap((life) => range(WEBHOOKS).flatMap((nth) => range(PER_WEBHOOK).map((i) => idOf(life, nth, i))));
  await until('every message', async () => (await gateway.events()).length >= wanted.length);
  await booksHold(gateway);
  expect((await gateway.events()).map((e) => e.data.message?.platformId).sort()).toEqual(wanted.sort());
  await gateway.kill('SIGTERM');
  const db = store();
  const seen = new Set((db.prepare('SELECT lower(hex(id)) AS id FROM ever_seen').all() as { id: string }[]).map(({ id }) => id));
  db.close();
  expect([...before].filter((id) => !seen.has(id))).toEqual([]);
  expect(seen.size).toBe(BEFORE + wanted.length);
  expect(moved[0]).toBeGreaterThan(0);
  expect(moved.at(-1)).toBeGreaterThan(moved[0] as number);
}, 120_000);
