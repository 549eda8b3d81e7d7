import { constants, gunzipSync, gzipSync } from 'node:zlib';
import kafkajs from 'kafkajs';

/** zlib's own; less is enough for what is smaller, and need not be cleared. */
const WINDOW_BITS = { least: 9, most: 15 };
const MOST_CHUNK = 16 * 1024;

/**
 * At its fastest, with no more memory than the text takes: the few events that a batch has for a partition are a kilobyte or two, and zlib
 * would clear 250 kB for them and keep 16 kB for the answer: enough of that made V8 collect the whole heap every second.
 */
function compress(text: Buffer): Buffer {
  const bits = 32 - Math.clz32(text.length);
  return gzipSync(text, {
    level: constants.Z_BEST_SPEED,
    windowBits: Math.min(WINDOW_BITS.most, Math.max(WINDOW_BITS.least, bits)),
    memLevel: bits > WINDOW_BITS.most ? constants.Z_DEFAULT_MEMLEVEL : 5,
    chunkSize: Math.min(MOST_CHUNK, Math.max(constants.Z_MIN_CHUNK, text.length)),
  });
}

/**
 * gzip in the thread that asks, in place of the codec of kafkajs. That takes zlib's default level, which for a batch of events takes twice
 * the time to make it a twentieth smaller, and a stream in another thread for each partition, which for the few events that a batch has
 * for one costs seven times the compression itself. The thread is the broker's own: nobody waits there for anything else.
 */
export function useFastGzip(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] = () => ({
    compress: async (encoder: { readonly buffer: Buffer }) => compress(encoder.buffer),
    decompress: async (bytes: Buffer) => gunzipSync(bytes),
  });
}
