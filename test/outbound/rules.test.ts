import type { Failure } from '../../schemas/index.ts';
import { another, backoffMs, decide } from '../../src/outbound/decide.ts';
import { createPairLimits } from '../../src/outbound/pair-limits.ts';

const failure = (over: Partial<Failure>): Failure => ({ code: 'platform_unavailable', outcome: 'not_sent', retryable: true, scope: 'message', ...over });
const SETTINGS = { maxAttempts: 8, firstMs: 1000, maxMs: 300_000, throttledMaxMs: 3_600_000 };
const throttled = failure({ code: 'platform_throttled', scope: 'channel' });
test.each([
  ['surely not sent, may be tried again', failure({}), { tries: 1 }, 'retry'],
  ['the eighth time', failure({}), { tries: 8 }, 'exhausted'],
  ['surely not sent, for good', failure({ retryable: false }), { tries: 1 }, 'fail'],
  ['unknown is never tried again', failure({ outcome: 'unknown' }), { tries: 1 }, 'doubt'],
  ['unknown, whatever else it says', failure({ outcome: 'unknown', retryable: true }), { tries: 99 }, 'doubt'],
  ['throttled, however often', throttled, { tries: 99, throttled: 500 }, 'retry'],
  ['throttled for an hour', throttled, { tries: 0, since: -3_600_000 }, 'exhausted'],
  ['one recipient throttled', failure({ code: 'recipient_throttled', scope: 'recipient' }), { tries: 8 }, 'retry'],
])('%s', (_what, f, so, next) => expect(decide(f, { throttled: 0, since: 0, ...so, nowMs: 0 }, SETTINGS)).toBe(next));

test('what is only throttled uses up no try', () => {
  let so = another(failure({}), null, 0);
  expect(so).toEqual({ tries: 1, throttled: 0, since: 0 });
  so = another(throttled, so, 10);
  so = another(throttled, so, 20);
  expect(so).toEqual({ tries: 1, throttled: 2, since: 10 });
  expect(another(failure({}), so, 30)).toEqual({ tries: 2, throttled: 2, since: 10 });
});

test('back-off: full jitter under a doubling bound of at most five minutes', () => {
  expect([1, 2, 3, 20, 2000].map((n) => backoffMs(n, 1, SETTINGS))).toEqual([2000, 4000, 8000, 300_000, 300_000]);
  expect(backoffMs(5, 0, SETTINGS)).toBe(0);
});

test('a pair: 45 at once, then one every 6 s; each recipient by itself', () => {
  const pairs = createPairLimits({ everyMs: 6000, burst: 45, longestMs: 15_000 });
  expect(Array.from({ length: 45 }, () => pairs.take('a', 0)).every((wait) => wait === 0)).toBe(true);
  pairs.answered('a', 0);
  expect(pairs.take('a', 0)).toBe(6000);
  expect(pairs.take('b', 0)).toBe(0);
  expect(pairs.take('a', 5999)).toBe(1);
  expect(pairs.take('a', 6000)).toBe(0);
  expect(pairs.take('a', 6000)).toBe(6000);
});
// A platform with a bucket of its own, refilled from when it sees the first call of a burst.
test.each([
  ['the first call is the longest on its way', [900, 10]],
  ['the last one is', [10, 900]],
  ['each overtakes the one before', [800, 400, 20]],
  ['all are slow', [2000]],
])('a pair is never early where %s, and uses what it may', (_what, onTheWay) => {
  const pairs = createPairLimits({ everyMs: 6000, burst: 45, longestMs: 15_000 });
  const arrivals: number[] = [];
  const answers: number[] = [];
  let [left, now] = [0, 0];
  for (; now < 120_000; now += 10) {
    for (const at of answers.filter((a) => a === now)) pairs.answered('a', at);
    if (pairs.take('a', now) > 0) continue;
    const ms = onTheWay[Math.min(left++, onTheWay.length - 1)] ?? 0;
    arrivals.push(now + ms);
    answers.push(now + ms);
  }
  arrivals.sort((a, b) => a - b);
  let [tokens, before] = [45, arrivals[0] ?? 0];
  for (const at of arrivals) {
    tokens = Math.min(45, tokens + (at - before) / 6000) - 1;
    before = at;
    expect(tokens).toBeGreaterThan(-1e-6);
  }
  expect(left).toBeGreaterThanOrEqual(45 + 19);
});
test('a bucket whose calls nobody tells of is refilled all the same', () => {
  const pairs = createPairLimits({ everyMs: 6000, burst: 1, longestMs: 15_000 });
  expect(pairs.take('a', 0)).toBe(0);
  expect(pairs.take('a', 20_999)).toBe(1);
  expect(pairs.take('a', 21_000)).toBe(0);
});
test('a burst whose calls were all given back is as if it had not been', () => {
  const pairs = createPairLimits({ everyMs: 6000, burst: 2, longestMs: 15_000 });
  for (const _ of [1, 2]) expect(pairs.take('a', 0)).toBe(0);
  for (const _ of [1, 2]) pairs.giveBack('a');
  pairs.sweep(0);
  expect(pairs.size()).toBe(0);
});
test('a start goes on where the process before it stopped', () => {
  const pairs = createPairLimits({ everyMs: 6000, burst: 45, longestMs: 15_000 });
  for (let i = 0; i < 45; i++) pairs.made('a', -1000);
  expect(pairs.take('a', 0)).toBe(5000);
  for (let i = 0; i < 200; i++) pairs.made('b', -60_000); // more than a bucket holds: the platform counted no more than it let pass
  expect(pairs.take('b', 0)).toBe(0);
});
test('emptied by a refusal, forgotten when full', () => {
  const pairs = createPairLimits({ everyMs: 1000, burst: 3, longestMs: 15_000 });
  pairs.drain('a', 0);
  expect(pairs.take('a', 0)).toBe(1000);
  pairs.take('b', 0);
  pairs.answered('b', 0);
  pairs.sweep(2999);
  expect(pairs.size()).toBe(1);
  pairs.sweep(3000);
  expect(pairs.size()).toBe(0);
});
