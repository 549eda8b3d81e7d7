import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Conversion } from '../../../adapters/files.ts';
import { isHeif } from '../../../adapters/natives.ts';
import { ConversionFault } from './conversion-fault.ts';
import { convertImage, type Picture } from './convert-image.ts';
import { decodeHeif } from './decode-heif.ts';
import { type Probed, probe, type Source, type ToolPlace } from './probe.ts';
import { type Made, type Tools, transcode } from './transcode.ts';
import { createTurnstile } from './turnstile.ts';

export interface ConverterOptions {
  /** Where folders of single conversions are made; what a killed process left there is removed. */
  readonly dir: string;
  /** Null: there is no ffmpeg, pictures alone are converted. */
  readonly tools: Tools | null;
  /** Null: there is none, HEIC is not converted. */
  readonly heifConvert: string | null;
  /** So many at once; the others wait. */
  readonly parallel: number;
}

export interface Job {
  readonly signal: AbortSignal;
  /** Whose job it is: parties take turns. */
  readonly party: string;
}

/** Makes files into what a channel takes: pictures in this process (HEIC decoded by heif-convert first), sound and film by ffmpeg, so many at once; films, which take long, at most half of them. */
export function createConverter({ dir, tools, heifConvert, parallel }: ConverterOptions) {
  const all = createTurnstile(parallel);
  const films = createTurnstile(Math.max(1, Math.floor(parallel / 2)));
  const ready = rm(dir, { recursive: true, force: true }).then(() => mkdir(dir, { recursive: true, mode: 0o700 }));
  ready.catch(() => {}); // told by the first job
  async function inFolder<T>(job: Job, work: (place: ToolPlace) => Promise<T>): Promise<T> {
    await ready;
    return all.pass(job, async () => {
      const cwd = await mkdtemp(join(dir, 'c-'));
      try {
        return await work({ cwd, signal: job.signal });
      } finally {
        await rm(cwd, { recursive: true, force: true });
      }
    });
  }
  const needed = (): Tools => {
    if (!tools) throw new ConversionFault('no_tool', 'ffmpeg is not installed');
    return tools;
  };
  async function decoded(source: Source, place: ToolPlace): Promise<Picture> {
    if (!isHeif(source.mimeType)) return source;
    if (heifConvert === null) throw new ConversionFault('no_tool', 'heif-convert is not installed (Debian: libheif-examples)');
    return decodeHeif(heifConvert, source, place);
  }
  async function make(source: Source, { into, maxBytes }: Conversion, place: ToolPlace): Promise<Made> {
    if (into === 'image' || into === 'sticker') return convertImage(await decoded(source, place), { into, maxBytes, cwd: place.cwd });
    return transcode(needed(), source, { into, maxBytes }, place);
  }
  return {
    /** Hands over the file that was made; it is gone when `take` has ended. Throws ConversionFault. */
    convert: <T>(source: Source, wanted: Conversion, job: Job & { take(made: Made): Promise<T> }): Promise<T> => {
      const one = () => inFolder(job, async (place) => job.take(await make(source, wanted, place)));
      return wanted.into === 'mp4' ? films.pass(job, one) : one();
    },
    probe: (source: Source, job: Job): Promise<Probed> => inFolder(job, (place) => probe(needed().ffprobe, source, place)),
  };
}
export type Converter = ReturnType<typeof createConverter>;
