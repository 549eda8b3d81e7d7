import { ConversionFault } from './conversion-fault.ts';
import { demuxerOf } from './demuxers.ts';
import { runTool } from './run-tool.ts';

/** What is inside a recording or film. */
export interface Probed {
  readonly durationMs: number;
  readonly audio?: { readonly codec: string; readonly channels: number };
  readonly audioStreams: number;
  readonly video?: { readonly codec: string; readonly width: number; readonly height: number; readonly profile: string; readonly pixels: string; readonly bFrames: boolean };
}
export interface Source {
  readonly path: string;
  /** As sniffed from the bytes, without parameters. */
  readonly mimeType: string;
}
export interface ToolPlace {
  readonly cwd: string;
  readonly signal: AbortSignal;
}
interface Stream {
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly channels?: number;
  readonly width?: number;
  readonly height?: number;
  readonly profile?: string;
  readonly pix_fmt?: string;
  readonly has_b_frames?: number;
  readonly disposition?: { readonly attached_pic?: number };
}
const PROBE_MS = 20_000;
const ENTRIES = 'format=duration:stream=codec_type,codec_name,channels,width,height,profile,pix_fmt,has_b_frames:stream_disposition=attached_pic';

/** How both tools open a file of strangers: the demuxer of its type alone, files and pipes alone, no references to other files. */
export function openedAs({ path, mimeType }: Source): string[] {
  const demuxer = demuxerOf(mimeType);
  if (demuxer === undefined) throw new ConversionFault('unreadable', `a file of type ${mimeType} is not converted`);
  const references = demuxer === 'mov' ? ['-enable_drefs', '0'] : [];
  return ['-protocol_whitelist', 'file,pipe', '-format_whitelist', demuxer, ...references, '-f', demuxer, '-i', `file:${path}`];
}

/** Reads what a file holds with ffprobe. Throws ConversionFault `unreadable` where it holds neither sound nor picture. */
export async function probe(ffprobe: string, source: Source, place: ToolPlace): Promise<Probed> {
  const args = ['-v', 'error', '-show_entries', ENTRIES, '-of', 'json', ...openedAs(source)];
  const text = await runTool({ command: ffprobe, args, ...place, timeoutMs: PROBE_MS, outputBytes: 0 });
  const { streams = [], format = {} } = JSON.parse(text) as { streams?: readonly Stream[]; format?: { duration?: string } };
  const sounds = streams.filter((s) => s.codec_type === 'audio');
  const [sound] = sounds;
  const film = streams.find((s) => s.codec_type === 'video' && s.disposition?.attached_pic !== 1); // a cover is no film
  const seconds = Number(format.duration);
  if ((!sound && !film) || !(seconds > 0)) throw new ConversionFault('unreadable', 'there is neither sound nor film in it');
  return {
    durationMs: Math.round(seconds * 1000),
    audioStreams: sounds.length,
    ...(sound ? { audio: { codec: sound.codec_name ?? '', channels: sound.channels ?? 0 } } : {}),
    ...(film
      ? {
          video: {
            codec: film.codec_name ?? '',
            width: film.width ?? 0,
            height: film.height ?? 0,
            profile: film.profile ?? '',
            pixels: film.pix_fmt ?? '',
            bFrames: (film.has_b_frames ?? 0) > 0,
          },
        }
      : {}),
  };
}
