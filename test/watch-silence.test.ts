import { watchSilence } from '../src/watch-silence.ts';

const { jest: fake } = import.meta as unknown as { jest: typeof jest };

/** Moves the monotonic clock and the timers together, or the clock alone, as a process that stood still sees it. */
function clock() {
  let now = 0;
  fake.spyOn(performance, 'now').mockImplementation(() => now);
  return {
    pass(ms: number) {
      for (let left = ms; left > 0; left -= 1000) {
        now += Math.min(1000, left);
        fake.advanceTimersByTime(Math.min(1000, left));
      }
    },
    standStill(ms: number) {
      now += ms;
    },
  };
}

describe('a thread that is watched', () => {
  beforeEach(() => void fake.useFakeTimers({ doNotFake: ['performance'] }));
  afterEach(() => {
    fake.useRealTimers();
    fake.restoreAllMocks();
  });
  test.each<[string, (c: ReturnType<typeof clock>, heard: () => void) => void, boolean]>([
    [
      'is silent for 11 s',
      (c, heard) => {
        heard();
        c.pass(11_000);
      },
      true,
    ],
    [
      'is silent for 9 s',
      (c, heard) => {
        heard();
        c.pass(9000);
      },
      false,
    ],
    ['has not said a word for 50 s', (c) => c.pass(50_000), false],
    ['has not said a word for 62 s', (c) => c.pass(62_000), true],
    [
      'speaks after 9 s and is silent for 9 s more',
      (c, heard) => {
        heard();
        c.pass(9000);
        heard();
        c.pass(9000);
      },
      false,
    ],
    [
      'could not be heard while the whole process was stopped for a minute',
      (c, heard) => {
        heard();
        c.standStill(60_000);
        c.pass(5000);
      },
      false,
    ],
    [
      'is silent for 12 s after such a stop',
      (c, heard) => {
        heard();
        c.standStill(60_000);
        c.pass(13_000);
      },
      true,
    ],
  ])('%s', (_what, happen, silent) => {
    const c = clock();
    const told = fake.fn();
    const watch = watchSilence(told);
    happen(c, watch.heard);
    expect(told.mock.calls.length > 0).toBe(silent);
    watch.end();
  });
});
