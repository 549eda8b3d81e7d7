import type { Linked, MediaAccess } from '../http/media-handler.ts';
import type { createMediaLinks } from '../inbound/media-links.ts';
import type { Store } from '../store/port.ts';
import type { MediaWorker } from './create-media-worker.ts';
import type { MediaStore } from './port.ts';

interface Deps {
  readonly store: Store;
  readonly media: MediaStore;
  readonly worker: Pick<MediaWorker, 'settled'>;
  readonly links: Pick<ReturnType<typeof createMediaLinks>, 'valid'>;
  observe(outcome: string): void;
}

/** Whoever has a valid link sees its file: the id is of one tenant's one file, and was made by us (a link to one that is not noted yet is of an event whose turn comes). */
export function createMediaAccess({ store, media, worker, links, observe }: Deps): MediaAccess {
  return {
    valid: links.valid,
    async find(id): Promise<Linked> {
      const row = await store.read.selectFrom('media').select(['state', 'key', 'bytes', 'mime_type', 'filename', 'reason']).where('id', '=', id).executeTakeFirst();
      if (!row || row.state === 'pending') return 'pending';
      if (row.state === 'failed' || row.key === null) return { failed: row.reason ?? 'The file is not kept any more.' };
      return { file: { id, key: row.key, bytes: Number(row.bytes), mimeType: row.mime_type ?? 'application/octet-stream', filename: row.filename } };
    },
    settled: worker.settled,
    media,
    observe,
  };
}
