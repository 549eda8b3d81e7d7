import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sharp, default as SharpLibrary } from 'sharp';
import { ConversionFault } from './conversion-fault.ts';
import type { Source } from './probe.ts';
import type { Made } from './transcode.ts';

/** What is decoded here. No SVG (it names other files and addresses), no PDF; HEIC is decoded by a program of its own before, since its codec is in none of the prebuilt libraries, for its patents. */
const DECODED = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif', 'image/tiff']);
export const decodesImage = (mimeType: string): boolean => DECODED.has(mimeType);

/** 100 million: phones make pictures of 50; what is decoded stands in memory by lines where the format allows it, whole where not. */
export const MAX_PIXELS = 100_000_000;
/** A picture to convert. */
export interface Picture extends Source {
  /** EXIF's number of how it is turned and mirrored; absent: as the file itself says. */
  readonly orientation?: number;
}
/** What makes each upright; sharp mirrors before it turns. */
const UPRIGHT: Readonly<Record<number, (picture: Sharp) => Sharp>> = {
  2: (p) => p.flop(),
  3: (p) => p.rotate(180),
  4: (p) => p.flip(),
  5: (p) => p.flip().rotate(90),
  6: (p) => p.rotate(90),
  7: (p) => p.flop().rotate(90),
  8: (p) => p.rotate(270),
};
const STICKER_SIDE = 512;
/** From the best that fits to the smallest that is still a picture: longest side and quality. */
const STEPS: readonly (readonly [side: number, quality: number])[] = [
  [4096, 85],
  [2560, 82],
  [1600, 80],
  [1280, 75],
  [1024, 70],
  [640, 65],
];
const STICKER_QUALITIES = [85, 70, 55, 40, 25, 10];

/** Loaded at the first picture: the library is large, and many gateways never need it. */
async function load(): Promise<typeof SharpLibrary> {
  const library = (await import('sharp')).default;
  library.cache(false); // every picture is another one
  library.concurrency(1);
  library.block({ operation: ['VipsForeignLoadSvg', 'VipsForeignLoadPdf', 'VipsForeignLoadMagick', 'VipsForeignLoadMatrix', 'VipsForeignLoadCsv'] });
  return library;
}

async function each(path: string, maxBytes: number, tries: readonly (() => Promise<unknown>)[]): Promise<boolean> {
  for (const make of tries) {
    await make();
    if ((await stat(path)).size <= maxBytes) return true;
  }
  return false;
}

/** A picture as JPEG, or as PNG where it has transparency that fits; or as a sticker: WebP, 512 by 512. Upright, without tags. Throws ConversionFault. */
export async function convertImage(picture: Picture, wanted: { readonly into: 'image' | 'sticker'; readonly maxBytes: number; readonly cwd: string }): Promise<Made> {
  const { path, mimeType, orientation } = picture;
  if (!decodesImage(mimeType)) throw new ConversionFault('unreadable', `a picture of type ${mimeType} is not converted`);
  const library = await load();
  const read = () => library(path, { limitInputPixels: MAX_PIXELS, sequentialRead: true, failOn: 'error', pages: 1 });
  const open = () => (orientation === undefined ? read().rotate() : (UPRIGHT[orientation]?.(read()) ?? read()));
  const { maxBytes, cwd } = wanted;
  try {
    if (wanted.into === 'sticker') return await sticker(open, { maxBytes, cwd });
    const { hasAlpha } = await open().metadata();
    const png = join(cwd, 'made.png');
    const inside = (side: number) => open().resize(side, side, { fit: 'inside', withoutEnlargement: true });
    if (hasAlpha && (await each(png, maxBytes, [() => inside(2560).png().toFile(png), () => inside(1280).png({ palette: true }).toFile(png)])))
      return { path: png, mimeType: 'image/png' };
    const jpeg = join(cwd, 'made.jpg');
    const tries = STEPS.map(
      ([side, quality]) =>
        () =>
          inside(side).flatten({ background: '#ffffff' }).toColourspace('srgb').jpeg({ quality, mozjpeg: false }).toFile(jpeg),
    );
    if (await each(jpeg, maxBytes, tries)) return { path: jpeg, mimeType: 'image/jpeg' };
  } catch (error) {
    throw error instanceof ConversionFault ? error : new ConversionFault('unreadable', (error as Error).message.split('\n')[0]?.slice(0, 200) ?? '', { cause: error });
  }
  throw new ConversionFault('too_large', 'it can not be made as small as the channel takes');
}

async function sticker(open: () => Sharp, { maxBytes, cwd }: { maxBytes: number; cwd: string }): Promise<Made> {
  const path = join(cwd, 'made.webp');
  const tries = STICKER_QUALITIES.map(
    (quality) => () =>
      open()
        .resize(STICKER_SIDE, STICKER_SIDE, { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } })
        .webp({ quality, effort: 4 })
        .toFile(path),
  );
  if (await each(path, maxBytes, tries)) return { path, mimeType: 'image/webp' };
  throw new ConversionFault('too_large', 'it can not be made as small as a sticker');
}
