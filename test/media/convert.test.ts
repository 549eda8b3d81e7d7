import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import type { Conversion } from '../../adapters/files.ts';
import { CONVERTIBLE, isHeif } from '../../adapters/natives.ts';
import { ConversionFault } from '../../src/media/convert/conversion-fault.ts';
import { decodesImage } from '../../src/media/convert/convert-image.ts';
import { type Converter, createConverter } from '../../src/media/convert/create-converter.ts';
import { demuxerOf } from '../../src/media/convert/demuxers.ts';
import { openedAs } from '../../src/media/convert/probe.ts';
import { runTool } from '../../src/media/convert/run-tool.ts';
import { createTurnstile } from '../../src/media/convert/turnstile.ts';
import { ffmpegSuite, probed, recorded, tools } from '../support/ffmpeg.ts';
import { until } from '../support/gateway.ts';
import { heifConvert } from '../support/heif.ts';

const MB = 1024 * 1024;
const dir = mkdtempSync(join(tmpdir(), 'parlance-convert-'));
const running = join(dir, 'running');
let converter: Converter;
beforeAll(() => {
  converter = createConverter({ dir: running, tools, heifConvert, parallel: 2 });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const job = (signal = new AbortController().signal) => ({ signal, party: 'acme' });
let n = 0;
/** Converts bytes; hands over what ffprobe says of what came out. */
async function convert(bytes: Uint8Array, mimeType: string, wanted: Conversion) {
  const path = join(dir, `in-${++n}`);
  writeFileSync(path, bytes);
  return converter.convert({ path, mimeType }, wanted, {
    ...job(),
    take: async (made) => ({ mimeType: made.mimeType, size: statSync(made.path).size, bytes: readFileSync(made.path) }),
  });
}
const faultOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it was made',
    (error: unknown) => (error instanceof ConversionFault ? `${error.kind}: ${error.message}` : `threw ${String(error)}`),
  );
const asFile = (bytes: Uint8Array): string => {
  const path = join(dir, `out-${++n}`);
  writeFileSync(path, bytes);
  return path;
};

test('every type that is said to be convertible has a reader, and none of them reads other files', () => {
  expect(CONVERTIBLE.pictures.filter((t) => decodesImage(t) === isHeif(t))).toEqual([]); // by sharp, or first by heif-convert
  const demuxers = [...CONVERTIBLE.sounds, ...CONVERTIBLE.films].map((t) => [t, demuxerOf(t)] as const);
  expect(demuxers.filter(([, d]) => d === undefined)).toEqual([]);
  expect(demuxers.filter(([, d]) => /concat|hls|dash|image2|m3u|playlist|sdp|rtsp|lavfi/.test(d ?? ''))).toEqual([]);
  for (const type of ['image/svg+xml', 'application/pdf']) expect([decodesImage(type), isHeif(type)]).toEqual([false, false]);
});

/** A PNG that claims so many pixels a side, with nothing in it. */
function hugePng(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2], 8);
  const chunk = (type: string, data: Buffer) => {
    const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, sum]);
  };
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.alloc(100))), chunk('IEND', Buffer.alloc(0))]);
}

describe('pictures', () => {
  const noise = (side: number) => sharp({ create: { width: side, height: side, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 80 } } });
  test('are scaled until they fit, upright and without tags', async () => {
    const turned = await noise(2600)
      .withMetadata({ orientation: 6 })
      .withExif({ IFD0: { Copyright: 'Ana' } })
      .jpeg({ quality: 100 })
      .toBuffer();
    expect(turned.length).toBeGreaterThan(5 * MB);
    const made = await convert(turned, 'image/jpeg', { into: 'image', maxBytes: 5 * MB });
    const meta = await sharp(made.bytes).metadata();
    expect([made.mimeType, made.size <= 5 * MB, meta.orientation, meta.exif]).toEqual(['image/jpeg', true, undefined, undefined]);
  });
  test('with transparency stay PNG where that fits, else lie on white', async () => {
    const clear = await sharp({ create: { width: 64, height: 64, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } } })
      .webp()
      .toBuffer();
    expect((await convert(clear, 'image/webp', { into: 'image', maxBytes: MB })).mimeType).toBe('image/png');
    const white = await convert(clear, 'image/webp', { into: 'image', maxBytes: 700 }).catch((e: unknown) => e);
    expect(white).toMatchObject({ mimeType: expect.stringMatching(/png|jpeg/) as string });
  });
  test('become stickers of 512 by 512 within 100 KB', async () => {
    const made = await convert(await noise(1200).png().toBuffer(), 'image/png', { into: 'sticker', maxBytes: 100 * 1024 });
    expect(await sharp(made.bytes).metadata()).toMatchObject({ format: 'webp', width: 512, height: 512 });
    expect(made.size).toBeLessThanOrEqual(100 * 1024);
  });
  test.each<[string, () => Promise<Buffer> | Buffer, string, RegExp]>([
    ['SVG that calls itself PNG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="/etc/passwd"/></svg>'), 'image/png', /^unreadable/],
    ['SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml', /^unreadable/],
    ['a picture of 3,600 million pixels', () => hugePng(60_000), 'image/png', /^unreadable: .*pixel limit/],
    ['half a picture', async () => (await noise(300).png().toBuffer()).subarray(0, 20_000), 'image/png', /^unreadable/],
    ['nothing', () => Buffer.from(''), 'image/jpeg', /^unreadable/],
    ['one that can not be made small enough', () => noise(900).jpeg().toBuffer(), 'image/jpeg', /^too_large/],
  ])('%s is refused in words', async (_what, bytes, type, words) => {
    const maxBytes = words.source.includes('too_large') ? 900 : 5 * MB;
    expect(await faultOf(convert(await bytes(), type, { into: 'image', maxBytes }))).toMatch(words);
    expect(readdirSync(running)).toEqual([]);
  });
});

test('a turnstile lets so many in, and parties take turns', async () => {
  const turnstile = createTurnstile(2);
  const { signal } = new AbortController();
  const order: string[] = [];
  const inside = { now: 0, most: 0 };
  const one = (party: string, name: string) =>
    turnstile.pass({ party, signal }, async () => {
      inside.most = Math.max(inside.most, ++inside.now);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(name);
      inside.now--;
    });
  await Promise.all([...Array.from({ length: 20 }, (_, i) => one('noisy', `n${i}`)), one('quiet', 'q')]);
  expect(inside.most).toBe(2);
  expect(order.indexOf('q')).toBeLessThan(6);
  expect(turnstile.waiting()).toBe(0);
});

describe('a tool', () => {
  const at = (over: object = {}) => ({ cwd: dir, signal: new AbortController().signal, timeoutMs: 20_000, outputBytes: MB, ...over });
  const kindOf = (work: Promise<unknown>) => faultOf(work).then((f) => f.split(':')[0]);
  test('that does not end is killed with all it started', async () => {
    const pids = join(dir, 'pids');
    const script = `sleep 60 & echo $! > ${pids}; sleep 60`;
    expect(await kindOf(runTool({ command: '/bin/sh', args: ['-c', script], ...at({ timeoutMs: 5000 }) }))).toBe('too_slow');
    const left = readFileSync(pids, 'utf8').trim();
    await until('what it started ended', async () => !existsSync(`/proc/${left}/stat`) || readFileSync(`/proc/${left}/stat`, 'utf8').includes(' Z '));
  });
  test('is killed when the gateway stops', async () => {
    const abort = new AbortController();
    const work = runTool({ command: '/bin/sleep', args: ['60'], ...at({ signal: abort.signal }) });
    setTimeout(() => abort.abort(new Error('stop')), 50);
    await expect(work).rejects.toThrow('stop');
  });
  (existsSync('/usr/bin/setpriv') ? test : test.skip)('ends with the process that runs it, also where that is killed', async () => {
    const seconds = String(1_000_000 + Math.floor(Math.random() * 1_000_000)); // tells it from another run's
    const script = `import { runTool } from ${JSON.stringify(new URL('../../src/media/convert/run-tool.ts', import.meta.url).href)};
      await runTool({ command: '/bin/sleep', args: ['${seconds}'], cwd: ${JSON.stringify(dir)}, signal: new AbortController().signal, timeoutMs: 60000, outputBytes: 0 });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
    // The tool itself: what it is started by names it too, and is not yet tied to the process.
    const tool = new RegExp(`^[^Z]\\S*\\s+/bin/sleep ${seconds}$`);
    const sleeping = () =>
      execFileSync('ps', ['-eo', 'stat,args'], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => tool.test(line)).length;
    await until('it runs', async () => sleeping() > 0);
    child.kill('SIGKILL');
    await until('it ended', async () => sleeping() === 0);
  });
  test('has no environment and no input', async () => {
    expect(await runTool({ command: '/usr/bin/env', args: [], ...at() })).not.toContain('PATH=/root');
    expect(await runTool({ command: '/bin/cat', args: [], ...at() })).toBe('');
  });
  test.each([
    ['writes without end', ['-c', 'head -c 50000000 /dev/zero > big'], 'too_large'],
    ['takes all memory', ['-c', 'head -c 3000000000 /dev/zero | tail -c 2900000000 > /dev/null'], 'unreadable'],
    ['is not there', null, 'no_tool'],
  ])('that %s is stopped', async (_what, args, kind) => {
    const run = args ? { command: '/bin/sh', args } : { command: '/nowhere/ffmpeg', args: [] };
    expect(await kindOf(runTool({ ...run, ...at({ timeoutMs: 60_000 }) }))).toBe(kind);
    rmSync(join(dir, 'big'), { force: true });
  });
});

ffmpegSuite('sound and film', () => {
  const secret = join(dir, 'secret.wav');
  beforeAll(() => writeFileSync(secret, recorded('a.wav')));
  const hls = () => `#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\nfile://${secret}\n#EXT-X-ENDLIST\n`;
  test.each<[string, () => Uint8Array, string]>([
    ['an HLS playlist as WAV', () => Buffer.from(hls()), 'audio/wav'],
    ['an HLS playlist as MP3', () => Buffer.from(hls()), 'audio/mpeg'],
    ['an HLS playlist as AVI', () => Buffer.from(hls()), 'video/x-msvideo'],
    ['an HLS playlist as MP4', () => Buffer.from(hls()), 'video/mp4'],
    ['an HLS playlist under its own type', () => Buffer.from(hls()), 'application/vnd.apple.mpegurl'],
    ['a concat file as Ogg', () => Buffer.from(`ffconcat version 1.0\nfile '${secret}'\n`), 'audio/ogg'],
    ['a DASH manifest as WebM', () => Buffer.from(`<?xml version="1.0"?><MPD><Period><BaseURL>file://${secret}</BaseURL></Period></MPD>`), 'video/webm'],
    ['SVG as MP4', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'video/mp4'],
    ['a playlist behind the head of a film', () => Buffer.concat([recorded('film.mp4').subarray(0, 32), Buffer.from(hls())]), 'video/mp4'],
    ['half a film', () => recorded('film.mp4').subarray(0, 3000), 'video/mp4'],
    ['a film without sound as a voice note', () => recorded('silent.mp4'), 'video/mp4'],
    ['nothing', () => Buffer.alloc(0), 'audio/mpeg'],
  ])('%s is refused in words', async (_what, bytes, type) => {
    expect(await faultOf(convert(bytes(), type, { into: 'voice', maxBytes: 16 * MB }))).toMatch(/^unreadable: ./);
    expect(readdirSync(running)).toEqual([]);
  });
  test('a file is opened by the reader of its type alone, from files and pipes alone, and refers to no other', () => {
    expect(openedAs({ path: '/m/x', mimeType: 'video/quicktime' }).join(' ')).toBe('-protocol_whitelist file,pipe -format_whitelist mov -enable_drefs 0 -f mov -i file:/m/x');
    expect(openedAs({ path: '/m/x', mimeType: 'audio/ogg' }).join(' ')).toBe('-protocol_whitelist file,pipe -format_whitelist ogg -f ogg -i file:/m/x');
    expect(() => openedAs({ path: '/m/x', mimeType: 'text/plain' })).toThrow('not converted');
  });
  test('any bytes under any type end in a file or in words, and leave nothing', async () => {
    const types = [...CONVERTIBLE.sounds, ...CONVERTIBLE.films];
    const bases = (['voice.ogg', 'a.mp3', 'a.wav', 'film.mp4'] as const).map(recorded);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...types),
        fc.constantFrom(...bases),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.integer({ min: 0, max: 255 })), { maxLength: 40 }),
        async (type, base, changes) => {
          const bytes = Buffer.from(base);
          for (const [where, value] of changes) bytes[Math.floor(where * Math.min(bytes.length, 4000))] = value;
          expect(await faultOf(convert(bytes, type, { into: 'voice', maxBytes: MB }))).not.toMatch(/^threw/);
        },
      ),
      { numRuns: 25 },
    );
    expect(readdirSync(running)).toEqual([]);
  }, 60_000);
  test.each<[string, number, Conversion['into']]>([
    ['five minutes of voice', 300, 'voice'],
    ['two minutes by MMS', 120, 'mp3'],
  ])(
    '%s keeps to the bytes that are allowed',
    async (_what, seconds, into) => {
      const path = join(dir, `long-${seconds}.wav`);
      execFileSync(tools?.ffmpeg ?? '', ['-v', 'error', '-y', '-f', 'lavfi', '-i', `sine=duration=${seconds}:sample_rate=16000`, path]);
      const maxBytes = 500 * 1024;
      const made = await convert(readFileSync(path), 'audio/wav', { into, maxBytes });
      expect(made.size).toBeLessThanOrEqual(maxBytes);
      expect(Math.abs(Number(probed(asFile(made.bytes)).format.duration) - seconds)).toBeLessThan(1);
    },
    60_000,
  );
  test('what can not be made small enough is told before anything is made', async () => {
    expect(await faultOf(convert(recorded('film.mov'), 'video/quicktime', { into: 'mp4', maxBytes: 20_000 }))).toMatch(/^too_large: a film of this length/);
  });
  test('the same file gives the same bytes', async () => {
    const wanted = { into: 'voice', maxBytes: MB } as const;
    const [a, b] = await Promise.all([convert(recorded('a.mp3'), 'audio/mpeg', wanted), convert(recorded('a.mp3'), 'audio/mpeg', wanted)]);
    expect(a.bytes.equals(b.bytes)).toBe(true);
  });
});
