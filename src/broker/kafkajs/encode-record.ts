import { createRequire } from 'node:module';

/** A record as kafkajs hands it to its encoder. */
export interface RecordInput {
  readonly offsetDelta?: number;
  readonly timestampDelta?: number;
  readonly key?: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, unknown>>;
}
/** As much of the Encoder of kafkajs as what takes a record looks at. */
export interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}
type Encode = (record: RecordInput) => Encoded;

/** Bytes of a zigzag varint; `value` is not negative. */
const sizeOf = (value: number): number => (value < 0x40 ? 1 : value < 0x2000 ? 2 : value < 0x100000 ? 3 : value < 0x8000000 ? 4 : 5);
function write(buf: Buffer, at: number, value: number): number {
  let rest = value * 2; // zigzag of what is not negative
  let end = at;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) buf[end++] = (rest % 128) | 0x80;
  buf[end++] = rest;
  return end;
}
function writeText(buf: Buffer, at: number, text: string, bytes: number): number {
  const start = write(buf, at, bytes);
  return start + buf.write(text, start, bytes, 'utf8');
}

/**
 * A record of Kafka's message format v2 (length, attributes, timestamp and offset deltas, key, value, headers; all lengths as zigzag
 * varints) in one buffer of its size. Records that have anything but texts, or a time of their own, are `otherwise`'s.
 */
export function encodeRecord(record: RecordInput, otherwise: Encode): Encoded {
  const { key, value, headers = {}, offsetDelta = 0, timestampDelta = 0 } = record;
  if (typeof key !== 'string' || typeof value !== 'string' || timestampDelta !== 0) return otherwise(record);
  const names = Object.keys(headers);
  const [keyBytes, valueBytes] = [Buffer.byteLength(key), Buffer.byteLength(value)];
  const sizes: number[] = [];
  let body = 2 + sizeOf(offsetDelta) + sizeOf(keyBytes) + keyBytes + sizeOf(valueBytes) + valueBytes + sizeOf(names.length); // 2: attributes, timestamp
  for (const name of names) {
    const text = headers[name];
    if (typeof text !== 'string') return otherwise(record);
    const [nameBytes, textBytes] = [Buffer.byteLength(name), Buffer.byteLength(text)];
    sizes.push(nameBytes, textBytes);
    body += sizeOf(nameBytes) + nameBytes + sizeOf(textBytes) + textBytes;
  }
  const buf = Buffer.allocUnsafe(sizeOf(body) + body);
  let at = write(buf, 0, body);
  buf[at++] = 0;
  buf[at++] = 0;
  at = write(buf, at, offsetDelta);
  at = writeText(buf, at, key, keyBytes);
  at = writeText(buf, at, value, valueBytes);
  at = write(buf, at, names.length);
  let size = 0;
  for (const name of names) {
    at = writeText(buf, at, name, sizes[size++] as number);
    at = writeText(buf, at, headers[name] as string, sizes[size++] as number);
  }
  return { buf, buffer: buf };
}

let used = false;
/**
 * Puts this encoder in the place of the one of kafkajs 2.2.4, which makes some forty buffers for a record with our seven headers: most of
 * what a record costs. To be called before the first record is sent: the requests load their encoder then.
 */
export function useOneBufferRecords(): void {
  if (used) return;
  used = true;
  const require = createRequire(import.meta.url);
  const name = require.resolve('kafkajs/src/protocol/recordBatch/record/v0');
  const original = require(name) as Encode;
  const loaded = require.cache[name];
  if (loaded) loaded.exports = ((record) => encodeRecord(record, original)) satisfies Encode;
}
