import { errorOfCode } from '../../src/broker/kafkajs/cluster.ts';
import { isPassing, tellsOfPassing } from '../../src/broker/kafkajs/passing-errors.ts';

test.each([
  [14, true],
  [15, true],
  [16, true],
  [27, true],
  [51, true],
  [3, false], // UNKNOWN_TOPIC_OR_PARTITION
  [47, false], // INVALID_PRODUCER_EPOCH: somebody else holds the id
])('error %i of Kafka passes by itself: %s; the same as an error and in a line of the log', (code, passes) => {
  const error = errorOfCode(code);
  expect([isPassing(error), tellsOfPassing(`Response FindCoordinator(key: 10, version: 2) ${error.message}`)]).toEqual([passes, passes]);
});
test.each([null, undefined, 'The broker went away', new Error('The group coordinator is not available')])('what is no answer of Kafka does not pass by itself: %p', (error) =>
  expect(isPassing(error)).toBe(false),
);
