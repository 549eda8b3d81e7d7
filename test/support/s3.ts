import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// @ts-expect-error: it has no types
import S3rver from 's3rver';
import type { S3Settings } from '../../src/media/settings.ts';

/** A real S3 server on loopback, in a temporary folder. */
export async function startS3(bucket: string): Promise<{ settings: S3Settings; env: Record<string, string>; stop(): Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), 'parlance-s3rver-'));
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: [{ name: bucket, configs: [] }] });
  const { port } = (await server.run()) as { port: number };
  const keys = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    settings: { bucket, endpoint, region: 'us-east-1', keys, prefix: 'media/', pathStyle: true },
    env: { MEDIA_S3_BUCKET: bucket, MEDIA_S3_ENDPOINT: endpoint, MEDIA_S3_ACCESS_KEY_ID: keys.accessKeyId, MEDIA_S3_SECRET_ACCESS_KEY: keys.secretAccessKey },
    async stop() {
      await server.close();
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
