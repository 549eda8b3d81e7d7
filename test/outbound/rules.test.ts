import type { Failure } from '../../schemas/index.ts';
import { backoffMs, decide } from '../../src/outbound/decide.ts';
import { createPairLimits } from '../../src/outbound/pair-limits.ts';

const failure = (over: Partial<Failure>): Failure => ({ code: 'platform_unavailable', outcome: 'not_sent', retryable: true, scope: 'message', ...over });
test.each([
  ['surely not sent, may be tried again', failure({}), 1, 'retry'],
  ['the eighth time', failure({}), 8, 'exhausted'],
  ['surely not sent, for good', failure({ retryable: false }), 1, 'fail'],
  ['unknown is never tried again', failure({ outcome: 'unknown' }), 1, 'doubt'],
  ['unknown, whatever else it says', failure({ outcome: 'unknown', retryable: true }), 99, 'doubt'],
])('%s', (_what, f, tries, next) => expect(decide(f, tries)).toBe(next));

test('back-off: full jitter under a doubling bound of at most five minutes', () => {
  expect([1, 2, 3, 20].map((n) => backoffMs(n, 1))).toEqual([2000, 4000, 8000, 300_000]);
  expect(backoffMs(5, 0)).toBe(0);
});

test('a pair: 45 at once, then one every 6 s; each recipient by itself', () => {
  const pairs = createPairLimits({ everyMs: 6000, burst: 45 });
  expect(Array.from({ length: 45 }, () => pairs.take('a', 0)).every((wait) => wait === 0)).toBe(true);
  expect(pairs.take('a', 0)).toBe(6000);
  expect(pairs.take('b', 0)).toBe(0);
  expect(pairs.take('a', 5999)).toBe(1);
  expect(pairs.take('a', 6000)).toBe(0);
  expect(pairs.take('a', 6000)).toBe(6000);
});
test('a start goes on where the process before it stopped', () => {
  const pairs = createPairLimits({ everyMs: 6000, burst: 45 });
  for (let i = 0; i < 45; i++) pairs.made('a', -1000);
  expect(pairs.take('a', 0)).toBe(5000);
  for (let i = 0; i < 200; i++) pairs.made('b', -60_000); // more than a bucket holds: the platform counted no more than it let pass
  expect(pairs.take('b', 0)).toBe(0);
});
test('emptied by a refusal, forgotten when full', () => {
  const pairs = createPairLimits({ everyMs: 1000, burst: 3 });
  pairs.drain('a', 0);
  expect(pairs.take('a', 0)).toBe(1000);
  pairs.take('b', 0);
  pairs.sweep(2999);
  expect(pairs.size()).toBe(1);
  pairs.sweep(3000);
  expect(pairs.size()).toBe(0);
});
