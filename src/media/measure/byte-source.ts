import type { FileHandle } from 'node:fs/promises';

/** Random access to bytes; reading past the end gives what there is. */
export interface ByteSource {
  readonly size: number;
  read(offset: number, length: number): Promise<Buffer>;
}
export const fileSource = (file: FileHandle, size: number): ByteSource => ({
  size,
  async read(offset, length) {
    const want = Math.max(0, Math.min(length, size - offset));
    if (want === 0) return Buffer.alloc(0);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(want), 0, want, offset);
    return buffer.subarray(0, bytesRead);
  },
});

/** What was measured; what could not be told is absent. */
export interface Measures {
  readonly width?: number;
  readonly height?: number;
  readonly durationMs?: number;
}
const MOST_PIXELS = 1_000_000;
const MOST_MS = 7 * 86_400_000;
const whole = (n: number | undefined, least: number, most: number) => (n !== undefined && Number.isFinite(n) && Math.round(n) >= least && n <= most ? Math.round(n) : undefined);

/** Only what can be true: a file may claim anything. A width without a height is neither. */
export function believable({ width, height, durationMs }: { readonly [K in keyof Measures]?: number | undefined }): Measures {
  const [w, h, d] = [whole(width, 1, MOST_PIXELS), whole(height, 1, MOST_PIXELS), whole(durationMs, 0, MOST_MS)];
  return { ...(w !== undefined && h !== undefined ? { width: w, height: h } : {}), ...(d === undefined ? {} : { durationMs: d }) };
}
