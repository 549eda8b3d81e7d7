import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Conversion } from '../../adapters/files.ts';
import { findFfmpeg } from '../../src/config/find-ffmpeg.ts';
import { createConverter } from '../../src/media/convert/create-converter.ts';
import { type BenchContext, type Findings, rounded } from './bench-context.ts';

/** Conversions a minute with the default bound (MEDIA_CONVERSIONS=2: two at once, of which one film), each kind alone. */
const PARALLEL = 2;
const MB = 1024 * 1024;
interface Kind {
  readonly what: string;
  readonly mimeType: string;
  readonly wanted: Conversion;
  readonly n: number;
  make(path: string): Promise<void>;
}

export async function conversions(bench: BenchContext): Promise<Findings> {
  const tools = findFfmpeg(undefined, process.env.PATH, []);
  if (!tools) return { figures: {}, tables: [], notes: ['conversions: left out, since ffmpeg is not installed'] };
  const dir = mkdtempSync(join(tmpdir(), 'parlance-bench-conversions-'));
  const converter = createConverter({ heifConvert: null, dir: join(dir, 'running'), tools, parallel: PARALLEL });
  const ffmpeg = (args: readonly string[], path: string) => void execFileSync(tools.ffmpeg, ['-v', 'error', '-y', ...args, path]);
  const n = bench.plan.conversions;
  const kinds: readonly Kind[] = [
    {
      what: 'voice notes of 30 s, MP3 to Ogg Opus',
      mimeType: 'audio/mpeg',
      wanted: { into: 'voice', maxBytes: 16 * MB },
      n,
      make: async (path) => ffmpeg(['-f', 'lavfi', '-i', 'anoisesrc=d=30:a=0.1:c=pink', '-f', 'mp3'], path),
    },
    {
      what: 'pictures of 12 million pixels, WebP to JPEG within 5 MB',
      mimeType: 'image/webp',
      wanted: { into: 'image', maxBytes: 5 * MB },
      n: Math.ceil(n / 3),
      make: async (path) =>
        void writeFileSync(
          path,
          await sharp({ create: { width: 4000, height: 3000, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 12 } } })
            .webp()
            .toBuffer(),
        ),
    },
    {
      what: 'films of 10 s, 1080p to MP4 within 16 MB',
      mimeType: 'video/quicktime',
      wanted: { into: 'mp4', maxBytes: 16 * MB },
      n: Math.ceil(n / 20),
      make: async (path) =>
        ffmpeg(['-f', 'lavfi', '-i', 'testsrc2=size=1920x1080:rate=30:duration=10', '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-f', 'mov'], path),
    },
  ];
  const figures: Record<string, number> = {};
  const rows: (string | number)[][] = [];
  try {
    for (const { what, mimeType, wanted, n: many, make } of kinds) {
      const path = join(dir, wanted.into);
      await make(path);
      const began = performance.now();
      await Promise.all(
        Array.from({ length: many }, () =>
          converter.convert({ path, mimeType }, wanted, {
            signal: AbortSignal.timeout(600_000),
            party: 'bench',
            take: async (made) => void readFileSync(made.path),
          }),
        ),
      );
      const perMinute = (many * 60_000) / (performance.now() - began);
      figures[`conversions.${wanted.into}`] = perMinute;
      rows.push([what, many, rounded(perMinute, 0), rounded(readFileSync(path).length / MB, 1)]);
      bench.say(`conversions: ${what}: ${Math.round(perMinute)} a minute`);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return { figures, tables: [{ title: `Conversions with MEDIA_CONVERSIONS=${PARALLEL}`, columns: ['what', 'converted', 'a minute', 'MB each'], rows }] };
}
