import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MediaFault } from './media-fault.ts';
import { HEAD_BYTES, type WriteOptions, type Written } from './port.ts';

/** In words, for refusals. */
export const megabytes = (bytes: number): string => `${Math.round((bytes / 1024 / 1024) * 10) / 10} MB`;

/** Streams into a new file of `folder`, hashing on the way; fsynced once this resolves. What fails leaves no file. */
export async function stageFile(folder: string, source: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<Written & { readonly path: string }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, randomBytes(16).toString('hex'));
  const file = await open(path, 'wx', 0o600);
  const hash = createHash('sha256');
  const head = Buffer.alloc(HEAD_BYTES);
  let bytes = 0;
  try {
    for await (const chunk of source) {
      options.signal?.throwIfAborted();
      if (bytes + chunk.byteLength > options.maxBytes) throw new MediaFault('refused', `The file is larger than ${megabytes(options.maxBytes)}.`);
      if (bytes < HEAD_BYTES) head.set(chunk.subarray(0, HEAD_BYTES - bytes), bytes);
      hash.update(chunk);
      for (let at = 0; at < chunk.byteLength; ) at += (await file.write(chunk, at)).bytesWritten;
      bytes += chunk.byteLength;
    }
    options.signal?.throwIfAborted();
    if (bytes === 0) throw new MediaFault('refused', 'The file is empty.');
    await file.sync();
    await file.close();
  } catch (error) {
    await file.close().catch(() => {}); // closed already where the close itself failed
    await rm(path, { force: true });
    throw error;
  }
  const sha256 = hash.digest('hex');
  return { path, key: sha256, sha256, bytes, head: Buffer.from(head.subarray(0, Math.min(bytes, HEAD_BYTES))) };
}
