import { createWireWindow, type Turn } from '../../src/outbound/wire-window.ts';

const { jest: timers } = import.meta as unknown as { jest: typeof jest };
let start = 0;
beforeEach(() => {
  timers.useFakeTimers();
  start = Date.now();
});
afterEach(() => timers.useRealTimers());
/** Numbers that look random and are the same each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

interface Line {
  readonly perSecond: number;
  /** How long a call is on its way until the platform counts it, and its answer on the way back. */
  readonly there: () => number;
  readonly back: () => number;
  /** From its turn until it is written down. */
  readonly claim: () => number;
}
/** Calls as fast as they may for `seconds`, by a clock of the test, and when the platform counted each. */
async function run({ perSecond, there, back, claim }: Line, seconds: number): Promise<number[]> {
  const begun = Date.now();
  const window = createWireWindow(perSecond, () => Date.now() - begun);
  const counted: number[] = [];
  const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  async function one(turn: Turn): Promise<void> {
    await after(claim());
    await turn.wire();
    await after(there());
    counted.push(Date.now() - begun);
    await after(back());
    turn.answered();
  }
  let ended = false;
  void (async () => {
    while (!ended) {
      await window.gate();
      void one(window.turn(1));
    }
  })();
  await timers.advanceTimersByTimeAsync(seconds * 1000);
  ended = true;
  return counted;
}
/** The most that a sliding second had, as the platform counts it. */
function busiest(times: readonly number[], spanMs: number): number {
  let [worst, from] = [0, 0];
  for (const [to, at] of times.entries()) {
    while ((times[from] ?? 0) <= at - spanMs) from++;
    worst = Math.max(worst, to - from + 1);
  }
  return worst;
}

const steady = (ms: number) => () => ms;
const between = (seed: number, least: number, most: number) => {
  const next = random(seed);
  return () => least + next() * (most - least);
};
test.each<[string, Line, number]>([
  ['80 a second, next door', { perSecond: 80, there: steady(1), back: steady(1), claim: steady(5) }, 0.99],
  ['80 a second, across an ocean', { perSecond: 80, there: steady(100), back: steady(150), claim: steady(5) }, 0.99],
  ['80 a second, with jitter', { perSecond: 80, there: between(1, 50, 80), back: between(2, 50, 80), claim: between(3, 2, 30) }, 0.95],
  ['80 a second, some calls held up for long', { perSecond: 80, there: between(4, 20, 400), back: between(5, 20, 400), claim: between(6, 2, 30) }, 0.6],
  ['1000 a second, of which the first are slow', { perSecond: 1000, there: () => (Date.now() - start < 1000 ? 40 : 1), back: steady(1), claim: steady(5) }, 0.9],
  ['1000 a second', { perSecond: 1000, there: between(7, 3, 9), back: between(8, 3, 9), claim: between(9, 2, 20) }, 0.97],
  ['3 a second', { perSecond: 3, there: steady(20), back: steady(20), claim: steady(10) }, 0.95],
  ['one in five seconds', { perSecond: 0.2, there: steady(20), back: steady(20), claim: steady(10) }, 0.95],
])('%s: never more in a second where the platform counts, and little is left unused', async (_what, line, share) => {
  const seconds = line.perSecond < 1 ? 60 : 10;
  const counted = await run(line, seconds);
  const span = line.perSecond < 1 ? 1000 / line.perSecond : 1000;
  expect(
    busiest(
      counted.toSorted((a, b) => a - b),
      span,
    ),
  ).toBeLessThanOrEqual(Math.max(1, line.perSecond));
  expect(counted.length).toBeGreaterThanOrEqual(Math.floor(line.perSecond * seconds * share));
});

test.each([
  ['soon', () => 60],
  ['later and later', () => 60 + ((Date.now() / 10) % 400)],
])('steady inbound, heard of %s: what the platform counted before we heard of it still fits', async (_when, lag) => {
  const begun = Date.now();
  const now = () => Date.now() - begun;
  const window = createWireWindow(80, now);
  const counted: number[] = [];
  let heard = 0;
  const inbound = setInterval(() => {
    counted.push(now());
    const came = now() + 30;
    heard = Math.max(heard, now() + lag()); // in order, as the journal has them
    setTimeout(() => window.inbound([now() - came]), heard - now()); // its webhook, our journal, our store
  }, 50);
  void (async () => {
    for (;;) {
      await window.gate();
      const turn = window.turn(1);
      void turn.wire().then(() => {
        setTimeout(() => {
          counted.push(now());
          turn.answered();
        }, 2);
      });
    }
  })();
  await timers.advanceTimersByTimeAsync(3000);
  const before = counted.length;
  await timers.advanceTimersByTimeAsync(10_000);
  clearInterval(inbound);
  const times = counted.toSorted((a, b) => a - b);
  expect(
    busiest(
      times.filter((t) => t > 2000),
      1000,
    ),
  ).toBeLessThanOrEqual(80);
  expect(counted.length - before - 200).toBeGreaterThanOrEqual(Math.floor(0.95 * (800 - 200)));
});
test('a call that is not made gives its place back, one without an answer is counted all the same', async () => {
  const window = createWireWindow(1, () => Date.now());
  await window.gate();
  window.turn(1).answered(); // never at the wire
  expect(window.size()).toBe(0);
  await window.gate();
  void window.turn(1).wire();
  await timers.advanceTimersByTimeAsync(1400);
  expect(window.size()).toBe(1);
  await timers.advanceTimersByTimeAsync(200);
  expect(window.size()).toBe(0);
});
test('a text of more segments than a second holds goes alone, and keeps the others waiting for as long as it takes', async () => {
  const window = createWireWindow(3, () => Date.now());
  await window.gate();
  const long = window.turn(12);
  await long.wire();
  long.answered();
  let next = false;
  void window.gate().then(() => {
    next = true;
  });
  await timers.advanceTimersByTimeAsync(3900);
  expect(next).toBe(false);
  await timers.advanceTimersByTimeAsync(200);
  expect(next).toBe(true);
});
test('a number that only receives keeps no more than its second', () => {
  const window = createWireWindow(80, () => 0);
  for (let i = 0; i < 100_000; i++) window.inbound([0]);
  expect(window.size()).toBe(80);
});
