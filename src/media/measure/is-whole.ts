import { boxes } from './boxes.ts';
import type { ByteSource } from './byte-source.ts';
import { isOggWhole } from './measure-ogg.ts';

const TAIL = 64 * 1024;
/** The mark, with so much more of itself; what follows is nobody's matter: phones append films to pictures. */
const endsWith =
  (mark: Buffer, more = 0) =>
  async (source: ByteSource): Promise<boolean> => {
    const tail = await source.read(Math.max(0, source.size - TAIL), TAIL);
    const at = tail.lastIndexOf(mark);
    return at >= 0 && at + mark.length + more <= tail.length;
  };
async function riff(source: ByteSource): Promise<boolean> {
  const b = await source.read(0, 8);
  return b.length === 8 && b.readUInt32LE(4) + 8 <= source.size + 1; // an odd length is padded, by some not
}
async function movie(source: ByteSource): Promise<boolean> {
  for await (const box of boxes(source, 0, source.size)) if (box.cut) return false;
  return true;
}
/** HEIC and MP4 alike; a JPEG may hold its end marker within an EXIF thumbnail, which is why the tail alone is looked at. */
const CHECKS: readonly (readonly [RegExp, (source: ByteSource) => Promise<boolean>])[] = [
  [/^image\/(png|apng)$/, endsWith(Buffer.from('IEND'), 4)],
  [/^image\/jpeg$/, endsWith(Buffer.from([0xff, 0xd9]))],
  [/^image\/gif$/, endsWith(Buffer.from([0x00, 0x3b]))],
  [/^(image\/webp|audio\/(wav|vnd\.wave))$/, riff],
  [/^(video\/(mp4|quicktime|3gpp2?)|audio\/(mp4|x-m4a)|image\/(heic|heif|avif))$/, movie],
  [/^(audio|video)\/ogg/, isOggWhole],
];

/** Whether a file ends where its own format says that it does; where the format does not say, it is taken for whole. */
export async function isWhole(source: ByteSource, type: string): Promise<boolean> {
  return (await CHECKS.find(([types]) => types.test(type))?.[1](source)) ?? true;
}
