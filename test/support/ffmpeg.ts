import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFfmpeg } from '../../src/config/find-ffmpeg.ts';
import { suiteWith } from './suite-with.ts';

export const tools = findFfmpeg(undefined, process.env.PATH, []);
/** Runs the suite with ffmpeg, or skips it with one line why; PARLANCE_REQUIRE_FFMPEG=1 makes that a failure. */
export const ffmpegSuite = (name: string, suite: () => void): void => suiteWith('FFMPEG', tools ? null : 'ffmpeg is not installed', [name, suite]);

const made = new Map<string, Buffer>();
const SOUND = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=7.35'];
const film = (seconds: number, size: string, rate: number) => [
  '-f',
  'lavfi',
  '-i',
  `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`,
  '-f',
  'lavfi',
  '-i',
  `sine=duration=${seconds}`,
];
const RECIPES = {
  'voice.ogg': [...SOUND, '-ac', '1', '-c:a', 'libopus', '-b:a', '32k'],
  'stereo.ogg': [...SOUND, '-ac', '2', '-c:a', 'libopus'],
  'vorbis.ogg': [...SOUND, '-c:a', 'libvorbis'],
  'a.wav': [...SOUND, '-ac', '2'],
  'a.mp3': [...SOUND, '-ac', '2'],
  'a.m4a': [...SOUND],
  'a.amr': [...SOUND, '-ac', '1', '-ar', '8000', '-f', 'amr'],
  'a.aac': [...SOUND, '-f', 'adts'],
  'a.flac': [...SOUND],
  'film.mp4': [...film(3, '640x360', 25), '-c:v', 'libx264', '-profile:v', 'main', '-bf', '0', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
  'high.mp4': [...film(3, '640x360', 25), '-c:v', 'libx264', '-profile:v', 'high', '-bf', '2', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
  'film.mov': [...film(4, '1920x1080', 60), '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
  'film.webm': [...film(2, '320x240', 25), '-c:v', 'libvpx', '-c:a', 'libvorbis'],
  'silent.mp4': ['-f', 'lavfi', '-i', 'testsrc2=size=320x240:rate=25:duration=2', '-c:v', 'mpeg4'],
} as const;
export type Recipe = keyof typeof RECIPES;
/** A file of sound or film, made once. */
export function recorded(name: Recipe): Buffer {
  const known = made.get(name);
  if (known) return known;
  const dir = mkdtempSync(join(tmpdir(), 'parlance-made-'));
  try {
    const path = join(dir, name);
    execFileSync(tools?.ffmpeg ?? 'ffmpeg', ['-v', 'error', '-y', ...RECIPES[name], path], { stdio: 'pipe' });
    const bytes = readFileSync(path);
    made.set(name, bytes);
    return bytes;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
/** What ffprobe says of bytes. */
export function probed(path: string): {
  format: { format_name: string; duration: string };
  streams: { codec_name: string; codec_type: string; channels?: number; width?: number; height?: number; profile?: string; has_b_frames?: number }[];
} {
  return JSON.parse(execFileSync(tools?.ffprobe ?? 'ffprobe', ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', path], { encoding: 'utf8' })) as never;
}
