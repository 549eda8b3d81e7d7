import { createMakeWay } from '../../src/inbound/make-way.ts';

const { jest: spies } = import.meta as unknown as { jest: typeof jest };

test.each([
  ['half a millisecond of work, in pieces, while HTTP is busy', { busy: true, behind: false }, [0.2, 0.2, 0.2, 0.2, 0.2, 0.2], [false, false, true, false, false, true]],
  ['the same while the store is behind, too', { busy: true, behind: true }, [0.2, 0.2, 0.2, 0.2, 0.2, 0.2], [false, false, true, false, false, true]],
  ['a millisecond, while neither is', { busy: false, behind: false }, [0.4, 0.4, 0.4, 0.4, 0.4, 0.4], [false, false, true, false, false, true]],
  ['four milliseconds, while the store is behind', { busy: false, behind: true }, [1.5, 1.5, 1.5, 1.5, 1.5, 1.5], [false, false, true, false, false, true]],
  ['pieces that are longer than that', { busy: false, behind: false }, [3, 1, 0.5, 2], [true, true, false, true]],
  ['nothing but short ones', { busy: true, behind: false }, [0.1, 0.1, 0.1], [false, false, false]],
])('%s', (_what, { busy, behind }, pieces, paused) => {
  let at = 0;
  let pauses = 0;
  const pause = () => {
    pauses++;
    at += 5; // another had the processor: that was no work of ours
  };
  const makeWay = createMakeWay({ now: () => at, pause, busy: () => busy });
  expect(
    pieces.map((ms) => {
      at += ms;
      const before = pauses;
      makeWay(behind);
      return pauses > before;
    }),
  ).toEqual(paused);
});
test('it asks whether HTTP is busy only where that decides', () => {
  let at = 0;
  const busy = spies.fn(() => false);
  const makeWay = createMakeWay({ now: () => at, pause: () => {}, busy });
  for (at of [0.1, 0.2, 0.4, 9]) makeWay(true);
  expect(busy).not.toHaveBeenCalled();
});
test('by itself it gives the processor up by a sleep', () => {
  const wait = spies.spyOn(Atomics, 'wait');
  const makeWay = createMakeWay({ busy: () => true });
  for (const end = performance.now() + 5000; !wait.mock.calls.length && performance.now() < end; ) makeWay(false);
  expect(wait.mock.results[0]?.value).toBe('timed-out');
  wait.mockRestore();
});
