import { createHash } from 'node:crypto';
import { png } from '../support/media-files.ts';

const BYTES = 60_000;
/** The n-th file of the platform: each different, and the same wherever it is made. */
export function fileOf(n: number): { readonly bytes: Buffer; readonly sha256: string } {
  const bytes = png(Buffer.alloc(BYTES, createHash('sha256').update(String(n)).digest()));
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}
