import { type ByteSource, believable, type Measures } from './byte-source.ts';

/** Bytes of a frame by its type (RFC 4867); a frame is 20 ms. */
const NARROW = [13, 14, 16, 18, 20, 21, 27, 32, 6, 6, 6, 6, 1, 1, 1, 1];
const WIDE = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1];
const MOST = 16 * 1024 * 1024;
const FRAME_MS = 20;

/** AMR and AMR-WB, as phones record for picture messages: counts the frames. */
export async function measureAmr(source: ByteSource): Promise<Measures> {
  const all = await source.read(0, MOST);
  const wide = all.toString('latin1', 0, 9) === '#!AMR-WB\n';
  if (!wide && all.toString('latin1', 0, 6) !== '#!AMR\n') return {};
  const sizes = wide ? WIDE : NARROW;
  let frames = 0;
  for (let at = wide ? 9 : 6; at < all.length; frames++) at += sizes[((all[at] ?? 0) >> 3) & 15] ?? 1;
  return believable({ durationMs: frames * FRAME_MS });
}
