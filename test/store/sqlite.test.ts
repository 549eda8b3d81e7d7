import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendEvents, eventJson, spliceSeq } from '../../src/store/append-events.ts';
import { readLog } from '../../src/store/read-log.ts';
import { openSqliteReaders } from '../../src/store/sqlite-readers.ts';
import { openSqliteWriter } from '../../src/store/sqlite-writer.ts';
import { draft, storeContract } from './contract.ts';

const open = () => {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-store-'));
  const path = join(dir, 'store.sqlite');
  return { dir, path, writer: openSqliteWriter(path) };
};

describe('the store on SQLite', () => {
  storeContract(async () => {
    const { dir, writer } = open();
    return {
      writer,
      end: async () => {
        await writer.close();
        rmSync(dir, { recursive: true, force: true });
      },
    };
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
