import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findHeifConvert } from '../../src/config/find-heif-convert.ts';
import { suiteWith } from './suite-with.ts';

const encoder = (tool: string) => join(dirname(tool), 'heif-enc');
export const heifConvert = findHeifConvert(undefined, process.env.PATH, []);
/** Runs the suite with heif-convert, or skips it with one line why; PARLANCE_REQUIRE_HEIF=1 makes that a failure. */
export const heifSuite = (name: string, suite: () => void): void => suiteWith('HEIF', heifConvert === null ? 'heif-convert is not installed' : null, [name, suite]);

/** A JPEG or PNG as heif-enc makes it HEIC: one item, not in tiles. */
export function encoded(picture: Uint8Array, args: readonly string[] = []): Buffer {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-heif-'));
  const [from, to] = [join(dir, picture[0] === 0x89 ? 'a.png' : 'a.jpg'), join(dir, 'a.heic')];
  writeFileSync(from, picture);
  execFileSync(encoder(heifConvert ?? 'heif-convert'), ['-p', 'preset=ultrafast', ...args, '-o', to, from], { stdio: 'pipe' });
  const bytes = readFileSync(to);
  rmSync(dir, { recursive: true });
  return bytes;
}

const box = (type: string, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(8 + body.length), Buffer.from(type, 'latin1'), body]);
};
const u8 = (...n: readonly number[]) => Buffer.from(n);
const u16 = (...n: readonly number[]) => Buffer.concat(n.map((v) => u8(v >>> 8, v & 255)));
const u32 = (...n: readonly number[]) => Buffer.concat(n.map((v) => u16(v >>> 16, v & 0xffff)));
const FULL = u32(0);

export const ispe = (width: number, height: number): Buffer => box('ispe', FULL, u32(width, height));
/** Quarters against the clock. */
export const irot = (quarters: number): Buffer => box('irot', u8(quarters));
/** 0: top becomes bottom; 1: left becomes right. */
export const imir = (axis: 0 | 1): Buffer => box('imir', u8(axis));

export interface Item {
  readonly type: 'hvc1' | 'grid' | 'Exif' | 'none';
  readonly data: Uint8Array;
  readonly properties?: readonly Buffer[];
  readonly hidden?: true;
  /** Kind, and the items by their number from 1. */
  readonly refers?: readonly [kind: 'dimg' | 'cdsc', to: readonly number[]];
}
/** What heif-enc coded, with its properties, as an item of another file. */
export function codedItem(heic: Buffer, more: readonly Buffer[] = []): Item {
  const at = (type: string) => heic.indexOf(type, 0, 'latin1') - 4;
  const whole = (type: string) => heic.subarray(at(type), at(type) + heic.readUInt32BE(at(type)));
  return { type: 'hvc1', data: whole('mdat').subarray(8), properties: [whole('hvcC'), whole('ispe'), ...more] };
}
/** Tiles that lie beside and below each other. */
export const gridItem = ([columns, rows]: readonly [number, number], [width, height]: readonly [number, number], tiles: readonly number[], more: readonly Buffer[] = []): Item => ({
  type: 'grid',
  data: Buffer.concat([u8(0, 1, rows - 1, columns - 1), u32(width, height)]),
  properties: [ispe(width, height), ...more],
  refers: ['dimg', tiles],
});
export const exifItem = (orientation: number, of: number): Item => ({
  type: 'Exif',
  data: Buffer.concat([u32(6), Buffer.from('Exif\0\0MM\0*', 'latin1'), u32(8), u16(1, 0x0112, 3), u32(1), u16(orientation, 0), u32(0)]),
  refers: ['cdsc', [of]],
});

/** A HEIC of these items, numbered from 1. */
export function heif(items: readonly Item[], primary = 1): Buffer {
  const ftyp = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic', 'latin1'));
  const properties = [...new Set(items.flatMap((item) => item.properties ?? []))];
  const associations = items.map(({ properties: own = [] }, i) => Buffer.concat([u16(i + 1), u8(own.length), ...own.map((one) => u8(0x80 | (1 + properties.indexOf(one))))]));
  const infes = items.map(({ type, hidden }, i) => box('infe', u8(2, 0, 0, hidden ? 1 : 0), u16(i + 1, 0), Buffer.from(`${type}\0`, 'latin1')));
  const references = items.flatMap(({ refers }, i) => (refers ? [box(refers[0], u16(i + 1, refers[1].length, ...refers[1]))] : []));
  const metaAt = (start: number) => {
    const places = items.map(({ data }, i) => {
      const before = items.slice(0, i).reduce((sum, one) => sum + one.data.length, 0);
      return Buffer.concat([u16(i + 1, 0, 1), u32(start + before, data.length)]);
    });
    return box(
      'meta',
      FULL,
      box('hdlr', FULL, u32(0), Buffer.from('pict', 'latin1'), Buffer.alloc(13)),
      box('pitm', FULL, u16(primary)),
      box('iloc', FULL, u8(0x44, 0), u16(items.length), ...places),
      box('iinf', FULL, u16(items.length), ...infes),
      ...(references.length ? [box('iref', FULL, ...references)] : []),
      box('iprp', box('ipco', ...properties), box('ipma', FULL, u32(items.length), ...associations)),
    );
  };
  const start = ftyp.length + metaAt(0).length + 8;
  return Buffer.concat([ftyp, metaAt(start), box('mdat', ...items.map(({ data }) => data))]);
}
