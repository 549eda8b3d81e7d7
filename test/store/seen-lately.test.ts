import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { firstSight, seenMessage } from '../../src/inbound/seen.ts';
import type { Tx } from '../../src/store/port.ts';
import { createSeenLately } from '../../src/store/seen-lately.ts';
import { createStatements } from '../../src/store/sqlite-statements.ts';
import { openSqliteWriter } from '../../src/store/sqlite-writer.ts';
import type { Writer } from '../../src/store/writer.ts';
import { emptyStore } from './empty-store.ts';

class Undone extends Error {}
const undone = (error: unknown) => {
  if (!(error instanceof Undone)) throw error;
};
const idOf = (n: number): string => createHash('sha256').update(String(n)).digest('hex').slice(0, 32);
const keyOf = (n: number): Uint8Array => Buffer.from(idOf(n), 'hex');
const messageOf = (n: number): string | null => (n % 3 ? `ms_${n}` : null);
const range = (n: number, from = 0) => Array.from({ length: n }, (_, i) => from + i);

function place(): { dir: string; path: string } {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-seen-'));
  return { dir, path: join(dir, 'store.sqlite') };
}

/** Keys that come in a transaction (`parts`: savepoints, some of which are undone), and how it ends. */
const transaction = fc.record({
  parts: fc.array(fc.record({ keys: fc.array(fc.nat(150), { maxLength: 12 }), undone: fc.boolean() }), { maxLength: 3 }),
  keys: fc.array(fc.nat(150), { maxLength: 12 }),
  end: fc.constantFrom('committed', 'committed', 'committed', 'undone', 'killed', 'closed'),
});

/** What a model of sets says of each key that comes. */
async function follow(writer: Writer, seen: Set<number>, step: { parts: readonly { keys: readonly number[]; undone: boolean }[]; keys: readonly number[]; end: string }) {
  const mine = new Set(seen);
  const see = async (tx: Tx, known: Set<number>, keys: readonly number[]) => {
    for (const n of keys) {
      expect([n, await firstSight(tx, idOf(n), messageOf(n))]).toEqual([n, !known.has(n)]);
      known.add(n);
      expect(await seenMessage(tx, keyOf(n))).toBe(messageOf(n));
    }
  };
  await writer
    .transaction(async (tx) => {
      for (const part of step.parts) {
        const known = new Set(mine);
        await tx
          .savepoint(async () => {
            await see(tx, known, part.keys);
            if (part.undone) throw new Undone();
          })
          .catch(undone);
        if (!part.undone) for (const n of known) mine.add(n);
      }
      await see(tx, mine, step.keys);
      if (step.end === 'undone') throw new Undone();
    })
    .catch(undone);
  if (step.end === 'undone') return;
  for (const n of mine) seen.add(n);
}

function rowsOf(path: string) {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = (table: string) => db.prepare(`SELECT lower(hex(id)) AS id, message FROM ${table}`).all() as { id: string; message: string | null }[];
  const [seen, lately, ever] = ['seen', 'seen_lately', 'ever_seen'].map(rows) as [ReturnType<typeof rows>, ReturnType<typeof rows>, ReturnType<typeof rows>];
  db.close();
  return { seen, lately, ever };
}

describe('what was seen, embedded', () => {
  test('each key is first once, whatever is undone, killed or begun anew in between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(transaction, { minLength: 1, maxLength: 25 }), fc.constantFrom(1, 4, 30), async (steps, generation) => {
        const { dir, path } = place();
        const seen = new Set<number>();
        const dead: Writer[] = [];
        let writer = openSqliteWriter(path, { generation });
        for (const step of steps) {
          await follow(writer, seen, step);
          if (step.end !== 'killed' && step.end !== 'closed') continue;
          if (step.end === 'closed') await writer.close();
          else dead.push(writer); // its memory is gone with it; what it committed is there
          writer = openSqliteWriter(path, { generation });
        }
        const { ever } = rowsOf(path);
        expect([...new Map(ever.map(({ id, message }) => [id, message]))].sort()).toEqual([...seen].map((n) => [idOf(n), messageOf(n)]).sort());
        await writer.close();
        for (const one of dead) await one.close();
        rmSync(dir, { recursive: true, force: true });
      }),
      { numRuns: 40 },
    );
  });

  test('a transaction that the disk refuses at its end is as if it had not been', () => {
    const steps = fc.array(fc.record({ keys: fc.array(fc.nat(400), { maxLength: 20 }), end: fc.constantFrom('committed', 'committed', 'refused') }), { maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.constantFrom(3, 25), (of, generation) => {
        const db = emptyStore();
        const prepare = createStatements(db);
        const sight = createSeenLately({ generation, all: (sql, params) => prepare(sql).all(params), run: (sql, params) => void prepare(sql).run(params) });
        const seen = new Set<number>();
        for (const { keys, end } of of) {
          db.exec('BEGIN');
          const mine = new Set(seen);
          for (const n of keys) {
            expect([n, sight.add(keyOf(n), messageOf(n))]).toEqual([n, !mine.has(n)]);
            mine.add(n);
          }
          sight.settle();
          db.exec(end === 'refused' ? 'ROLLBACK' : 'COMMIT');
          if (end === 'refused') sight.undo();
          else sight.committed();
          if (end !== 'refused') for (const n of mine) seen.add(n);
          expect(new Set((db.prepare('SELECT hex(id) AS id FROM ever_seen').all() as { id: string }[]).map(({ id }) => id.toLowerCase()))).toEqual(new Set([...seen].map(idOf)));
        }
        db.close();
      }),
      { numRuns: 60 },
    );
  });

  test('generations go to their place in the order of keys, and their rows are dropped', async () => {
    const { dir, path } = place();
    const writer = openSqliteWriter(path, { generation: 100 });
    for (const batch of range(100)) await writer.transaction(async (tx) => void (await Promise.all(range(10, batch * 10).map((n) => firstSight(tx, idOf(n), messageOf(n))))));
    const { seen, lately } = rowsOf(path);
    expect(seen.length).toBeGreaterThanOrEqual(800);
    expect(lately.length).toBeLessThanOrEqual(300);
    await writer.transaction(async (tx) => {
      for (const n of range(1000)) expect([await firstSight(tx, idOf(n)), await seenMessage(tx, keyOf(n))]).toEqual([false, messageOf(n)]);
      expect(await seenMessage(tx, keyOf(1000))).toBe(undefined);
    });
    await writer.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('of a larger store all keys are known at once, and while they are being read', async () => {
    const { dir, path } = place();
    await openSqliteWriter(path).close();
    const old = new DatabaseSync(path);
    const insert = old.prepare('INSERT INTO seen (id, message) VALUES (?, ?)');
    old.exec('BEGIN');
    for (const n of range(7000)) insert.run(keyOf(n), messageOf(n));
    old.exec('COMMIT');
    old.close();
    const writer = openSqliteWriter(path);
    for (const round of range(6))
      await writer.transaction(async (tx) => {
        for (const n of range(7000)) if (await firstSight(tx, idOf(n))) throw new Error(`key ${n} was new in round ${round}`);
        for (const n of range(10, 10_000 + round * 10)) expect(await firstSight(tx, idOf(n))).toBe(true);
      });
    await writer.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('rows that somebody has taken out of the midst cost only themselves', async () => {
    const { dir, path } = place();
    let writer = openSqliteWriter(path, { generation: 10 });
    await writer.transaction(async (tx) => {
      for (const n of range(30)) await firstSight(tx, idOf(n), messageOf(n));
    });
    await writer.close();
    const db = new DatabaseSync(path);
    db.prepare('DELETE FROM seen_lately WHERE id = ?').run(keyOf(7));
    db.close();
    writer = openSqliteWriter(path, { generation: 10 });
    for (const batch of range(20)) await writer.transaction(async (tx) => void (await firstSight(tx, idOf(1000 + batch))));
    await writer.transaction(async (tx) => {
      for (const n of range(30))
        expect([n, await firstSight(tx, idOf(n)), n === 7 ? undefined : await seenMessage(tx, keyOf(n))]).toEqual([n, n === 7, n === 7 ? undefined : messageOf(n)]);
    });
    await writer.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('many starts in a row leave no more than a few generations to read', async () => {
    const { dir, path } = place();
    let next = 0;
    for (const _ of range(30)) {
      const writer = openSqliteWriter(path, { generation: 100 });
      await writer.transaction(async (tx) => {
        for (const n of range(60, next)) await firstSight(tx, idOf(n), messageOf(n));
      });
      next += 60;
      await writer.close();
    }
    const { lately, ever } = rowsOf(path);
    expect(lately.length).toBeLessThanOrEqual(500);
    expect(new Set(ever.map(({ id }) => id)).size).toBe(next);
    rmSync(dir, { recursive: true, force: true });
  });
});
