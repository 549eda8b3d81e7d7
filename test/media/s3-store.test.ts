import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createS3Store } from '../../src/media/s3-store.ts';
import { startS3 } from '../support/s3.ts';
import { mediaStoreContract } from './store-contract.ts';

describe('media in S3', () => {
  mediaStoreContract(async () => {
    const s3 = await startS3('parlance-media');
    const folder = await mkdtemp(join(tmpdir(), 'parlance-s3-'));
    const store = createS3Store({ ...s3.settings, folder });
    return {
      store,
      staging: () => readdir(join(folder, 'staging')),
      async close() {
        await store.close();
        await s3.stop();
        await rm(folder, { recursive: true });
      },
    };
  });
  test('a bucket that is not there is told in words', async () => {
    const s3 = await startS3('parlance-media');
    const store = createS3Store({ ...s3.settings, bucket: 'elsewhere', folder: tmpdir() });
    expect(await store.health()).toEqual({ ok: false, detail: expect.stringMatching(/^the bucket elsewhere can not be used/) });
    await store.close();
    await s3.stop();
  });
});
