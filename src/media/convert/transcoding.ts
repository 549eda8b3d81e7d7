import { ConversionFault } from './conversion-fault.ts';
import type { Probed } from './probe.ts';

/** What ffmpeg makes; see `Conversion` of the contract. */
export type Recording = 'voice' | 'mp3' | 'm4a' | 'mp4';
export interface Transcoding {
  readonly mimeType: string;
  readonly extension: string;
  /** Between input and output. */
  readonly args: readonly string[];
}
const K = 1000;
/** Above it WhatsApp shows a voice note with a download icon (whatsapp.md 5.3). */
const VOICE_NOTE_BYTES = 512 * 1024;
/** Of the bytes allowed, what container and fluctuation leave for the streams. */
const SHARE = 0.9;
const tooLong = (what: string) => new ConversionFault('too_large', `${what} of this length does not fit into what the channel takes`);

/** Bits a second that fit, within what still sounds (or looks) like something. */
function rateFor(bytes: number, durationMs: number, { least, most, what }: { least: number; most: number; what: string }): number {
  const fits = Math.floor((bytes * 8 * SHARE * 1000) / durationMs);
  if (fits < least) throw tooLong(what);
  return Math.min(fits, most);
}
/** The first sound alone, no tags, the same bytes each time. */
const SOUND = ['-map', '0:a:0', '-vn', '-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1', '-fflags', '+bitexact', '-flags:a', '+bitexact'];

function voice({ durationMs }: Probed, maxBytes: number): Transcoding {
  const note = Math.floor((VOICE_NOTE_BYTES * 8 * SHARE * 1000) / durationMs);
  const rate = Math.min(rateFor(maxBytes, durationMs, { least: 8 * K, most: 32 * K, what: 'a voice note' }), Math.max(note, 16 * K));
  return {
    mimeType: 'audio/ogg',
    extension: 'ogg',
    args: [...SOUND, '-c:a', 'libopus', '-application', 'voip', '-ac', '1', '-ar', '48000', '-b:a', String(rate), '-compression_level', '5', '-f', 'ogg'],
  };
}
function mp3({ durationMs, audio }: Probed, maxBytes: number): Transcoding {
  const rate = rateFor(maxBytes, durationMs, { least: 16 * K, most: 128 * K, what: 'a recording' });
  // Few bits go further in one channel and a narrower band; MPEG-2 rates begin at 8 kbit/s, MPEG-1 at 32.
  const [channels, hertz] = rate < 48 * K ? [1, 22_050] : rate < 96 * K ? [1, 44_100] : [Math.min(audio?.channels ?? 1, 2), 44_100];
  const allowed = [16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128].filter((k) => k * K <= rate).at(-1) ?? 16;
  const args = [...SOUND, '-c:a', 'libmp3lame', '-ac', String(channels), '-ar', String(hertz), '-b:a', `${allowed}k`, '-write_xing', '0', '-id3v2_version', '0', '-f', 'mp3'];
  return { mimeType: 'audio/mpeg', extension: 'mp3', args };
}
function m4a({ durationMs, audio }: Probed, maxBytes: number): Transcoding {
  const rate = rateFor(maxBytes, durationMs, { least: 24 * K, most: 128 * K, what: 'a recording' });
  const channels = rate < 64 * K ? 1 : Math.min(audio?.channels ?? 1, 2);
  const args = [...SOUND, '-c:a', 'aac', '-ac', String(channels), '-ar', '44100', '-b:a', String(rate), '-movflags', '+faststart', '-f', 'ipod'];
  return { mimeType: 'audio/mp4', extension: 'm4a', args };
}

/** The longest side for so many bits a second of picture. */
const SIDES: readonly (readonly [atLeast: number, side: number])[] = [
  [1500 * K, 1280],
  [700 * K, 848],
  [300 * K, 640],
  [0, 426],
];
/** H.264 without B frames (Android refuses them in the High profile, whatsapp.md 6.4), 4:2:0, even sides, at most 30 frames a second; AAC. */
function mp4({ durationMs, audio }: Probed, maxBytes: number): Transcoding {
  const total = rateFor(maxBytes, durationMs, { least: 140 * K, most: 3500 * K, what: 'a film' });
  const sound = audio ? (total < 400 * K ? 32 * K : 96 * K) : 0;
  const rate = total - sound;
  const side = SIDES.find(([atLeast]) => rate >= atLeast)?.[1] ?? 426;
  const even = (edge: string) => `trunc(min(${edge}\\,${edge}*${side}/max(iw\\,ih))/2)*2`;
  const picture = ['-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'main', '-bf', '0', '-pix_fmt', 'yuv420p', '-b:v', String(rate), '-maxrate', String(rate)];
  const heard = audio ? ['-map', '0:a:0', '-c:a', 'aac', '-ac', String(sound < 64 * K ? 1 : Math.min(audio.channels, 2)), '-ar', '44100', '-b:a', String(sound)] : ['-an'];
  const args = [
    ...['-map', '0:v:0', '-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1', '-fflags', '+bitexact', '-flags:v', '+bitexact'],
    ...['-vf', `scale=w=${even('iw')}:h=${even('ih')},setsar=1`, '-fpsmax', '30', ...picture, '-bufsize', String(rate * 2)],
    ...[...heard, '-movflags', '+faststart', '-f', 'mp4'],
  ];
  return { mimeType: 'video/mp4', extension: 'mp4', args };
}

/** The arguments that make it, from what is inside the file and the most bytes that the channel takes. Pure. Throws ConversionFault where it can not be made to fit, or is not there. */
export function transcodingOf(into: Recording, inside: Probed, maxBytes: number): Transcoding {
  if (into === 'mp4') {
    if (!inside.video) throw new ConversionFault('unreadable', 'there is no film in it');
    return mp4(inside, maxBytes);
  }
  if (!inside.audio) throw new ConversionFault('unreadable', 'there is no sound in it');
  return { voice, mp3, m4a }[into](inside, maxBytes);
}
