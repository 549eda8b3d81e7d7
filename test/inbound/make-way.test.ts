import { createMakeWay } from '../../src/inbound/make-way.ts';

const { jest: spies } = import.meta as unknown as { jest: typeof jest };

test.each([
  ['a millisecond of work, in pieces', [0.4, 0.4, 0.4, 0.4, 0.4, 0.4], [false, false, true, false, false, true]],
  ['pieces that are longer than that', [3, 1, 0.5, 2], [true, true, false, true]],
  ['nothing but short ones', [0.1, 0.1, 0.1], [false, false, false]],
])('%s', (_what, pieces, paused) => {
  let at = 0;
  let pauses = 0;
  const pause = () => {
    pauses++;
    at += 5; // another had the processor: that was no work of ours
  };
  const makeWay = createMakeWay({ now: () => at, pause });
  expect(
    pieces.map((ms) => {
      at += ms;
      const before = pauses;
      makeWay();
      return pauses > before;
    }),
  ).toEqual(paused);
});
test('by itself it gives the processor up by a sleep', () => {
  const wait = spies.spyOn(Atomics, 'wait');
  const makeWay = createMakeWay();
  for (const end = performance.now() + 5000; !wait.mock.calls.length && performance.now() < end; ) makeWay();
  expect(wait.mock.results[0]?.value).toBe('timed-out');
  wait.mockRestore();
});
