import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import type { EventType } from '../../schemas/index.ts';
import { keepJoined } from '../../src/inbound/conversations.ts';
import { retain } from '../../src/inbound/retention.ts';
import { appendEvents } from '../../src/store/append-events.ts';
import { isLate } from '../../src/store/is-late.ts';
import { type Count, createNumbers } from '../../src/store/numbers.ts';
import type { Tx } from '../../src/store/port.ts';
import { createStatements } from '../../src/store/sqlite-statements.ts';
import { openSqliteWriter } from '../../src/store/sqlite-writer.ts';
import type { Writer } from '../../src/store/writer.ts';
import { INGEST_SETTINGS } from '../support/ingest-settings.ts';
import { draft } from './contract.ts';
import { emptyStore } from './empty-store.ts';

class Undone extends Error {}
const undone = (error: unknown) => {
  if (!(error instanceof Undone)) throw error;
};
interface Kept {
  off: number;
  id: string;
  subject: string;
  topic: string;
  seq: number;
  late: number;
  time: number;
  prev_off: number | null;
}
const eventsOf = (writer: Writer) => writer.transaction((tx) => tx.all<Kept>('SELECT off, id, subject, topic, seq, late, time, prev_off FROM events ORDER BY off'));

/** Numbers as they should be, told from the order of the log alone. */
function renumbered(events: readonly Kept[]) {
  const before = new Map<string, Kept & { lastTime: number }>();
  return events.map((event) => {
    const last = before.get(`${event.topic} ${event.subject}`);
    before.set(`${event.topic} ${event.subject}`, { ...event, lastTime: Math.max(event.time, last?.lastTime ?? 0) });
    return { ...event, seq: (last?.seq ?? 0) + 1, late: last && isLate(event.time, last.lastTime) ? 1 : 0, prev_off: last?.off ?? null };
  });
}

/** The newest event of each subject and topic, as the rows count them. */
const lastOf = (events: readonly Kept[]) =>
  [...new Map(events.map((e) => [`${e.topic} ${e.subject}`, { subject: e.subject, topic: e.topic, last: e.seq, last_off: e.off }])).values()].sort(bySubject);
const bySubject = (a: { subject: string; topic: string }, b: { subject: string; topic: string }) => `${a.topic} ${a.subject}`.localeCompare(`${b.topic} ${b.subject}`);
async function addConversation(writer: Writer, id: string): Promise<void> {
  await writer.transaction((tx) => tx.run("INSERT INTO conversations (id, tenant, channel, contact, created_at) VALUES ($1, 'acme', 'ch', 'ct', 1)", [id]));
}
interface Counted {
  subject: string;
  topic: string;
  last: number;
  last_off: number;
}
const COUNTED = `SELECT subject, topic, last, last_off FROM seqs UNION ALL SELECT id, 'messages.v1', seq, seq_off FROM conversations WHERE seq > 0`;
/** What a closed store counts. */
async function countedIn(path: string): Promise<Counted[]> {
  const db = new DatabaseSync(path);
  const rows = db.prepare(COUNTED).all() as unknown as Counted[];
  const [cursor, last] = ["SELECT off FROM cursors WHERE name = 'numbers'", 'SELECT max(off) AS off FROM events'].map((sql) => (db.prepare(sql).get() as { off: number }).off);
  db.close();
  expect(cursor).toBeGreaterThanOrEqual(last ?? 0);
  return rows.map((row) => ({ ...row })).sort(bySubject);
}

interface Event {
  readonly subject: string;
  readonly type: EventType;
  readonly second: number;
  /** As a message does: the row of its conversation is read before, and written after it. */
  readonly reads: boolean;
  readonly joins: boolean;
}
const CONVERSATIONS = 6; // and as many subjects that are none
const isConversation = (subject: string) => Number(subject.slice(3)) < CONVERSATIONS;
async function readCount(tx: Tx, id: string): Promise<void> {
  const [count] = await tx.all<Count>('SELECT seq, seq_time, seq_off FROM conversations WHERE id = $1', [id]);
  if (count) tx.numbers?.know(id, count);
}
const joined = (tx: Tx, id: string) => keepJoined(tx, { id, sendable: null, windowExpiresAt: null, lastMessage: null, messages: 0 });
const some = fc.array(
  fc.record<Event>({
    subject: fc.integer({ min: 0, max: 12 }).map((n) => `cv_${n}`),
    type: fc.constantFrom<EventType>('message.received', 'message.received', 'message.status'),
    second: fc.integer({ min: 10, max: 40 }),
    reads: fc.boolean(),
    joins: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);
/** A transaction: parts, each of which may be undone alone, and all of them; then the process may end in order or be killed. */
const transactions = fc.array(
  fc.record({
    parts: fc.array(fc.record({ events: some, savepoint: fc.boolean(), fails: fc.boolean() }), { minLength: 1, maxLength: 3 }),
    fails: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
    after: fc.constantFrom('nothing', 'nothing', 'nothing', 'closed', 'killed'),
  }),
  { minLength: 1, maxLength: 14 },
);
const LAGS = [
  { events: 1, ms: 1e9, kept: 2 },
  { events: 20, ms: 1e9, kept: 40 },
  { events: 1e6, ms: 0, kept: 2 },
  { events: 1e6, ms: 1e9, kept: 4 },
];

test('numbers are gapless and name the event before them, whatever is undone, and after every end', async () => {
  await fc.assert(
    fc.asyncProperty(transactions, fc.constantFrom(...LAGS), async (plan, lag) => {
      const dir = mkdtempSync(join(tmpdir(), 'parlance-numbers-'));
      let path = join(dir, 'store.sqlite');
      let writer = openSqliteWriter(path, { lag });
      for (let n = 0; n < CONVERSATIONS; n++) await addConversation(writer, `cv_${n}`);
      const accepted: string[] = [];
      let [n, crashes] = [0, 0];
      for (const { parts, fails, after } of plan) {
        const mine: string[] = [];
        await writer
          .transaction(async (tx) => {
            for (const part of parts) {
              const ids: string[] = [];
              const work = async () => {
                for (const { subject, type, second, reads, joins } of part.events) {
                  if (reads) await readCount(tx, subject);
                  const event = { ...draft(String(++n), subject, `2026-11-22T09:20:${second}.000Z`), type };
                  await appendEvents(tx, [event], 1);
                  if (joins && isConversation(subject)) await joined(tx, subject);
                  ids.push(event.id);
                }
                if (part.savepoint && part.fails) throw new Undone();
              };
              await (part.savepoint ? tx.savepoint(work) : work()).then(() => mine.push(...ids), undone);
            }
            if (fails) throw new Undone();
          })
          .then(() => accepted.push(...mine), undone);
        if (after === 'closed') {
          await writer.close();
          writer = openSqliteWriter(path, { lag });
        } else if (after === 'killed') {
          const from = path;
          path = join(dir, `store${++crashes}.sqlite`);
          for (const end of ['', '-wal']) if (existsSync(from + end)) copyFileSync(from + end, path + end); // what a killed process leaves
          await writer.close();
          writer = openSqliteWriter(path, { lag });
        }
      }
      const events = await eventsOf(writer);
      expect(events.map((e) => e.id)).toEqual(accepted);
      expect(events).toEqual(renumbered(events));
      await writer.close();
      expect(await countedIn(path)).toEqual(lastOf(renumbered(events)));
      rmSync(dir, { recursive: true, force: true });
    }),
    { numRuns: 150 },
  );
});

test('rows whose writing was undone, as where the disk is full at the commit, are written again', () => {
  const db = emptyStore();
  const prepare = createStatements(db);
  const open = () => createNumbers({ lag: { events: 20, ms: 1e9, kept: 40 }, all: (sql, params) => prepare(sql).all(params), run: (sql, params) => void prepare(sql).run(params) });
  let numbers = open();
  const add = (subject: string) => {
    const { off, seq } = numbers.place(subject, 'messages.v1', 1);
    db.exec(
      `INSERT INTO events (off, id, topic, type, subject, seq, late, time, created_at, body) VALUES (${off}, 'e${off}', 'messages.v1', 'message.received', '${subject}', ${seq}, 0, 1, 1, '{}')`,
    );
    return seq;
  };
  const commit = () => {
    numbers.settle();
    db.exec('COMMIT');
    numbers.committed();
  };
  const counted = () =>
    db
      .prepare('SELECT last FROM seqs ORDER BY subject')
      .all()
      .map((row) => row.last);
  db.exec('BEGIN');
  for (const subject of ['a', 'a', 'b', 'b', ...Array(5).fill('c'), ...Array(11).fill('d')]) add(subject);
  commit();
  expect(counted()).toEqual([1, 1, 1, 1]); // the first of each
  db.exec('BEGIN');
  for (const subject of Array(4).fill('d')) add(subject);
  numbers.settle(); // a and b
  expect(counted()).toEqual([2, 2, 1, 1]);
  db.exec('ROLLBACK');
  numbers.undo();
  expect(counted()).toEqual([1, 1, 1, 1]);
  db.exec('BEGIN');
  for (const subject of Array(4).fill('d')) add(subject);
  commit(); // all but d
  expect(counted()).toEqual([2, 2, 5, 1]);
  numbers = open();
  expect(['a', 'b', 'c', 'd'].map(add)).toEqual([3, 3, 6, 16]);
  db.close();
});

test('rows that follow behind: many events cost few writes, and no counter is kept for ever', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-numbers-'));
  const path = join(dir, 'store.sqlite');
  const writer = openSqliteWriter(path, { lag: { events: 100, ms: 1e9, kept: 200 } });
  const counted = () => writer.transaction((tx) => tx.all<{ subject: string; last: number }>('SELECT subject, last FROM seqs ORDER BY subject'));
  const write = (subject: string, from: number, to: number) =>
    writer.transaction((tx) =>
      appendEvents(
        tx,
        Array.from({ length: to - from }, (_, i) => draft(`${subject}${from + i}`, subject)),
        1,
      ),
    );
  await write('cv_1', 0, 101);
  expect(await counted()).toEqual([{ subject: 'cv_1', last: 1 }]);
  await write('cv_1', 101, 103);
  expect(await counted()).toEqual([{ subject: 'cv_1', last: 103 }]);
  await write('cv_1', 103, 150);
  await write('cv_2', 0, 1);
  expect(await counted()).toEqual([
    { subject: 'cv_1', last: 103 },
    { subject: 'cv_2', last: 1 },
  ]);
  await writer.close();
  const again = openSqliteWriter(path);
  expect(await again.transaction((tx) => tx.all('SELECT subject, last FROM seqs ORDER BY subject'))).toEqual([
    { subject: 'cv_1', last: 150 },
    { subject: 'cv_2', last: 1 },
  ]);
  await again.close();
  rmSync(dir, { recursive: true, force: true });
});

test('conversations that write once each are counted in their own rows, by the statement that the message joins with, and the log is not held', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-numbers-'));
  const path = join(dir, 'store.sqlite');
  const writer = openSqliteWriter(path, { lag: { events: 100, ms: 1e9, kept: 200 } });
  for (let n = 0; n < 1000; n++) {
    await addConversation(writer, `cv_${n}`);
    await writer.transaction(async (tx) => {
      await appendEvents(tx, [draft(`e${n}`, `cv_${n}`)], 1);
      await joined(tx, `cv_${n}`);
    });
  }
  const read = <T>(sql: string) => writer.transaction((tx) => tx.all<T>(sql));
  expect(await read('SELECT count(*) AS n, min(seq) AS least, max(seq) AS most, count(DISTINCT seq_off) AS offs FROM conversations')).toEqual([
    { n: 1000, least: 1, most: 1, offs: 1000 },
  ]);
  expect(await read('SELECT * FROM seqs')).toEqual([]);
  const [cursor] = await read<{ off: number }>("SELECT off FROM cursors WHERE name = 'numbers'");
  expect(cursor?.off).toBeGreaterThanOrEqual(1000 - 5);
  await writer.close();
  rmSync(dir, { recursive: true, force: true });
});

test('what the rows do not count yet is not dropped, however old it is', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-numbers-'));
  const writer = openSqliteWriter(join(dir, 'store.sqlite'));
  await writer.transaction((tx) =>
    appendEvents(
      tx,
      ['1', '2', '3'].map((n) => draft(n)),
      1,
    ),
  );
  await writer.transaction((tx) => retain(tx, INGEST_SETTINGS.retention, { nowMs: Date.now(), goOn: () => false }));
  expect((await eventsOf(writer)).map((e) => e.seq)).toEqual([2, 3]); // the first is counted
  await writer.close();
  rmSync(dir, { recursive: true, force: true });
});
