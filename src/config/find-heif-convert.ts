import { resolve } from 'node:path';
import { isProgram, onPath } from './find-program.ts';

/** heif-convert of libheif, or heif-dec as it is called from 1.18 on: where it is said (`none`: nowhere), else the first on the PATH. Null: it is not there. A path that was given and leads to none is a fault. */
export function findHeifConvert(given: string | undefined, searchPath: string | undefined, faults: string[]): string | null {
  if (given === 'none') return null;
  if (given === undefined) return onPath('heif-convert', searchPath) ?? onPath('heif-dec', searchPath) ?? null;
  const path = resolve(given);
  if (isProgram(path)) return path;
  faults.push(`HEIF_CONVERT_PATH: ${given} is no program; name the path of heif-convert (Debian: libheif-examples), or "none" to go without.`);
  return null;
}
