import { createFolderStore } from './folder-store.ts';
import type { MediaStore } from './port.ts';
import { createS3Store } from './s3-store.ts';
import type { MediaSettings } from './settings.ts';

/** A folder, or S3 where a bucket is named. Any thread may open it. */
export const openMediaStore = (settings: Pick<MediaSettings, 'folder' | 's3'>): MediaStore =>
  settings.s3 ? createS3Store({ ...settings.s3, folder: settings.folder }) : createFolderStore(settings.folder);
