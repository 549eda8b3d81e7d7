import type { ByteSource } from './byte-source.ts';

/** A box of the ISO base media format (MP4, 3GP, M4A, HEIC, AVIF): its payload is from `start` to `end`. */
export interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  /** It says that it ends after its container does: the file is cut off. */
  readonly cut: boolean;
}
const MOST = 2000;

/** The boxes from one place to another, in order; ends at the first that makes no sense. */
export async function* boxes(source: ByteSource, from: number, to: number): AsyncGenerator<Box> {
  let at = from;
  for (let n = 0; n < MOST && at + 8 <= to; n++) {
    const head = await source.read(at, 16);
    if (head.length < 8) return;
    const type = head.toString('latin1', 4, 8);
    let size = head.readUInt32BE(0);
    let header = 8;
    if (size === 1) {
      if (head.length < 16) return;
      size = Number(head.readBigUInt64BE(8));
      header = 16;
    } else if (size === 0) size = to - at; // to the end
    if (size < header || !Number.isSafeInteger(size)) return;
    yield { type, start: at + header, end: Math.min(at + size, to), cut: at + size > to };
    at += size;
  }
}
/** The first box of a path, from the whole file down. */
export async function boxAt(source: ByteSource, path: readonly string[]): Promise<Box | null> {
  let within: Box = { type: '', start: 0, end: source.size, cut: false };
  for (const type of path) {
    let found: Box | null = null;
    for await (const box of boxes(source, within.start, within.end))
      if (box.type === type) {
        found = box;
        break;
      }
    if (!found) return null;
    within = found.type === 'meta' ? { ...found, start: found.start + 4 } : found; // a full box: version and flags first
  }
  return within;
}
