import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteReaders } from '../../src/store/sqlite-readers.ts';

test('a reader that ends is told of at once, and a query that comes later is refused, not left waiting for ever', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-readers-'));
  const ended = Promise.withResolvers<string>();
  const readers = openSqliteReaders(join(dir, 'is-not-there.sqlite'), { onEnd: ended.resolve });
  try {
    expect(await ended.promise).toMatch(/reader/);
    const late = readers.read.selectFrom('events').selectAll().execute();
    const silence = new Promise((_, reject) => setTimeout(() => reject(new Error('no answer')), 2000));
    await expect(Promise.race([late, silence])).rejects.toMatchObject({ code: 'store_unavailable' });
  } finally {
    await readers.close();
    rmSync(dir, { recursive: true });
  }
});
