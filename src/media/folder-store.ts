import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MediaFault } from './media-fault.ts';
import type { MediaStore, Staged } from './port.ts';
import { stageFile } from './stage-file.ts';

const KEY = /^[0-9a-f]{64}$/;
const LEAST_FREE = 256 * 1024 * 1024;
const CHUNK = 256 * 1024;
const absent = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Files that an earlier process left half written. Call before anything is staged, and from one process alone (DATA_DIR has one). */
export async function sweepStaging(root: string): Promise<void> {
  const folder = join(root, 'staging');
  const left = await readdir(folder).catch(() => []);
  for (const name of left) await rm(join(folder, name), { force: true, recursive: true });
}

/** Media as files of a folder: `<root>/<first two of the key>/<key>`. A file appears whole (atomic rename) and durable (file and folder are fsynced). */
export function createFolderStore(root: string): MediaStore {
  const pathOf = (key: string): string => {
    if (!KEY.test(key)) throw new Error('not a key of the media store');
    return join(root, key.slice(0, 2), key);
  };
  async function keep(from: string, key: string): Promise<void> {
    const to = pathOf(key);
    const made = await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await rename(from, to); // over one of the same name too: it has the same bytes
    await syncFolder(dirname(to));
    if (made) await syncFolder(root);
  }
  const store: MediaStore = {
    async stage(source, options) {
      const file = await stageFile(join(root, 'staging'), source, options);
      const staged: Staged = { ...file, keep: () => keep(file.path, file.key), discard: () => rm(file.path, { force: true }) };
      return staged;
    },
    async write(source, options) {
      const { path: _path, keep: kept, discard: _discard, ...written } = await store.stage(source, options);
      await kept();
      return written;
    },
    async read(key, range) {
      const path = pathOf(key);
      const file = await open(path, 'r').catch((error: unknown) => {
        throw absent(error) ? new MediaFault('missing', 'The bytes are gone.') : error;
      });
      return createReadStream(path, { fd: file, highWaterMark: CHUNK, ...(range ? { start: range.start, end: range.end } : {}) });
    },
    async size(key) {
      try {
        return (await stat(pathOf(key))).size;
      } catch (error) {
        if (absent(error)) return null;
        throw error;
      }
    },
    async withFile(key, use) {
      if ((await store.size(key)) === null) throw new MediaFault('missing', 'The bytes are gone.');
      return use(pathOf(key));
    },
    async remove(key) {
      await rm(pathOf(key), { force: true });
    },
    async health() {
      try {
        await mkdir(root, { recursive: true, mode: 0o700 });
        const { bavail, bsize } = await statfs(root);
        return bavail * bsize < LEAST_FREE ? { ok: false, detail: 'less than 256 MB are free where media are kept' } : { ok: true };
      } catch (error) {
        return { ok: false, detail: `the media folder can not be used (${(error as NodeJS.ErrnoException).code})` };
      }
    },
    close: async () => {},
  };
  return store;
}
