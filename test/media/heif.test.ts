import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import type { Conversion } from '../../adapters/files.ts';
import { ConversionFault } from '../../src/media/convert/conversion-fault.ts';
import { createConverter } from '../../src/media/convert/create-converter.ts';
import { readHeif } from '../../src/media/convert/read-heif.ts';
import { fileSource } from '../../src/media/measure/byte-source.ts';
import { measurePicture } from '../../src/media/measure/measure-picture.ts';
import { codedItem, encoded, exifItem, gridItem, heif, heifConvert, heifSuite, type Item, imir, irot, ispe } from '../support/heif.ts';

/** HEIC into what a channel takes: decoded by heif-convert, the rest as with any picture. */
const MB = 1024 * 1024;
const dir = mkdtempSync(join(tmpdir(), 'parlance-heif-test-'));
const running = join(dir, 'running');
afterAll(() => rmSync(dir, { recursive: true, force: true }));
let n = 0;
async function convert(bytes: Uint8Array, wanted: Conversion, tool: string | null = heifConvert, mimeType = 'image/heic') {
  const path = join(dir, `in-${++n}`);
  writeFileSync(path, bytes, { mode: 0o600 });
  const converter = createConverter({ dir: running, tools: null, heifConvert: tool, parallel: 2 });
  const job = { signal: new AbortController().signal, party: 'acme' };
  const take = async (made: { path: string; mimeType: string }) => ({ mimeType: made.mimeType, size: statSync(made.path).size, bytes: readFileSync(made.path) });
  try {
    return await converter.convert({ path, mimeType }, wanted, { ...job, take });
  } finally {
    expect([readFileSync(path).equals(bytes), readdirSync(running)]).toEqual([true, []]);
  }
}
test.each([
  [[], { width: 4032, height: 3024 }],
  [[irot(0)], { width: 4032, height: 3024 }],
  [[irot(1)], { width: 3024, height: 4032 }],
  [[irot(2)], { width: 4032, height: 3024 }],
  [[irot(3)], { width: 3024, height: 4032 }],
])('its measures are those of the picture as it is shown: %#', async (more, measures) => {
  const path = join(dir, `measured-${++n}`);
  writeFileSync(path, heif([gridItem([1, 1], [4032, 3024], [2], more), { type: 'hvc1', data: Buffer.alloc(8), properties: [ispe(512, 512)], hidden: true }]));
  const file = await open(path);
  expect(await measurePicture(fileSource(file, (await file.stat()).size), 'image/heic')).toEqual(measures);
  await file.close();
});
const image: Conversion = { into: 'image', maxBytes: 5 * MB };
const faultOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it was made',
    (error: unknown) => (error instanceof ConversionFault ? `${error.kind}: ${error.message}` : `threw ${String(error)}`),
  );

const plain = (side: number, background: string) =>
  sharp({ create: { width: side, height: side, channels: 3, background } })
    .jpeg()
    .toBuffer();
/** White above, below it red on the left and blue on the right. */
async function scene(width = 400, height = 300): Promise<Sharp> {
  const part = (background: string) => ({ create: { width: Math.ceil(width / 2), height: height - Math.round(height / 4), channels: 3 as const, background } });
  const below = { top: Math.round(height / 4) };
  const canvas = sharp({ create: { width: width + (width % 2), height, channels: 3, background: '#fff' } });
  const whole = canvas.composite([
    { input: part('#d00'), left: 0, ...below },
    { input: part('#00d'), left: Math.ceil(width / 2), ...below },
  ]);
  return sharp(await whole.removeAlpha().png().toBuffer()).extract({ left: 0, top: 0, width, height });
}
/** Size, and the colours in the corners by rows: W, R, G, B. */
async function seen(bytes: Buffer): Promise<string> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)].map((v) => (v > 128 ? '1' : '0')).join('');
  const letter = (bits: string) => ({ '111': 'W', '100': 'R', '010': 'G', '001': 'B' })[bits] ?? bits;
  const [right, bottom] = [info.width - 1, info.height - 1];
  return `${info.width}x${info.height} ${[at(0, 0), at(right, 0), at(0, bottom), at(right, bottom)].map(letter).join('')}`;
}
const fake = (over: Partial<Item> = {}): Item => ({ type: 'hvc1', data: Buffer.alloc(100), properties: [ispe(64, 64)], ...over });
function stub(script: string): string {
  const path = join(dir, `tool-${++n}`);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

test.each<[string, Buffer, string | null, RegExp]>([
  ['without the tool', heif([fake()]), null, /^no_tool: heif-convert is not installed \(Debian: libheif-examples\)$/],
  ['nothing', Buffer.alloc(0), stub('exit 0'), /^unreadable: its header says no size/],
  ['SVG that calls itself HEIC', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), stub('exit 0'), /^unreadable: its header says no size/],
  ['60,000 by 60,000 pixels', heif([fake({ properties: [ispe(60_000, 60_000)] })]), stub('exit 0'), /^unreadable: its header claims 60000 by 60000 pixels/],
  ['a size that can not be', heif([fake({ properties: [ispe(4_000_000_000, 1)] })]), stub('exit 0'), /^unreadable: its header says no size/],
  [
    '400 million pixels of small tiles',
    heif([fake({ hidden: true }), gridItem([10, 10], [20_000, 20_000], Array(100).fill(1))], 2),
    stub('exit 0'),
    /^unreadable: its header claims/,
  ],
  ['a tool that makes nothing', heif([fake()]), stub('exit 0'), /^unreadable: nothing came out of it/],
  ['more than the header says', heif([fake()]), stub('head -c 50000000 /dev/zero > decoded.jpg'), /^unreadable: it holds more than its header says/],
  ['a tool that can not read it', heif([fake()]), stub('echo "no such codec" >&2; exit 1'), /^unreadable: no such codec/],
  ['a tool that is gone', heif([fake()]), '/nowhere/heif-convert', /^no_tool: /],
])('%s is refused in words', async (_what, bytes, tool, words) => expect(await faultOf(convert(bytes, image, tool))).toMatch(words));

test.each<[string, readonly Item[], number, readonly Item[], object]>([
  ['the primary picture alone', [fake(), fake(), fake()], 2, [fake({ hidden: true }), fake(), fake({ hidden: true })], { orientation: 1, alpha: false }],
  ['no EXIF', [fake(), exifItem(6, 1)], 1, [fake(), { ...exifItem(6, 1), type: 'none', hidden: true }], { orientation: 6, alpha: false }],
  ['what is so already', [fake({ hidden: true }), fake()], 2, [fake({ hidden: true }), fake()], { orientation: 1, alpha: false }],
])('the tool is shown %s', async (_what, items, primary, expected, said) => {
  const bytes = heif(items, primary);
  const { patches, ...header } = await readHeif({ size: bytes.length, read: async (at, length) => bytes.subarray(at, at + length) });
  for (const { at, bytes: patch } of patches) bytes.set(patch, at);
  expect([bytes.equals(heif(expected, primary)), header]).toEqual([true, said]);
});

heifSuite('HEIC', () => {
  let stored: Buffer;
  let coded: Buffer;
  let four: Item[];
  let tiles: Item[];
  beforeAll(async () => {
    stored = await (await scene()).jpeg({ quality: 95 }).toBuffer();
    coded = encoded(stored);
    four = [];
    for (const colour of ['#d00', '#0d0', '#00d', '#fff']) four.push(codedItem(encoded(await plain(512, colour))));
    tiles = four.map((item) => ({ ...item, hidden: true }));
  });
  const all = [1, 2, 3, 4];
  test.each<[string, () => Promise<Buffer> | Buffer, string]>([
    ['as it lies', () => coded, '400x300 WWRB'],
    ['turned by the container', () => heif([codedItem(coded, [irot(3)])]), '300x400 RWBW'],
    ['turned by the container, and EXIF says so too, as phones write it', () => heif([codedItem(coded, [irot(3)]), exifItem(6, 1)]), '300x400 RWBW'],
    ['mirrored by the container, and EXIF says so too', () => heif([codedItem(coded, [imir(1)]), exifItem(2, 1)]), '400x300 WWBR'],
    ['the container says that it is not turned', () => heif([codedItem(coded, [irot(0)]), exifItem(6, 1)]), '400x300 WWRB'],
    ['turned by EXIF alone', () => heif([codedItem(coded), exifItem(6, 1)]), '300x400 RWBW'],
    ['a turned JPEG by heif-enc', async () => encoded(await sharp(stored).withMetadata({ orientation: 6 }).jpeg().toBuffer()), '300x400 RWBW'],
    ['of odd sides, turned by EXIF', async () => encoded(await (await scene(401, 301)).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer()), '301x401 RWBW'],
    ['in tiles', () => heif([...tiles, gridItem([2, 2], [1000, 900], all)], 5), '1000x900 RGBW'],
    ['in tiles, turned', () => heif([...tiles, gridItem([2, 2], [1000, 900], all, [irot(3)]), exifItem(6, 5)], 5), '900x1000 BRWG'],
    ['the primary one of four, which is the third', () => heif(four, 3), '512x512 BBBB'],
    ['10 bits a colour', async () => encoded(await (await scene()).toColourspace('rgb16').png().toBuffer(), ['-b', '10']), '400x300 WWRB'],
  ])('%s comes out upright, once', async (_what, bytes, expected) => {
    const made = await convert(await bytes(), image);
    const { exif, icc, orientation } = await sharp(made.bytes).metadata();
    expect([made.mimeType, await seen(made.bytes), exif, icc, orientation]).toEqual(['image/jpeg', expected, undefined, undefined, undefined]);
  });
  test.each([1, 2, 3, 4, 5, 6, 7, 8])("EXIF's orientation %i is read as sharp reads it in a JPEG", async (orientation) => {
    const jpeg = await sharp(stored).withMetadata({ orientation }).jpeg().toBuffer();
    const made = await convert(heif([codedItem(coded), exifItem(orientation, 1)]), image);
    expect(await seen(made.bytes)).toBe(await seen(await sharp(jpeg).rotate().png().toBuffer()));
  });

  test('of 12 million pixels in tiles fits, whole; smaller where less is allowed', async () => {
    const noise = sharp({ create: { width: 512, height: 512, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 20 } } });
    const tile: Item = { ...codedItem(encoded(await noise.jpeg().toBuffer())), hidden: true };
    const numbers = Array.from({ length: 48 }, (_, i) => i + 1);
    const bytes = heif([...numbers.map(() => tile), gridItem([8, 6], [4032, 3024], numbers, [irot(3)]), exifItem(6, 49)], 49);
    const [large, small] = [await convert(bytes, image), await convert(bytes, { into: 'image', maxBytes: MB })];
    expect([large.mimeType, large.size <= 5 * MB, (await seen(large.bytes)).split(' ')[0]]).toEqual(['image/jpeg', true, '3024x4032']);
    expect([small.mimeType, small.size <= MB]).toEqual(['image/jpeg', true]);
  });
  test('with transparency becomes PNG with it where that fits, and a sticker', async () => {
    const clear = sharp({ create: { width: 200, height: 100, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0.3 } } });
    const bytes = encoded(await clear.png().toBuffer());
    const [png, sticker] = [await convert(bytes, image), await convert(bytes, { into: 'sticker', maxBytes: 100 * 1024 })];
    const alpha = async (picture: Buffer) => Math.round(((await sharp(picture).stats()).channels[3]?.max ?? 0) / 10);
    expect([png.mimeType, await alpha(png.bytes)]).toEqual(['image/png', 8]);
    expect(await sharp(sticker.bytes).metadata()).toMatchObject({ format: 'webp', width: 512, height: 512, hasAlpha: true });
  });
  test('of other colours than sRGB keeps how they look', async () => {
    const colour = { r: 30, g: 160, b: 90 };
    const jpeg = await sharp({ create: { width: 64, height: 64, channels: 3, background: colour } })
      .withIccProfile('p3')
      .jpeg({ quality: 100 })
      .toBuffer();
    const { data } = await sharp((await convert(encoded(jpeg), image)).bytes)
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(Math.max(...[colour.r, colour.g, colour.b].map((v, i) => Math.abs(v - (data[i] ?? 0))))).toBeLessThan(6);
  });

  test.each<[string, () => Promise<Buffer> | Buffer, RegExp]>([
    ['half of one', () => coded.subarray(0, Math.floor(coded.length * 0.6)), /^unreadable: ./],
    ['its header alone', () => coded.subarray(0, coded.indexOf('mdat')), /^unreadable: ./],
    ['one whose codes are zeros', () => Buffer.concat([coded.subarray(0, coded.indexOf('mdat') + 4), Buffer.alloc(coded.length)]), /^unreadable: ./],
    ['one without a primary picture', () => heif([codedItem(coded)], 7), /^unreadable: ./],
    ['JPEG that calls itself HEIC', () => stored, /^unreadable: its header says no size/],
    ['a film that calls itself HEIC', () => Buffer.from(coded.toString('latin1').replace('pict', 'vide'), 'latin1'), /^unreadable: ./],
    ['one that can not be made small enough', () => coded, /^too_large: ./],
  ])('%s is refused in words', async (_what, bytes, words) => {
    expect(await faultOf(convert(await bytes(), { into: 'image', maxBytes: words.source.includes('too_large') ? 500 : MB }))).toMatch(words);
  });
  test('any bytes end in a file or in words, and leave nothing', async () => {
    const whole = heif([...tiles, gridItem([2, 2], [1000, 900], all, [irot(3)]), exifItem(6, 5)], 5);
    const header = whole.indexOf('mdat');
    const change = fc.tuple(fc.integer({ min: 0, max: header }), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        expect(await faultOf(convert(bytes, image))).not.toMatch(/^threw|^too_slow/);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});
