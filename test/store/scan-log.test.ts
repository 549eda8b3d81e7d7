import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { ApiDeps, Asked } from '../../src/api/deps.ts';
import { eventRoutes } from '../../src/api/routes/events.ts';
import { appendEvents } from '../../src/store/append-events.ts';
import type { LogQuery, Store } from '../../src/store/port.ts';
import { lastOffset, readLog } from '../../src/store/read-log.ts';
import { scanLog } from '../../src/store/scan-log.ts';
import { openSqliteReaders } from '../../src/store/sqlite-readers.ts';
import { openSqliteWriter } from '../../src/store/sqlite-writer.ts';
import { draft } from './contract.ts';

/** A log with an event for each of these tenants; `looked` counts the queries. */
function openLog() {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-scan-'));
  const writer = openSqliteWriter(join(dir, 'store.sqlite'));
  const readers = openSqliteReaders(join(dir, 'store.sqlite'), { count: 1 });
  const listeners = new Set<(last: number) => void>();
  const looked: LogQuery[] = [];
  let n = 0;
  const append = async (tenants: readonly string[]) => {
    const drafts = tenants.map((tenant) => ({ ...draft(String(++n), `cv_${tenant}`), tenant }));
    await writer.transaction((tx) => appendEvents(tx, drafts, 1));
    for (const listener of listeners) listener(n);
  };
  const hooks = { afterRead: async () => {} };
  const store = {
    read: readers.read,
    async readLog(query: LogQuery) {
      looked.push(query);
      const rows = await readLog(readers.read, query);
      await hooks.afterRead();
      return rows;
    },
    lastOffset: () => lastOffset(readers.read),
    onEvents(listener: (last: number) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Store;
  return {
    store,
    looked,
    listeners,
    append,
    hooks,
    drop: (upTo: number) => writer.transaction((tx) => tx.run('DELETE FROM events WHERE off <= $1', [upTo])),
    async end() {
      await readers.close();
      await writer.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

test('what a filter passes over is looked through once, window by window', async () => {
  const log = openLog();
  await log.append([...Array(95).fill('busy'), 'quiet', ...Array(4).fill('busy')]);
  const page = await scanLog(log.store, { after: 0, limit: 10, tenant: 'quiet' }, { window: 30 });
  expect([page.rows.map((r) => r.off), page.reached]).toEqual([[96], 100]);
  expect(log.looked.map((q) => [q.after, q.upTo])).toEqual([
    [0, 30],
    [30, 60],
    [60, 90],
    [90, 100],
  ]);
  log.looked.length = 0;
  expect(await scanLog(log.store, { after: page.reached, limit: 10, tenant: 'quiet' })).toEqual({ rows: [], reached: 100 });
  expect(log.looked).toEqual([]);
  await log.append(['busy', 'quiet']);
  expect((await scanLog(log.store, { after: page.reached, limit: 10, tenant: 'quiet' })).reached).toBe(102);
  expect(log.looked.map((q) => q.after)).toEqual([100]);
  await log.end();
});

test('what was dropped after its days is not looked for window by window', async () => {
  const log = openLog();
  await log.append(Array(100).fill('busy'));
  await log.drop(90);
  expect((await scanLog(log.store, { after: 0, limit: 10, tenant: 'quiet' }, { window: 20 })).reached).toBe(100);
  expect(log.looked).toHaveLength(1);
  await log.end();
});

test('pages of any length and window are the same events as the whole log filtered', async () => {
  const log = openLog();
  const all: string[] = [];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('a', 'b', 'b', 'b', 'b'), { maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 30 }),
      fc.constantFrom('a', 'b', undefined),
      async (more, limit, window, tenant) => {
        if (more.length) await log.append(more);
        all.push(...more);
        const got: number[] = [];
        for (let after = 0; ; ) {
          const { rows, reached } = await scanLog(log.store, { after, limit, ...(tenant === undefined ? {} : { tenant }) }, { window });
          got.push(...rows.map((r) => r.off));
          after = reached;
          if (rows.length < limit) break; // short only at the end
        }
        expect(got).toEqual(all.flatMap((t, i) => (tenant === undefined || t === tenant ? [i + 1] : [])));
      },
    ),
    { numRuns: 40 },
  );
  await log.end();
}, 60_000);

describe('over HTTP', () => {
  const [page, stream] = ['/v1/events', '/v1/events/stream'].map((path) => eventRoutes.find((r) => r.path === path));
  const asked = (query: object, signal = new AbortController().signal) => ({ query, headers: {}, caller: { tenant: 'quiet', scopes: [] }, signal }) as unknown as Asked;
  const deps = (log: ReturnType<typeof openLog>) => ({ store: log.store }) as unknown as ApiDeps;

  test('an event that comes between a look and the wait for news is not waited for', async () => {
    const log = openLog();
    await log.append(['busy']);
    log.hooks.afterRead = async () => {
      log.hooks.afterRead = async () => {};
      await log.append(['quiet']); // announced while nobody waits
    };
    const answer = (await page?.handle(asked({ after: '0', wait: '20' }), deps(log))) as { json: string };
    expect(JSON.parse(answer.json)).toMatchObject({ events: [{ offset: '2' }], next: '2' });
    expect(log.listeners.size).toBe(0);
    await log.end();
  });
  test('nothing for this reader: the next page begins where this one ended', async () => {
    const log = openLog();
    await log.append(Array(5).fill('busy'));
    const answer = (await page?.handle(asked({ after: '0' }), deps(log))) as { json: string };
    expect(JSON.parse(answer.json)).toEqual({ events: [], next: '5' });
    await log.end();
  });
  test("a stream shows this reader's events alone, and says nothing when others have some", async () => {
    const log = openLog();
    const stop = new AbortController();
    const opened = (await stream?.handle(asked({ after: '0' }), deps(log))) as unknown as { stream(write: (text: string) => Promise<void>, signal: AbortSignal): Promise<void> };
    const written: string[] = [];
    const running = opened.stream(async (text) => void written.push(text), stop.signal);
    for (const tenants of [['busy'], ['busy', 'quiet'], ['busy'], ['quiet']]) {
      await log.append(tenants);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (const end = Date.now() + 5000; written.length < 3 && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    await running;
    expect(written.map((text) => text.split('\n')[0])).toEqual([': connected', 'id: 3', 'id: 5']);
    expect(log.listeners.size).toBe(0);
    await log.end();
  });
});
