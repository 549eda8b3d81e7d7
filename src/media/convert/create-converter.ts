import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Conversion } from '../../../adapters/files.ts';
import { ConversionFault } from './conversion-fault.ts';
import { convertImage } from './convert-image.ts';
import { type Probed, probe, type Source } from './probe.ts';
import { type Made, type Tools, transcode } from './transcode.ts';
import { createTurnstile } from './turnstile.ts';

export interface ConverterOptions {
  /** Where folders of single conversions are made; what a killed process left there is removed. */
  readonly dir: string;
  /** Null: there is no ffmpeg, pictures alone are converted. */
  readonly tools: Tools | null;
  /** So many at once; the others wait. */
  readonly parallel: number;
}

/** Makes files into what a channel takes: pictures in this process, sound and film by ffmpeg, so many at once. */
export function createConverter({ dir, tools, parallel }: ConverterOptions) {
  const turnstile = createTurnstile(parallel);
  const ready = rm(dir, { recursive: true, force: true }).then(() => mkdir(dir, { recursive: true }));
  async function inFolder<T>(signal: AbortSignal, work: (place: { cwd: string; signal: AbortSignal }) => Promise<T>): Promise<T> {
    await ready;
    return turnstile.pass(signal, async () => {
      const cwd = await mkdtemp(join(dir, 'c-'));
      try {
        return await work({ cwd, signal });
      } finally {
        await rm(cwd, { recursive: true, force: true });
      }
    });
  }
  const needed = (): Tools => {
    if (!tools) throw new ConversionFault('no_tool', 'ffmpeg is not installed');
    return tools;
  };
  return {
    hasFfmpeg: tools !== null,
    /** Hands over the file that was made; it is gone when `take` has ended. Throws ConversionFault. */
    convert: <T>(source: Source, wanted: Conversion, at: { readonly signal: AbortSignal; take(made: Made): Promise<T> }): Promise<T> =>
      inFolder(at.signal, async (place) => {
        const { into, maxBytes } = wanted;
        const made =
          into === 'image' || into === 'sticker' ? await convertImage(source, { into, maxBytes, cwd: place.cwd }) : await transcode(needed(), source, { into, maxBytes }, place);
        return at.take(made);
      }),
    probe: (source: Source, signal: AbortSignal): Promise<Probed> => inFolder(signal, (place) => probe(needed().ffprobe, source, place)),
    waiting: turnstile.waiting,
  };
}
export type Converter = ReturnType<typeof createConverter>;
