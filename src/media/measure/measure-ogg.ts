import { type ByteSource, believable, type Measures } from './byte-source.ts';

/** A page is 65,307 bytes at most (RFC 3533), so the last one begins within this much of the end. */
const PAGE = 65_307;
const OPUS_RATE = 48_000; // of granules, whatever the sound's own (RFC 7845)

interface Page {
  readonly granule: bigint;
  readonly serial: number;
  readonly end: number;
  readonly data: number;
}
function pageAt(b: Buffer, at: number): Page | null {
  if (at + 27 > b.length || b.toString('latin1', at, at + 4) !== 'OggS' || b[at + 4] !== 0) return null;
  const segments = b[at + 26] ?? 0;
  const data = at + 27 + segments;
  if (data > b.length) return null;
  const bytes = b.subarray(at + 27, data).reduce((n, s) => n + s, 0);
  return { granule: b.readBigInt64LE(at + 6), serial: b.readUInt32LE(at + 14), end: data + bytes, data };
}
/** The last page, with its end counted from the file's end; null: none, or one that is cut off. */
async function lastPage(source: ByteSource, serial: number): Promise<{ granule: bigint; cut: boolean } | null> {
  const from = Math.max(0, source.size - PAGE);
  const tail = await source.read(from, PAGE);
  for (let at = tail.lastIndexOf('OggS'); at >= 0; at = at === 0 ? -1 : tail.lastIndexOf('OggS', at - 1)) {
    const page = pageAt(tail, at);
    if (page && page.serial === serial && page.granule >= 0n) return { granule: page.granule, cut: page.end > tail.length };
  }
  return null;
}

/** Samples before the sound begins, and a second's granules. */
async function streamOf(source: ByteSource): Promise<{ serial: number; skip: number; rate: number } | null> {
  const head = await source.read(0, 512);
  const first = pageAt(head, 0);
  if (!first) return null;
  const packet = head.subarray(first.data);
  if (packet.length >= 12 && packet.toString('latin1', 0, 8) === 'OpusHead') return { serial: first.serial, skip: packet.readUInt16LE(10), rate: OPUS_RATE };
  if (packet.length >= 16 && packet.toString('latin1', 1, 7) === 'vorbis') return { serial: first.serial, skip: 0, rate: packet.readUInt32LE(12) };
  return null;
}

/** Exact for Opus, the format of voice notes: the last granule less the pre-skip, at 48 kHz. */
export async function measureOgg(source: ByteSource): Promise<Measures> {
  const stream = await streamOf(source);
  const last = stream && (await lastPage(source, stream.serial));
  if (!stream || !last || stream.rate <= 0) return {};
  return believable({ durationMs: Math.max(0, ((Number(last.granule) - stream.skip) / stream.rate) * 1000) });
}
/** Whether the last page stands there whole. */
export async function isOggWhole(source: ByteSource): Promise<boolean> {
  const stream = await streamOf(source);
  if (!stream) return true; // not one that is known here
  return (await lastPage(source, stream.serial))?.cut === false;
}
