import { nextSequence } from '../../src/broker/kafkajs/sequence.ts';

const MOST = 2147483647;
// As DefaultRecordBatchTest.testIncrementSequence of Kafka has it, and around it.
test.each([
  [0, 1, 1],
  [0, 500, 500],
  [10, 5, 15],
  [MOST - 1, 1, MOST],
  [MOST, 1, 0],
  [MOST, 10, 9],
  [MOST - 10, 10, MOST],
  [MOST - 10, 11, 0],
  [MOST - 9, 11, 1],
])('after %i come %i records: %i', (first, records, next) => {
  expect(nextSequence(first, records)).toBe(next);
});
