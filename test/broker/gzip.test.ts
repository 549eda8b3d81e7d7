import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { createGzipper, useFastGzip } from '../../src/broker/kafkajs/gzip.ts';

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}
useFastGzip();
const codecs = kafkajs.CompressionCodecs as unknown as Record<number, () => Codec>;
const codec = codecs[kafkajs.CompressionTypes.GZIP]?.() as Codec;
const text = (bytes: number) => Buffer.from('{"type":"message.received","text":"Hello"},'.repeat(bytes / 43 + 1).slice(0, bytes));

describe('gzip', () => {
  const sizes = [0, 1, 63, 64, 511, 512, 513, 1400, 16_383, 16_384, 32_767, 32_768, 65_536, 1_000_000];
  test.each(sizes)('%d bytes come back as they were, text and what no compression makes smaller', async (size) => {
    for (const bytes of [text(size), randomBytes(size)]) {
      const small = await codec.compress({ buffer: bytes });
      expect(gunzipSync(small).equals(bytes)).toBe(true);
      expect((await codec.decompress(small)).equals(bytes)).toBe(true);
    }
  });
  test.each<[string, object]>([
    ['no handle', {}],
    ['a handle of other calls', { _handle: { write() {} }, _writeState: new Uint32Array(2) }],
    ['no state', { _handle: { writeSync() {}, reset() {} } }],
  ])('a Node that has it otherwise inside (%s): left to its own call', (_, stream) => expect(createGzipper(stream)).toBeNull());
  test('this Node has it as expected; what does not fit is left to its own call, and the next text is as it should be', () => {
    const gzip = createGzipper() as NonNullable<ReturnType<typeof createGzipper>>;
    expect(gzip(randomBytes(1_000_000))).toBeNull();
    const [first, second] = [gzip(text(1400)), gzip(text(700))];
    expect(gunzipSync(first as Buffer).equals(text(1400))).toBe(true);
    expect(gunzipSync(second as Buffer).equals(text(700))).toBe(true);
  });
  test('each client of a thread has the same deflate', () => {
    const first = codecs[kafkajs.CompressionTypes.GZIP];
    useFastGzip();
    expect(codecs[kafkajs.CompressionTypes.GZIP]).toBe(first);
  });
  test('an event becomes smaller', async () => {
    expect((await codec.compress({ buffer: text(1400) })).length).toBeLessThan(300);
  });
});
