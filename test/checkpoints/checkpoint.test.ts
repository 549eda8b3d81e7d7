import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openCheckpoint } from '../../src/checkpoints/checkpoint.ts';
import { openCheckpointer } from '../../src/checkpoints/open-checkpointer.ts';

const AUTOCHECKPOINT = 400;
const PAGE = 4096;
let dir: string;
let writer: DatabaseSync;
const path = () => join(dir, 'store.sqlite');
const state = () => writer.prepare('PRAGMA wal_checkpoint(NOOP)').get() as { log: number; checkpointed: number };
/** Each row takes a page of its own, and its commit one or two more. */
function write(rows: number): void {
  const insert = writer.prepare('INSERT INTO t VALUES (randomblob(3500))');
  for (let i = 0; i < rows; i++) insert.run();
}
function writeUntil(frames: number): void {
  while (state().log < frames) write(1);
}
function open(): DatabaseSync {
  const db = new DatabaseSync(path());
  db.exec(`PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=${AUTOCHECKPOINT}; CREATE TABLE t (x BLOB)`);
  return db;
}
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'parlance-checkpoint-'));
  writer = open();
});
afterEach(() => {
  writer.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('a checkpoint beside the writer', () => {
  test.each([
    ['short of 7/8 of the length', 340, false],
    ['past it', 350, true],
  ])('%s: %i frames are written back: %p', (_name, frames, back) => {
    const checkpoint = openCheckpoint(path(), AUTOCHECKPOINT);
    writeUntil(frames);
    checkpoint.look();
    const { log, checkpointed } = state();
    expect(checkpointed).toBe(back ? log : 0);
    checkpoint.close();
  });
  test('leaves the end to the writer, which begins the log anew: it does not grow for ever', () => {
    const checkpoint = openCheckpoint(path(), AUTOCHECKPOINT);
    for (let i = 0; i < 300; i++) {
      write(10);
      checkpoint.look();
    }
    expect(statSync(`${path()}-wal`).size).toBeLessThan(1.5 * AUTOCHECKPOINT * PAGE);
    expect(statSync(path()).size).toBeGreaterThan(2000 * PAGE);
    expect(writer.prepare('SELECT count(*) AS n FROM t').get()).toEqual(expect.objectContaining({ n: 3000 }));
    checkpoint.close();
  });
  test('a look tells whether the log has grown', () => {
    const checkpoint = openCheckpoint(path(), AUTOCHECKPOINT);
    checkpoint.look();
    expect(checkpoint.look()).toBe(false);
    write(1);
    expect(checkpoint.look()).toBe(true);
    expect(checkpoint.look()).toBe(false);
    checkpoint.close();
  });
  test('what a reader still needs the old state of waits, holds nobody up, and is not worth a pass while it is little', () => {
    const checkpoint = openCheckpoint(path(), AUTOCHECKPOINT);
    const reader = new DatabaseSync(path(), { readOnly: true });
    writeUntil(345);
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM t').get();
    const old = state().log;
    writeUntil(350);
    checkpoint.look();
    expect(state().checkpointed).toBe(old);
    reader.exec('COMMIT');
    checkpoint.look();
    expect(state().checkpointed).toBe(old);
    writeUntil(old + 13);
    checkpoint.look();
    expect(state().checkpointed).toBe(state().log);
    reader.close();
    checkpoint.close();
  });
  test('a file that another one has to itself for a moment is looked at the next time', () => {
    writer.exec('PRAGMA locking_mode=EXCLUSIVE');
    writeUntil(350);
    const checkpoint = openCheckpoint(path(), AUTOCHECKPOINT, 50);
    expect(checkpoint.look()).toBe(false);
    writer.exec('PRAGMA locking_mode=NORMAL');
    write(1);
    expect(checkpoint.look()).toBe(true);
    expect(state().checkpointed).toBe(state().log);
    checkpoint.close();
  });
});

describe('the thread of the checkpoints', () => {
  test('serves the newest journal file, ends when told to, and is no fault then', async () => {
    const faults: string[] = [];
    const checkpointer = openCheckpointer({ dataDir: dir, databaseUrl: 'postgres://elsewhere' }, (reason) => faults.push(reason));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await checkpointer.close();
    expect(faults).toEqual([]);
  });
  test('a file that is no database is a fault', async () => {
    const reason = await new Promise<string>((resolve) => openCheckpointer({ dataDir: join(dir, 'nowhere'), databaseUrl: null }, resolve));
    expect(reason).toContain("the checkpoint's thread");
  });
});
