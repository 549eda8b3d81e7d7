import { createRequire } from 'node:module';
import fc from 'fast-check';
import { type Encoded, encodeRecord, type RecordInput, useOneBufferRecords } from '../../src/broker/kafkajs/encode-record.ts';
import { murmur2, partitionOfKey } from '../../src/broker/kafkajs/partition-of-key.ts';

const require = createRequire(import.meta.url);
type Encode = (record: RecordInput) => Encoded;
const RECORD = 'kafkajs/src/protocol/recordBatch/record/v0';
const theirs = require(RECORD) as Encode;
const never: Encode = () => {
  throw new Error('left to kafkajs');
};

const text = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.integer({ min: 0, max: 40_000 }).map((n) => 'é'.repeat(n)),
);
const record = fc.record({
  key: text,
  value: text,
  headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 80 }), text, { maxKeys: 8 }),
  offsetDelta: fc.oneof(fc.nat(600), fc.nat(0x7fffffff >> 1)),
  timestampDelta: fc.constant(0),
});

test('a record is the same bytes as kafkajs writes', () => {
  fc.assert(
    fc.property(record, (r) => {
      expect(encodeRecord(r, never).buffer.equals(theirs(r).buffer)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
test.each<[string, RecordInput]>([
  ['no key', { key: null, value: 'v' }],
  ['no value', { key: 'k', value: null }],
  ['bytes', { key: 'k', value: Buffer.from([1, 2]) }],
  ['a time of its own', { key: 'k', value: 'v', timestampDelta: 5 }],
  ['a header with several values', { key: 'k', value: 'v', headers: { a: ['1', '2'] } }],
  ['a header of bytes', { key: 'k', value: 'v', headers: { a: Buffer.from('1') } }],
])('%s: left to kafkajs', (_, r) => {
  const left = { buf: Buffer.alloc(1), buffer: Buffer.alloc(1) };
  expect(encodeRecord(r, () => left)).toBe(left);
});
test('the requests of kafkajs take it, once it is in place', async () => {
  useOneBufferRecords();
  useOneBufferRecords(); // once only, however often
  expect(require(RECORD)).not.toBe(theirs);
  const request = require('kafkajs/src/protocol/requests/produce/v3/request') as (data: object) => { encode(): Promise<{ buffer: Buffer }> };
  const [key, value] = ['cv_1', 'here it is'];
  const topicData = [{ topic: 't', partitions: [{ partition: 0, firstSequence: 0, messages: [{ key, value, headers: { ce_id: 'x' } }] }] }];
  const { buffer } = await request({ acks: -1, timeout: 1, topicData }).encode();
  const ours = encodeRecord({ key, value, headers: { ce_id: 'x' } }, never).buffer;
  expect(buffer.subarray(-ours.length).equals(ours)).toBe(true);
});

const hash = require('kafkajs/src/producer/partitioners/default/murmur2') as (key: string) => number;
test('keys go to the partition where every client of Kafka puts them', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 20 })), (key) => {
      expect(murmur2(Buffer.from(key))).toBe(hash(key));
    }),
    { numRuns: 2000 },
  );
  // From org.apache.kafka.common.utils.UtilsTest.
  for (const [key, is] of [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ] as const)
    expect(murmur2(Buffer.from(key))).toBe(is);
  expect([partitionOfKey('21', 24), partitionOfKey('foobar', 24)]).toEqual([(-973932308 & 0x7fffffff) % 24, (-790332482 & 0x7fffffff) % 24]);
});
