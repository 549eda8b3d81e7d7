import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { createExaminer } from '../../src/media/create-examiner.ts';
import { examine } from '../../src/media/examine.ts';
import { MediaFault } from '../../src/media/media-fault.ts';
import { picture, voiceNote } from '../support/media-files.ts';

const dir = mkdtempSync(join(tmpdir(), 'parlance-examine-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const at = join(dir, 'file');
const look = (bytes: Buffer | string, { kind = 'document', declaredType = null, vouched = false }: { kind?: string; declaredType?: string | null; vouched?: boolean } = {}) => {
  writeFileSync(at, bytes);
  return examine({ path: at, kind, declaredType, vouched });
};
const bytes = (...parts: (string | number[])[]) => Buffer.concat(parts.map((p) => (typeof p === 'string' ? Buffer.from(p, 'latin1') : Buffer.from(p))));
const u32 = (n: number) => [n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255];
const box = (type: string, body: Buffer) => Buffer.concat([bytes(u32(body.length + 8), type), body]);
const exif = (orientation: number) => {
  const tiff = bytes('II', [42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]);
  return bytes([0xff, 0xe1, 0, tiff.length + 8], 'Exif\0\0', [...tiff]);
};
const jpeg = (orientation: number) =>
  Buffer.concat([
    bytes([0xff, 0xd8]),
    exif(orientation),
    bytes([0xff, 0xc0, 0, 17, 8, 0x01, 0x00, 0x02, 0x80, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]),
  ]);
const mp4 = (turned: boolean) => {
  const matrix = turned ? [0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000] : [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];
  const tkhd = Buffer.concat([bytes([0, 0, 0, 3], ...[0, 0, 1, 0, 5000, 0, 0, 0, 0].map(u32)), bytes(...matrix.map((n) => u32(n >>> 0))), bytes(u32(640 << 16), u32(360 << 16))]);
  const mvhd = Buffer.concat([bytes([0, 0, 0, 0], u32(0), u32(0), u32(1000), u32(5250)), Buffer.alloc(80)]);
  return Buffer.concat([
    box('ftyp', bytes('isom', u32(0), 'isom')),
    box('moov', Buffer.concat([box('mvhd', mvhd), box('trak', box('tkhd', tkhd))])),
    box('mdat', Buffer.alloc(100)),
  ]);
};
const amr = (frames: number) => Buffer.concat([bytes('#!AMR\n'), ...Array.from({ length: frames }, () => Buffer.concat([bytes([0x3c]), Buffer.alloc(31)]))]);
const webp = bytes('RIFF', [28, 0, 0, 0], 'WEBPVP8X', [10, 0, 0, 0, 0, 0, 0, 0, 0x1f, 0x03, 0, 0x57, 0x02, 0, 0, 0, 0, 0, 0, 0]);

test.each<[string, Buffer | string, object, object]>([
  ['PNG', picture(300), { kind: 'image' }, { mimeType: 'image/png', width: 3, height: 2 }],
  ['JPEG', jpeg(1), { kind: 'image' }, { mimeType: 'image/jpeg', width: 640, height: 256 }],
  ['JPEG of a phone held upright', jpeg(6), { kind: 'image' }, { mimeType: 'image/jpeg', width: 256, height: 640 }],
  ['WebP', webp, { kind: 'sticker' }, { mimeType: 'image/webp', width: 800, height: 600 }],
  ['a voice note', voiceNote(3), { kind: 'voice' }, { mimeType: 'audio/ogg; codecs=opus', durationMs: 3000 }],
  ['AMR, which the library does not know', amr(150), { kind: 'audio' }, { mimeType: 'audio/amr', durationMs: 3000 }],
  ['MP4', mp4(false), { kind: 'video' }, { mimeType: 'video/mp4', width: 640, height: 360, durationMs: 5250 }],
  ['MP4 of a phone held upright', mp4(true), { kind: 'video' }, { mimeType: 'video/mp4', width: 360, height: 640, durationMs: 5250 }],
  ['text', 'a,b\n1,2\n', { declaredType: 'text/csv' }, { mimeType: 'text/csv' }],
  ['text that is declared a program', 'alert(1)', { declaredType: 'text/javascript' }, { mimeType: 'text/plain' }],
  ['a contact card', 'BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD', { declaredType: 'text/x-vcard' }, { mimeType: 'text/vcard' }],
  ['a web page behind a mark and blanks', '\ufeff\n  <HTML><body>', {}, { mimeType: 'text/html' }],
  ['SVG', '<?xml version="1.0"?>\n<svg xmlns="x"/>', {}, { mimeType: 'image/svg+xml' }],
  ['PDF', '%PDF-1.7\n%\u00e2\u00e3\n', {}, { mimeType: 'application/pdf' }],
  ['bytes that nothing knows', Buffer.from([0, 1, 2, 3, 250]), {}, { mimeType: 'application/octet-stream' }],
])('%s', async (_what, file, options, found) => {
  expect(await look(file, options)).toEqual(found);
});

test.each<[string, Buffer, string]>([
  ['PNG', picture(5000), 'image'],
  ['JPEG', jpeg(1), 'image'],
  ['WebP', webp, 'image'],
  ['MP4', mp4(false), 'video'],
  ['voice note', voiceNote(2), 'voice'],
])('a %s that is cut off is seen as such, unless the platform vouches for it', async (_what, file, kind) => {
  const cut = file.subarray(0, file.length - 3);
  await expect(look(cut, { kind })).rejects.toMatchObject({ kind: 'later', message: expect.stringContaining('cut off') });
  await expect(look(cut, { kind, vouched: true })).resolves.toBeDefined();
});

const ffmpeg = (() => {
  try {
    execFileSync('ffmpeg', ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env.PARLANCE_REQUIRE_FFMPEG === '1') throw new Error('ffmpeg is required and not there');
    console.warn('durations are not compared with ffprobe: ffmpeg is not installed');
    return false;
  }
})();
(ffmpeg ? describe : describe.skip)('measured as ffprobe does', () => {
  test.each([
    ['ogg', 'voice', ['-c:a', 'libopus', '-ac', '1']],
    ['m4a', 'audio', ['-c:a', 'aac']],
    ['mp3', 'audio', ['-c:a', 'libmp3lame']],
    ['wav', 'audio', []],
    ['mp4', 'video', ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=25', '-shortest', '-pix_fmt', 'yuv420p']],
    ['webm', 'video', ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=25', '-shortest']],
  ] as const)('%s', async (extension, kind, args) => {
    const file = join(dir, `made.${extension}`);
    execFileSync('ffmpeg', ['-y', '-loglevel', 'error', '-f', 'lavfi', '-i', 'sine=frequency=440:duration=3.37', ...args, '-t', '3.37', file]);
    const probed = JSON.parse(execFileSync('ffprobe', ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', file], { encoding: 'utf8' })) as {
      format: { duration: string };
      streams: { width?: number; height?: number }[];
    };
    const found = await examine({ path: file, kind, declaredType: null, vouched: false });
    expect(Math.abs((found.durationMs ?? 0) - Number(probed.format.duration) * 1000)).toBeLessThanOrEqual(kind === 'voice' ? 20 : 60);
    const shown = probed.streams.find((s) => s.width);
    expect([found.width, found.height]).toEqual([shown?.width, shown?.height]);
  });
});

/** Whole files of every format that is read here, for what follows to spoil. */
const seeds = [
  picture(300),
  jpeg(6),
  webp,
  voiceNote(1),
  amr(10),
  mp4(true),
  Buffer.from('<svg/>'),
  Buffer.from('#EXTM3U\n'),
  Buffer.from('ID3\x03\x00\x00\x00\x00\x0f\x76'),
  Buffer.from('fLaC\x00\x00\x00\x22'),
  Buffer.from([0x1a, 0x45, 0xdf, 0xa3]),
];
const spoiled = fc
  .tuple(fc.constantFrom(...seeds), fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { maxLength: 12 }), fc.nat(400), fc.uint8Array({ maxLength: 200 }))
  .map(([seed, changes, cut, more]) => {
    const out = Buffer.from(seed);
    for (const [where, value] of changes) if (out.length) out[where % out.length] = value;
    return Buffer.concat([cut > 300 ? out.subarray(0, cut % (out.length + 1)) : out, more]);
  });
test('whatever the bytes, what is found is believable or refused in words', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        spoiled,
        fc.uint8Array({ maxLength: 3000 }).map((b) => Buffer.from(b)),
      ),
      fc.constantFrom('image', 'voice', 'video', 'document', 'sticker', 'any'),
      async (file, kind) => {
        try {
          const found = await look(file, { kind });
          expect(found.mimeType).toMatch(/^[\w.+-]+\/[\w.+-]+(; codecs=[\w.]+)?$/);
          for (const n of [found.width ?? 1, found.height ?? 1, (found.durationMs ?? 0) + 1]) expect(Number.isInteger(n) && n > 0 && n <= 7 * 86_400_000).toBe(true);
          expect(found.width === undefined).toBe(found.height === undefined);
        } catch (error) {
          if (!(error instanceof MediaFault)) throw error;
          expect(error.message).toMatch(/^The file .*\.$/);
        }
      },
    ),
    { numRuns: 1500 },
  );
}, 60_000);

describe('the thread that examines', () => {
  test('takes files in turn, and ends by itself', async () => {
    const examiner = createExaminer();
    writeFileSync(join(dir, 'a'), picture(500));
    writeFileSync(join(dir, 'b'), randomBytes(500));
    const file = (name: string, kind: string) => ({ path: join(dir, name), kind, declaredType: null, vouched: false });
    const all = await Promise.allSettled([
      examiner.examine(file('a', 'image')),
      examiner.examine(file('b', 'image')),
      examiner.examine(file('none', 'image')),
      examiner.examine(file('a', 'image')),
    ]);
    expect(all.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect((all[2] as PromiseRejectedResult).reason).toMatchObject({ kind: 'later' });
    await examiner.close();
    await expect(examiner.examine(file('a', 'image'))).rejects.toMatchObject({ kind: 'later' });
  });
  test.each([
    ['a file that it hangs on', 'for (;;);', 'The file could not be examined within 5 seconds.'],
    ['a file that takes all memory', 'const a = []; for (;;) a.push(new Array(1e5).fill(a.length));', 'The file can not be examined: its headers ask for too much memory.'],
  ])('%s is refused and costs that thread alone', async (_what, hang, words) => {
    const worker = join(dir, `hang-${words.length}.mjs`);
    writeFileSync(
      worker,
      `import { parentPort } from 'node:worker_threads'; parentPort.on('message', ({ id, kind }) => { if (kind === 'bad') { ${hang} } parentPort.postMessage({ id, value: { mimeType: 'image/png' } }); });`,
    );
    const examiner = createExaminer({ timeoutMs: words.includes('within') ? 5000 : 20_000, worker: new URL(`file://${worker}`) });
    const file = (kind: string) => ({ path: 'x', kind, declaredType: null, vouched: false });
    const [bad, good] = await Promise.allSettled([examiner.examine(file('bad')), examiner.examine(file('good'))]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { kind: 'refused', message: words } });
    expect(good).toMatchObject({ status: 'fulfilled' });
    await examiner.close();
  });
});
