import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConversionFault } from './conversion-fault.ts';
import { openedAs, probe, type Source, type ToolPlace } from './probe.ts';
import { runTool } from './run-tool.ts';
import { type Recording, transcodingOf } from './transcoding.ts';

export interface Made {
  readonly path: string;
  readonly mimeType: string;
}
export interface Tools {
  readonly ffmpeg: string;
  readonly ffprobe: string;
}
/** By what it makes: a film of 16 MB at the slowest, sound in no time. */
const TIME_MS: Readonly<Record<Recording, number>> = { voice: 120_000, mp3: 120_000, m4a: 120_000, mp4: 600_000 };
/** The rate is kept on average: where a file came out too large, once more with so much less. */
const AGAIN = 0.75;

/** A recording or film as another one, in the folder of the place. Throws ConversionFault. */
export async function transcode(tools: Tools, source: Source, wanted: { readonly into: Recording; readonly maxBytes: number }, place: ToolPlace): Promise<Made> {
  const { into, maxBytes } = wanted;
  const inside = await probe(tools.ffprobe, source, place);
  for (const budget of [maxBytes, Math.floor(maxBytes * AGAIN)]) {
    const { args, mimeType, extension } = transcodingOf(into, inside, budget);
    const path = join(place.cwd, `made.${extension}`);
    const quiet = ['-hide_banner', '-nostdin', '-v', 'error', '-y', '-threads', '1', '-filter_threads', '1'];
    const threads = ['-threads', '1'];
    try {
      await runTool({
        command: tools.ffmpeg,
        args: [...quiet, ...openedAs(source), ...args, ...threads, `file:${path}`],
        ...place,
        timeoutMs: TIME_MS[into],
        outputBytes: 2 * maxBytes,
      });
    } catch (error) {
      if (error instanceof ConversionFault && error.kind === 'too_large' && budget === maxBytes) continue;
      throw error;
    }
    const { size } = await stat(path);
    if (size > 0 && size <= maxBytes) return { path, mimeType };
    if (size === 0) throw new ConversionFault('unreadable', 'nothing came out of it');
  }
  throw new ConversionFault('too_large', 'it can not be made as small as the channel takes');
}
