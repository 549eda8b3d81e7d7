import type { Tx } from '../../store/port.ts';
import type { OutboundEnvironment } from '../admit.ts';
import { keepFetched, keepInside, keepMade, keepUpload } from './keep-files.ts';
import { preparationFailed, prepareMedia } from './prepare-media.ts';

/** Changes of the store that belong to getting the files of messages ready; see src/store/operations.ts. */
export const preparationOperations = (env: OutboundEnvironment) => ({
  prepareMedia: (tx: Tx, args: Parameters<typeof prepareMedia>[1]) => prepareMedia(tx, args, env),
  preparationFailed: (tx: Tx, args: Parameters<typeof preparationFailed>[1]) => preparationFailed(tx, args, env),
  keepFetched: (tx: Tx, args: Parameters<typeof keepFetched>[1]) => keepFetched(tx, args),
  keepMade: (tx: Tx, args: Parameters<typeof keepMade>[1]) => keepMade(tx, args),
  keepInside: (tx: Tx, args: Parameters<typeof keepInside>[1]) => keepInside(tx, args),
  keepUpload: (tx: Tx, args: Parameters<typeof keepUpload>[1]) => keepUpload(tx, args),
});
