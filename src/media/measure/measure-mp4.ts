import { type Box, boxAt, boxes } from './boxes.ts';
import { type ByteSource, believable, type Measures } from './byte-source.ts';

const seconds = (b: Buffer): number | undefined => {
  const wide = b[0] === 1;
  if (b.length < (wide ? 32 : 20)) return undefined;
  const scale = b.readUInt32BE(wide ? 20 : 12);
  const length = wide ? Number(b.readBigUInt64BE(24)) : b.readUInt32BE(16);
  return scale > 0 && length > 0 && length !== 0xffffffff ? length / scale : undefined;
};

/** Width and height that a track is shown at, 16.16; turned by a quarter where its matrix says so. */
async function shownSize(source: ByteSource, track: Box): Promise<{ width: number; height: number } | null> {
  for await (const box of boxes(source, track.start, track.end)) {
    if (box.type !== 'tkhd') continue;
    const b = await source.read(box.start, 96);
    const at = b[0] === 1 ? 52 : 40; // of the matrix
    if (b.length < at + 44) return null;
    const [width, height] = [b.readUInt32BE(at + 36) / 65536, b.readUInt32BE(at + 40) / 65536];
    const turned = b.readInt32BE(at) === 0 && b.readInt32BE(at + 4) !== 0;
    return width > 0 && height > 0 ? (turned ? { width: height, height: width } : { width, height }) : null;
  }
  return null;
}

/** MP4, MOV, 3GP, M4A: duration by the movie's header, size by the first track that has one. */
export async function measureMp4(source: ByteSource): Promise<Measures> {
  const movie = await boxAt(source, ['moov']);
  if (!movie) return {};
  let duration: number | undefined;
  let size: { width: number; height: number } | null = null;
  for await (const box of boxes(source, movie.start, movie.end)) {
    if (box.type === 'mvhd') duration = seconds(await source.read(box.start, 32));
    if (box.type === 'trak') size ??= await shownSize(source, box);
  }
  return believable({ ...size, durationMs: duration === undefined ? undefined : duration * 1000 });
}
