import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { appendEvents, eventJson, spliceSeq } from '../../src/store/append-events.ts';
import { idsAfter, idsBefore } from '../../src/store/message-chain.ts';
import { migrationsFrom, SCHEMA_VERSION } from '../../src/store/migrations.ts';
import { readLog } from '../../src/store/read-log.ts';
import { openSqliteReaders } from '../../src/store/sqlite-readers.ts';
import { openSqliteWriter } from '../../src/store/sqlite-writer.ts';
import { draft, storeContract } from './contract.ts';
import { deliveryLogContract } from './delivery-log-contract.ts';
import { messageChainContract } from './message-chain-contract.ts';
import { PEOPLE, PEOPLE_READ } from './people-before.ts';
import { retentionContract } from './retention-contract.ts';
import { FOUND_AGAIN, foundAgain, SEEN_BEFORE, TOLD_BEFORE } from './told-before.ts';

/** The last schema without what this text names. */
function schemaBefore(text: string): number {
  for (let version = SCHEMA_VERSION - 1; ; version--) if (migrationsFrom(version, 'sqlite').some((sql) => sql.includes(text))) return version;
}
/** A store as the last version without it left it. */
function storeBefore(text: string): { dir: string; path: string; old: DatabaseSync } {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-store-'));
  const path = join(dir, 'store.sqlite');
  const old = new DatabaseSync(path);
  const all = migrationsFrom(0, 'sqlite');
  for (const sql of all.slice(0, all.length - migrationsFrom(schemaBefore(text), 'sqlite').length)) old.exec(sql);
  old.exec(`PRAGMA user_version = ${schemaBefore(text)}`);
  return { dir, path, old };
}

const open = () => {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-store-'));
  const path = join(dir, 'store.sqlite');
  return { dir, path, writer: openSqliteWriter(path) };
};

describe('the store on SQLite', () => {
  const opened = async () => {
    const { dir, writer } = open();
    return {
      writer,
      end: async () => {
        await writer.close();
        rmSync(dir, { recursive: true, force: true });
      },
    };
  };
  storeContract(opened);
  retentionContract(opened);
  deliveryLogContract(opened);
  messageChainContract(opened);

  test('a store of the schema that had an index of subjects learns which event came before which', async () => {
    const { dir, path, old } = storeBefore('events ADD COLUMN prev_off');
    const insert = old.prepare("INSERT INTO events (off, id, topic, type, subject, seq, late, time, created_at, body) VALUES (?, ?, ?, 'message.received', ?, ?, 0, 1, 1, '{}')");
    for (const [off, topic, subject, seq] of [
      [1, 'messages.v1', 'cv_1', 1],
      [2, 'messages.v1', 'cv_2', 1],
      [3, 'statuses.v1', 'cv_1', 1],
      [5, 'messages.v1', 'cv_1', 2],
    ] as const)
      insert.run(off, `e${off}`, topic, subject, seq);
    for (const [topic, subject, last] of [
      ['messages.v1', 'cv_1', 2],
      ['messages.v1', 'cv_2', 1],
      ['statuses.v1', 'cv_1', 1],
    ] as const)
      old.prepare('INSERT INTO seqs (subject, topic, last, last_time, prev_time) VALUES (?, ?, ?, 1, 0)').run(subject, topic, last);
    old.close();
    const writer = openSqliteWriter(path);
    await writer.transaction((tx) => appendEvents(tx, [draft('6', 'cv_2'), draft('7', 'cv_1')], 1));
    const rows = await writer.transaction((tx) => tx.all<{ off: number; seq: number; prev_off: number | null }>('SELECT off, seq, prev_off FROM events ORDER BY off'));
    expect(rows.map((r) => [r.off, r.seq, r.prev_off])).toEqual([
      [1, 1, null],
      [2, 1, null],
      [3, 1, null],
      [5, 2, 1],
      [6, 2, 2],
      [7, 3, 5],
    ]);
    await writer.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('messages of a schema that had an index of conversations hang together as others do', async () => {
    const { dir, path, old } = storeBefore('ADD COLUMN last_message');
    for (const conversation of ['cv_0', 'cv_1', 'cv_2'])
      old.prepare("INSERT INTO conversations (id, tenant, channel, contact, created_at) VALUES (?, 'acme', 'ch', 'ct', 1)").run(conversation);
    const idOf = (n: number) => `ms_${String(n).padStart(26, '0')}`;
    const insert = old.prepare(
      "INSERT INTO messages (id, tenant, channel, conversation, direction, state, content_type, content, preview, at, created_at, updated_at, priority, attempt, parts, sent_parts) VALUES (?, 'acme', 'ch', ?, ?, 'sent', 'text', '{}', '', 1, 1, 1, 0, 0, 1, 0)",
    );
    for (let n = 0; n < 300; n++) insert.run(idOf(n), n % 3 ? `cv_${n % 2}` : null, n % 4 ? 'inbound' : 'outbound');
    old.close();
    const writer = openSqliteWriter(path);
    const wanted = (k: number) => Array.from({ length: 300 }, (_, n) => n).flatMap((n) => (n % 3 && n % 2 === k ? [idOf(n)] : []));
    await writer.transaction(async (tx) => {
      for (const k of [0, 1]) {
        expect(await idsAfter(tx.db, `cv_${k}`, { after: '', limit: 500 })).toEqual(wanted(k));
        expect(await idsAfter(tx.db, `cv_${k}`, { after: '', limit: 3 })).toEqual(wanted(k).slice(0, 3));
      }
      expect(await idsBefore(tx.db, 'cv_2', { limit: 5 })).toEqual([]);
      expect(await tx.all('SELECT id, last_message, messages FROM conversations ORDER BY id')).toEqual([
        { id: 'cv_0', last_message: wanted(0).at(-1), messages: 100 },
        { id: 'cv_1', last_message: wanted(1).at(-1), messages: 100 },
        { id: 'cv_2', last_message: null, messages: 0 },
      ]);
    });
    await writer.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('messages of a schema whose `seen` named none are found by the platform id again', async () => {
    const { dir, path, old } = storeBefore('seen ADD COLUMN message');
    for (const sql of TOLD_BEFORE) old.exec(sql);
    for (const key of SEEN_BEFORE) old.prepare('INSERT INTO seen (id) VALUES (?)').run(key);
    old.close();
    const writer = openSqliteWriter(path);
    expect(await writer.transaction(foundAgain)).toEqual(FOUND_AGAIN);
    await writer.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('conversations, contacts and aliases of the schema whose rows had numbers are as they were, in the tree of their key', async () => {
    const { dir, path, old } = storeBefore('new_aliases');
    for (const sql of PEOPLE) old.exec(sql);
    const before = PEOPLE_READ.map((sql) => old.prepare(sql).all());
    old.close();
    const told: number[][] = [];
    const writer = openSqliteWriter(path, { onMigrate: (from, to) => told.push([from, to]) });
    expect(told).toEqual([[schemaBefore('new_aliases'), SCHEMA_VERSION]]);
    await writer.transaction(async (tx) => {
      for (const [i, sql] of PEOPLE_READ.entries()) expect(await tx.all(sql)).toMatchObject(before[i] as object[]);
      expect(await tx.all("SELECT name FROM sqlite_schema WHERE name LIKE 'sqlite_autoindex_con%' OR name LIKE 'new%'")).toEqual([]);
    });
    await writer.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('what the schema before counted of a conversation goes on in its row, and all else where it was', async () => {
    const { dir, path, old } = storeBefore('ADD COLUMN seq');
    for (const sql of PEOPLE) old.exec(sql);
    const insert = old.prepare('INSERT INTO seqs (subject, topic, last, last_time, last_off) VALUES (?, ?, ?, ?, ?)');
    const late = Date.parse('2026-11-22T09:30:00.000Z');
    insert.run('cv_1', 'messages.v1', 40, late, 90);
    insert.run('cv_1', 'statuses.v1', 7, 1, 91);
    insert.run('ch_a', 'messages.v1', 3, 1, 92);
    const event = old.prepare(
      "INSERT INTO events (off, id, topic, type, subject, seq, late, time, created_at, body, prev_off) VALUES (?, ?, 'messages.v1', 'message.received', 'cv_1', ?, 0, ?, 1, '{}', ?)",
    );
    event.run(93, 'e93', 41, late, 90); // not in the row yet
    old.prepare("INSERT INTO cursors (name, off, updated_at) VALUES ('numbers', 92, 1)").run();
    old.close();
    const writer = openSqliteWriter(path);
    const later = { ...draft('status', 'cv_1'), type: 'message.status' } as const;
    await writer.transaction((tx) => appendEvents(tx, [draft('1', 'cv_1'), draft('2', 'cv_2'), later, draft('3', 'ch_a')], 1));
    expect(await writer.transaction((tx) => tx.all('SELECT subject, topic, seq, late, prev_off FROM events WHERE off > 93 ORDER BY off'))).toEqual([
      { subject: 'cv_1', topic: 'messages.v1', seq: 42, late: 1, prev_off: 93 },
      { subject: 'cv_2', topic: 'messages.v1', seq: 1, late: 0, prev_off: null },
      { subject: 'cv_1', topic: 'statuses.v1', seq: 8, late: 0, prev_off: 91 },
      { subject: 'ch_a', topic: 'messages.v1', seq: 4, late: 0, prev_off: 92 },
    ]);
    expect(await writer.transaction((tx) => tx.all('SELECT subject, topic, last FROM seqs ORDER BY subject'))).toEqual([
      { subject: 'ch_a', topic: 'messages.v1', last: 4 },
      { subject: 'cv_1', topic: 'statuses.v1', last: 8 },
    ]);
    await writer.close();
    const closed = new DatabaseSync(path);
    expect(closed.prepare('SELECT id, seq, seq_time, seq_off FROM conversations ORDER BY id').all()).toMatchObject([
      { id: 'cv_1', seq: 42, seq_time: late, seq_off: 94 },
      { id: 'cv_2', seq: 1, seq_time: Date.parse(draft('2').time), seq_off: 95 },
    ]);
    closed.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('readers filter by tenant, topic and type, and splice seq in; opening again migrates nothing', async () => {
    const { dir, path, writer } = open();
    await writer.transaction((tx) => appendEvents(tx, [draft('1'), { ...draft('2'), tenant: 'globex' }, { ...draft('3'), type: 'message.status' }], 1));
    await writer.close();
    const again = openSqliteWriter(path);
    await again.transaction((tx) => appendEvents(tx, [draft('4')], 1));
    const readers = openSqliteReaders(path, { count: 1 });
    const offs = async (query: object) => (await readLog(readers.read, { after: 0, limit: 10, ...query })).map((r) => r.off);
    expect(await offs({})).toEqual([1, 2, 3, 4]);
    expect(await offs({ tenant: 'globex' })).toEqual([2]);
    expect(await offs({ topics: ['statuses.v1'] })).toEqual([3]);
    expect(await offs({ types: ['message.received'], after: 1 })).toEqual([2, 4]);
    const [row] = await readLog(readers.read, { after: 3, limit: 1 });
    expect(JSON.parse(row?.json ?? '')).toMatchObject({ specversion: '1.0', data: { seq: 3, n: '4' } });
    await readers.close();
    await again.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test.each([
    ['an empty data object', {}, '{"seq":5}'],
    ['data', { a: 1 }, '{"seq":5,"a":1}'],
    ['a text that imitates the marker', { a: '"data":{' }, `{"seq":5,"a":${JSON.stringify('"data":{')}}`],
  ])('splicing: %s', (_what, data, expected) => {
    const spliced = spliceSeq(eventJson({ ...draft('1', '"data":{'), data }), 5, false);
    expect(spliced.endsWith(`"data":${expected}}`)).toBe(true);
    expect(JSON.parse(spliced)).toMatchObject({ data: { seq: 5 } });
  });
});
