import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderStore, sweepStaging } from '../../src/media/folder-store.ts';
import { mediaStoreContract } from './store-contract.ts';

describe('media in a folder', () => {
  mediaStoreContract(async () => {
    const root = await mkdtemp(join(tmpdir(), 'parlance-media-'));
    return { store: createFolderStore(root), staging: () => readdir(join(root, 'staging')), close: () => rm(root, { recursive: true }) };
  });
  test('what an earlier process left half written is swept', async () => {
    const root = await mkdtemp(join(tmpdir(), 'parlance-media-'));
    const store = createFolderStore(root);
    const { key } = await store.write([Buffer.from('kept')] as never, { maxBytes: 100 });
    await writeFile(join(root, 'staging', 'left'), 'half');
    await sweepStaging(root);
    expect(await readdir(join(root, 'staging'))).toEqual([]);
    expect(await store.size(key)).toBe(4);
    expect((await stat(join(root, key.slice(0, 2), key))).mode & 0o077).toBe(0);
    await rm(root, { recursive: true });
  });
  test.each(['../../etc/passwd', 'A'.repeat(64), ''])('%p is no key', async (key) => {
    await expect(createFolderStore(tmpdir()).size(key)).rejects.toThrow('not a key');
  });
});
