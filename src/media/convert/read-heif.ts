import { type Box, boxAt, boxes } from '../measure/boxes.ts';
import type { ByteSource } from '../measure/byte-source.ts';
import { exifOrientation } from '../measure/exif-orientation.ts';

/** What the header of a HEIC says of how its picture is to be decoded. */
export interface HeifHeader {
  /** It has transparency. */
  readonly alpha: boolean;
  /** EXIF's, where the container itself does not say how the picture is turned; 1: it comes out of the decoder upright. HEIF has readers ignore EXIF's, but what has that alone was made from a JPEG and means it. */
  readonly orientation: number;
  /** Bytes to be written so that a decoder sees the primary picture alone, and no EXIF. */
  readonly patches: readonly { readonly at: number; readonly bytes: Uint8Array }[];
}
interface Item {
  readonly id: number;
  readonly type: string;
  /** Where its entry begins: version, flags, id, protection, type. */
  readonly at: number;
  readonly wide: boolean;
}
const NO_HEADER: HeifHeader = { alpha: false, orientation: 1, patches: [] };
const MAX_LOCATIONS = 256 * 1024;
const HIDDEN = Buffer.from([1]);
const UNKNOWN_TYPE = Buffer.from('none', 'latin1');

/** A number of 0, 2, 4 or 8 bytes, of which files are made. Throws RangeError past the end. */
const uint = (b: Buffer, at: number, size: number): number => (size === 0 ? 0 : size === 8 ? Number(b.readBigUInt64BE(at)) : b.readUIntBE(at, size));

async function itemsOf(source: ByteSource): Promise<Item[]> {
  const box = await boxAt(source, ['meta', 'iinf']);
  if (!box) return [];
  const [version] = await source.read(box.start, 1);
  const items: Item[] = [];
  for await (const { type, start } of boxes(source, box.start + (version === 0 ? 6 : 8), box.end)) {
    const b = await source.read(start, 14);
    const wide = b[0] === 3; // before version 2 entries are of no picture
    if (type === 'infe' && b.length === 14 && (wide || b[0] === 2))
      items.push({ id: wide ? b.readUInt32BE(4) : b.readUInt16BE(4), type: b.toString('latin1', wide ? 10 : 8, wide ? 14 : 12), at: start, wide });
  }
  return items;
}
async function primaryOf(source: ByteSource): Promise<number | null> {
  const box = await boxAt(source, ['meta', 'pitm']);
  const b = box ? await source.read(box.start, 8) : Buffer.alloc(0);
  return b.length < 8 ? null : b[0] === 0 ? b.readUInt16BE(4) : b.readUInt32BE(4);
}
/** Where the first piece of an item lies in the file; null: not said, or not in the file itself. */
async function placeOf(source: ByteSource, id: number): Promise<{ at: number; length: number } | null> {
  const box = await boxAt(source, ['meta', 'iloc']);
  if (!box) return null;
  const b = await source.read(box.start, Math.min(box.end - box.start, MAX_LOCATIONS));
  try {
    const version = b.readUInt8(0);
    const sizes = b.readUInt16BE(4);
    const [offsetSize, lengthSize, baseSize, indexSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15, version === 0 ? 0 : sizes & 15];
    const idSize = version < 2 ? 2 : 4;
    const count = uint(b, 6, idSize);
    let at = 6 + idSize;
    for (let n = 0; n < count; n++) {
      const found = uint(b, at, idSize) === id;
      at += idSize;
      const method = version === 0 ? 0 : b.readUInt16BE(at) & 15;
      at += version === 0 ? 2 : 4;
      const base = uint(b, at, baseSize);
      at += baseSize;
      const pieces = b.readUInt16BE(at);
      const piece = at + 2 + indexSize;
      if (found) return method === 0 && pieces > 0 ? { at: base + uint(b, piece, offsetSize), length: uint(b, piece + offsetSize, lengthSize) } : null;
      at += 2 + pieces * (indexSize + offsetSize + lengthSize);
    }
  } catch {
    // it ends before it says so
  }
  return null;
}
async function orientationOf(source: ByteSource, exif: Item | undefined): Promise<number> {
  const place = exif ? await placeOf(source, exif.id) : null;
  const b = place ? await source.read(place.at, Math.min(place.length, 4096)) : Buffer.alloc(0);
  return b.length < 4 ? 1 : exifOrientation(b.subarray(4 + b.readUInt32BE(0)));
}
async function saysAlpha(source: ByteSource, { start, end }: Box): Promise<boolean> {
  const kind = (await source.read(start + 4, Math.min(end - start, 100))).toString('latin1');
  return kind.startsWith('urn:mpeg:hevc:2015:auxid:1\0') || kind.startsWith('urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0');
}

/**
 * Reads the header; nothing is decoded, and what makes no sense is left to the decoder. heif-convert would decode every picture of a file
 * and not say which is the primary one; where it finds EXIF it leaves the turning to that (libheif before 1.14), or turns and hands EXIF's
 * orientation on nevertheless (1.15).
 */
export async function readHeif(source: ByteSource): Promise<HeifHeader> {
  const primary = await primaryOf(source);
  const properties = await boxAt(source, ['meta', 'iprp', 'ipco']);
  if (primary === null || !properties) return NO_HEADER;
  const items = await itemsOf(source);
  let alpha = false;
  let turned = false;
  for await (const box of boxes(source, properties.start, properties.end)) {
    if (box.type === 'irot' || box.type === 'imir') turned = true;
    if (box.type === 'auxC') alpha ||= await saysAlpha(source, box);
  }
  const others = items.filter(({ id }) => id !== primary);
  const exif = items.filter(({ type }) => type === 'Exif');
  return {
    alpha,
    orientation: turned ? 1 : await orientationOf(source, exif[0]),
    patches: [...others.map(({ at }) => ({ at: at + 3, bytes: HIDDEN })), ...exif.map(({ at, wide }) => ({ at: at + (wide ? 10 : 8), bytes: UNKNOWN_TYPE }))],
  };
}
