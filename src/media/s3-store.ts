import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { MediaFault } from './media-fault.ts';
import type { MediaStore, Staged } from './port.ts';
import type { S3Settings } from './settings.ts';
import { stageFile } from './stage-file.ts';

/** Of one upload; between them the server may breathe. */
const TRIES = 3;
const CHUNK = 256 * 1024;
const gone = (error: unknown) =>
  ['NoSuchKey', 'NotFound'].includes((error as Error)?.name) || (error as { $metadata?: { httpStatusCode?: number } })?.$metadata?.httpStatusCode === 404;
const GONE = () => new MediaFault('missing', 'The bytes are gone.');

/** Loaded at the first use: a gateway without S3 never has it in memory. */
const sdk = () => import('@aws-sdk/client-s3');

/**
 * Media as objects of an S3-compatible server. What comes in is staged on the local disk, where it is hashed and looked at, and then
 * goes up as one stream of a known length: parts would each stand in memory, and a crash would leave them in the bucket, unseen and
 * paid for; a file of ours is far below the 5 GB that one request may carry. Checksums are sent only where the server demands them,
 * since not every one knows them.
 */
export function createS3Store(settings: S3Settings & { readonly folder: string }): MediaStore {
  const staging = join(settings.folder, 'staging');
  let made: Promise<S3Client> | null = null;
  const client = () => {
    made ??= sdk().then(
      ({ S3Client: Client }) =>
        new Client({
          region: settings.region,
          forcePathStyle: settings.pathStyle,
          requestChecksumCalculation: 'WHEN_REQUIRED',
          responseChecksumValidation: 'WHEN_REQUIRED',
          ...(settings.endpoint === null ? {} : { endpoint: settings.endpoint }),
          ...(settings.keys === null ? {} : { credentials: settings.keys }),
        }),
    );
    return made;
  };
  const at = (key: string) => ({ Bucket: settings.bucket, Key: `${settings.prefix}${key}` });

  async function upload(path: string, key: string, bytes: number): Promise<void> {
    if ((await store.size(key)) === bytes) return; // the same bytes, by their name
    const [{ PutObjectCommand }, s3] = await Promise.all([sdk(), client()]);
    for (let tries = 1; ; tries++) {
      const body = createReadStream(path, { highWaterMark: CHUNK });
      try {
        return void (await s3.send(new PutObjectCommand({ ...at(key), Body: body, ContentLength: bytes })));
      } catch (error) {
        if (tries === TRIES) throw error; // the library itself does not try a stream again
        await new Promise((resolve) => setTimeout(resolve, 500 * tries));
      } finally {
        body.destroy();
      }
    }
  }
  const store: MediaStore = {
    async stage(source, options) {
      const file = await stageFile(staging, source, options);
      const discard = () => rm(file.path, { force: true });
      const staged: Staged = {
        ...file,
        async keep() {
          await upload(file.path, file.key, file.bytes);
          await discard();
        },
        discard,
      };
      return staged;
    },
    async write(source, options) {
      const { path: _path, keep, discard, ...written } = await store.stage(source, options);
      try {
        await keep();
      } catch (error) {
        await discard();
        throw error;
      }
      return written;
    },
    async read(key, range) {
      const [{ GetObjectCommand }, s3] = await Promise.all([sdk(), client()]);
      try {
        const { Body } = await s3.send(new GetObjectCommand({ ...at(key), ...(range ? { Range: `bytes=${range.start}-${range.end}` } : {}) }));
        return Body as Readable;
      } catch (error) {
        throw gone(error) ? GONE() : error;
      }
    },
    async size(key) {
      const [{ HeadObjectCommand }, s3] = await Promise.all([sdk(), client()]);
      try {
        return (await s3.send(new HeadObjectCommand(at(key)))).ContentLength ?? null;
      } catch (error) {
        if (gone(error)) return null;
        throw error;
      }
    },
    async withFile(key, use) {
      await mkdir(staging, { recursive: true, mode: 0o700 });
      const path = join(staging, randomBytes(16).toString('hex'));
      try {
        await pipeline(await store.read(key), createWriteStream(path, { mode: 0o600 }));
        return await use(path);
      } finally {
        await rm(path, { force: true });
      }
    },
    async remove(key) {
      const [{ DeleteObjectCommand }, s3] = await Promise.all([sdk(), client()]);
      await s3.send(new DeleteObjectCommand(at(key)));
    },
    async health() {
      const [{ HeadBucketCommand }, s3] = await Promise.all([sdk(), client()]);
      try {
        await s3.send(new HeadBucketCommand({ Bucket: settings.bucket }), { abortSignal: AbortSignal.timeout(5000) });
        return { ok: true };
      } catch (error) {
        return { ok: false, detail: `the bucket ${settings.bucket} can not be used (${(error as Error).name})` };
      }
    },
    async close() {
      (await made)?.destroy();
    },
  };
  return store;
}
