const STICKER_SIDE = 512;
const KB = 1024;

/** What is inside an Ogg file: "Opus codec, mono; bare audio/ogg is not accepted" (whatsapp.md 6.4). Null: it is that. */
export function faultOfOgg(bytes: Buffer): string | null {
  const at = bytes.subarray(0, 4096).indexOf('OpusHead', 0, 'latin1');
  if (at < 0) return 'audio/ogg is taken with the Opus codec alone';
  return bytes[at + 9] === 1 ? null : 'Opus is taken in one channel alone';
}

/** Width, height and whether it moves, of a WebP file; null: it is none. */
function webp(bytes: Buffer): { width: number; height: number; moves: boolean } | null {
  const chunk = bytes.subarray(12, 16).toString('latin1');
  if (bytes.length < 30) return null;
  if (chunk === 'VP8X') return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1, moves: ((bytes[20] ?? 0) & 2) !== 0 };
  if (chunk === 'VP8 ') return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff, moves: false };
  if (chunk !== 'VP8L') return null;
  const bits = bytes.readUInt32LE(21);
  return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1, moves: false };
}
/** "512x512; static 100 KB, animated 500 KB" (whatsapp.md 6.4). Null: it is that. */
export function faultOfSticker(bytes: Buffer): string | null {
  const found = webp(bytes);
  if (!found) return 'the sticker is no WebP picture';
  if (found.width !== STICKER_SIDE || found.height !== STICKER_SIDE) return `the sticker is ${found.width}x${found.height}, not 512x512`;
  const most = found.moves ? 500 : 100;
  return bytes.length <= most * KB ? null : `the sticker has more than ${most} KB`;
}
