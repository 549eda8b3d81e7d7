import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import kafkajs from 'kafkajs';

const [compress, decompress] = [promisify(gzip), promisify(gunzip)];

/**
 * gzip at its fastest, in place of the codec of kafkajs, which takes zlib's default level and for a batch of events twice the time, to
 * make it a twentieth smaller.
 */
export function useFastGzip(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.GZIP] = () => ({
    compress: (encoder: { readonly buffer: Buffer }) => compress(encoder.buffer, { level: constants.Z_BEST_SPEED }),
    decompress: (bytes: Buffer) => decompress(bytes),
  });
}
