import { boxAt, boxes } from './boxes.ts';
import { type ByteSource, believable, type Measures } from './byte-source.ts';
import { exifOrientation } from './exif-orientation.ts';

type Size = { readonly width: number; readonly height: number } | null;
const SEGMENTS = 500;

/** EXIF's orientation of a JPEG's APP1 segment; 1: upright. */
const orientationIn = (exif: Buffer): number => (exif.toString('latin1', 0, 6) === 'Exif\0\0' ? exifOrientation(exif.subarray(6)) : 1);
async function jpeg(source: ByteSource): Promise<Size> {
  let at = 2;
  let turned = false;
  for (let n = 0; n < SEGMENTS; n++) {
    const b = await source.read(at, 10);
    if (b.length < 4 || b[0] !== 0xff) return null;
    const marker = b[1] ?? 0;
    if (marker === 0xff) {
      at += 1; // fill
      continue;
    }
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) {
      if (b.length < 9) return null;
      const [height, width] = [b.readUInt16BE(5), b.readUInt16BE(7)];
      return turned ? { width: height, height: width } : { width, height };
    }
    const length = b.readUInt16BE(2);
    if (marker === 0xe1) turned = orientationIn(await source.read(at + 4, Math.min(length, 4096))) >= 5;
    if (marker === 0xd9 || marker === 0xda || length < 2) return null;
    at += 2 + length;
  }
  return null;
}
async function webp(source: ByteSource): Promise<Size> {
  const b = await source.read(0, 30);
  if (b.length < 30) return null;
  const chunk = b.toString('latin1', 12, 16);
  if (chunk === 'VP8X') return { width: b.readUIntLE(24, 3) + 1, height: b.readUIntLE(27, 3) + 1 };
  if (chunk === 'VP8 ') return { width: b.readUInt16LE(26) & 0x3fff, height: b.readUInt16LE(28) & 0x3fff };
  if (chunk !== 'VP8L') return null;
  const bits = b.readUInt32LE(21);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}
/** HEIC and AVIF: the largest of the images in it (the others are thumbnails and tiles), on its side where the container turns it by a quarter or three. */
async function heif(source: ByteSource): Promise<Size> {
  const properties = await boxAt(source, ['meta', 'iprp', 'ipco']);
  let size: Size = null;
  let turned = false;
  for await (const box of boxes(source, properties?.start ?? 0, properties?.end ?? 0)) {
    if (box.type === 'irot') turned = ((await source.read(box.start, 1))[0] ?? 0) % 2 === 1;
    if (box.type !== 'ispe') continue;
    const b = await source.read(box.start, 12);
    if (b.length < 12) continue;
    const one = { width: b.readUInt32BE(4), height: b.readUInt32BE(8) };
    if (!size || one.width * one.height > size.width * size.height) size = one;
  }
  return size && turned ? { width: size.height, height: size.width } : size;
}
const fixed =
  (length: number, read: (b: Buffer) => Size) =>
  async (source: ByteSource): Promise<Size> => {
    const b = await source.read(0, length);
    return b.length < length ? null : read(b);
  };
const png = fixed(24, (b) => ({ width: b.readUInt32BE(16), height: b.readUInt32BE(20) }));
const MEASURES: Readonly<Record<string, (source: ByteSource) => Promise<Size>>> = {
  'image/png': png,
  'image/apng': png,
  'image/gif': fixed(10, (b) => ({ width: b.readUInt16LE(6), height: b.readUInt16LE(8) })),
  'image/bmp': fixed(26, (b) => ({ width: Math.abs(b.readInt32LE(18)), height: Math.abs(b.readInt32LE(22)) })),
  'image/jpeg': jpeg,
  'image/webp': webp,
  'image/heic': heif,
  'image/heif': heif,
  'image/avif': heif,
};

/** Width and height as a picture is shown, from its header alone: nothing is decoded. */
export async function measurePicture(source: ByteSource, type: string): Promise<Measures> {
  return believable((await MEASURES[type]?.(source)) ?? {});
}
