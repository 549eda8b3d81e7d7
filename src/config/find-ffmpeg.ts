import { dirname, join, resolve } from 'node:path';
import type { ConversionSettings } from './config.ts';
import { isProgram, onPath } from './find-program.ts';

/** ffmpeg with its ffprobe: where it is said (`none`: nowhere), else the first on the PATH. Null: it is not there. A path that was given and leads to none is a fault. */
export function findFfmpeg(given: string | undefined, searchPath: string | undefined, faults: string[]): ConversionSettings['tools'] {
  if (given === 'none') return null;
  const found = given === undefined ? onPath('ffmpeg', searchPath) : resolve(given);
  if (found === undefined) return null;
  const tools = { ffmpeg: found, ffprobe: join(dirname(found), 'ffprobe') };
  if (isProgram(tools.ffmpeg) && isProgram(tools.ffprobe)) return tools;
  if (given !== undefined) faults.push(`FFMPEG_PATH: ${given} is no program with ffprobe beside it; name the path of ffmpeg, or "none" to go without.`);
  return null;
}
