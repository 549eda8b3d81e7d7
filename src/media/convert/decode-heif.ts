import { constants, copyFile, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSource } from '../measure/byte-source.ts';
import { measurePicture } from '../measure/measure-picture.ts';
import { ConversionFault } from './conversion-fault.ts';
import { MAX_PIXELS, type Picture } from './convert-image.ts';
import type { Source, ToolPlace } from './probe.ts';
import { type HeifHeader, readHeif } from './read-heif.ts';
import { runTool } from './run-tool.ts';

const TIME_MS = 60_000;
/** Of a pixel of 16 bits and four channels: no picture is larger as PNG, but for its colour profile. */
const PIXEL_BYTES = 8;
const PROFILE_BYTES = 4 * 1024 * 1024;
/** A picture of 12 million pixels took 0.7 s (9 MB) as JPEG of this quality, and 3.6 s (24 MB) as PNG: PNG is for transparency alone. */
const QUALITY = '98';

/** Refuses what is too large to be decoded, and makes the copy one of the primary picture alone. */
async function prepare(copy: string, type: string): Promise<HeifHeader & { readonly pixels: number }> {
  const file = await open(copy, 'r+');
  try {
    const source = fileSource(file, (await file.stat()).size);
    const { width, height } = await measurePicture(source, type);
    if (width === undefined || height === undefined) throw new ConversionFault('unreadable', 'its header says no size');
    if (width * height > MAX_PIXELS) throw new ConversionFault('unreadable', `its header claims ${width} by ${height} pixels, which is more than is decoded`);
    const header = await readHeif(source);
    for (const { at, bytes } of header.patches) await file.write(bytes, 0, bytes.length, at);
    return { ...header, pixels: width * height };
  } finally {
    await file.close();
  }
}

/** The primary picture of a HEIC as one that sharp reads, in the folder of the place. Throws ConversionFault. */
export async function decodeHeif(tool: string, { path, mimeType }: Source, { cwd, signal }: ToolPlace): Promise<Picture> {
  const copy = join(cwd, 'in.heic');
  await copyFile(path, copy, constants.COPYFILE_FICLONE);
  const { alpha, orientation, pixels } = await prepare(copy, mimeType);
  const [made, type, args] = alpha ? [join(cwd, 'decoded.png'), 'image/png', []] : [join(cwd, 'decoded.jpg'), 'image/jpeg', ['-q', QUALITY]];
  try {
    await runTool({ command: tool, args: [...args, copy, made], cwd, signal, timeoutMs: TIME_MS, outputBytes: pixels * PIXEL_BYTES + PROFILE_BYTES });
  } catch (error) {
    if (error instanceof ConversionFault && error.kind === 'too_large') throw new ConversionFault('unreadable', 'it holds more than its header says', { cause: error });
    throw error;
  }
  if (!(await stat(made).catch(() => null))) throw new ConversionFault('unreadable', 'nothing came out of it');
  return { path: made, mimeType: type, orientation };
}
