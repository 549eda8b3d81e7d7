import { Worker } from 'node:worker_threads';
import { waitedForProcessor, watchSilence } from '../src/watch-silence.ts';

const { jest: fake } = import.meta as unknown as { jest: typeof jest };

/** How much of the time that passes the thread waits for a processor. */
const starved = { share: 0, ms: 0 };
/** Moves the monotonic clock and the timers together, or the clock alone, as a process that stood still sees it. */
function clock() {
  let now = 0;
  fake.spyOn(performance, 'now').mockImplementation(() => now);
  return {
    pass(ms: number) {
      for (let left = ms; left > 0; left -= 1000) {
        now += Math.min(1000, left);
        starved.ms += Math.min(1000, left) * starved.share;
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
  test.each<[string, (c: ReturnType<typeof clock>, heard: () => void, busy: () => void) => void, boolean]>([
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
      'said first that it takes as long as it takes, and does for an hour',
      (c, heard, busy) => {
        heard();
        busy();
        c.pass(3_600_000);
      },
      false,
    ],
    [
      'is silent for 11 s after that',
      (c, heard, busy) => {
        busy();
        c.pass(3_600_000);
        heard();
        c.pass(11_000);
      },
      true,
    ],
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
      'is silent for 30 s, nine tenths of which it waits for a processor',
      (c, heard) => {
        heard();
        starved.share = 0.9;
        c.pass(30_000);
      },
      false,
    ],
    [
      'is silent for 25 s, half of which it waits for a processor',
      (c, heard) => {
        heard();
        starved.share = 0.5;
        c.pass(25_000);
      },
      true,
    ],
    [
      'waited for a processor before it spoke, and is silent for 12 s since',
      (c, heard) => {
        starved.share = 1;
        c.pass(20_000);
        heard();
        starved.share = 0;
        c.pass(13_000);
      },
      true,
    ],
    [
      'gets no processor for more than a minute',
      (c, heard) => {
        heard();
        starved.share = 1;
        c.pass(62_000);
      },
      true,
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
    Object.assign(starved, { share: 0, ms: 0 });
    const watch = watchSilence('store', told, () => starved.ms);
    happen(c, watch.heard, watch.busy);
    expect(told.mock.calls.length > 0).toBe(silent);
    watch.end();
  });
});

const onLinux = process.platform === 'linux' ? test : test.skip;
onLinux('Linux tells how long a thread has waited for a processor, by its name', async () => {
  const busy = Array.from({ length: 8 }, (_, i) => new Worker('for (;;);', { eval: true, name: `busy-${i}` }));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const waited = busy.map((_, i) => waitedForProcessor(`busy-${i}`));
  await Promise.all(busy.map((w) => w.terminate()));
  expect(Math.max(...waited)).toBeGreaterThan(0);
  expect(waitedForProcessor('nobody')).toBe(0);
});
