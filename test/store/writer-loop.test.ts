import type { Ingest } from '../../src/store/ingest-port.ts';
import type { Tx } from '../../src/store/port.ts';
import type { Writer } from '../../src/store/writer.ts';
import { apart, createWriterLoop } from '../../src/store/writer-loop.ts';

const { jest: timers } = import.meta as unknown as { jest: typeof jest };
/** A loop over a writer that does nothing, with an ingest whose ticks answer (or throw) what is given, then that nothing is due. */
function loopWith(answers: (boolean | Error)[]) {
  const seen = { ticks: 0, faults: 0 };
  const writer: Writer = { kind: 'sqlite', transaction: (work) => work({} as Tx), number: async () => 0, close: async () => {} };
  const ingest: Ingest = {
    batch: async () => ({ taken: 0, more: false, offset: 0, inbound: {} }),
    committed() {},
    undone: () => false,
    async tick() {
      const answer = answers[seen.ticks++] ?? false;
      if (answer instanceof Error) throw answer;
      return answer;
    },
    close() {},
  };
  const loop = createWriterLoop({ writer, ingest, wantsNews() {}, onEvents() {}, onProcessed() {}, onFault: () => void seen.faults++ });
  return { loop, seen };
}

describe('ticks of the store', () => {
  beforeEach(() => void timers.useFakeTimers());
  afterEach(() => void timers.useRealTimers());
  test.each([
    ['nothing is due: once a second', [], 4],
    ['more is due each time: ten times a second, so that what is dropped after its days keeps up with what comes', Array(100).fill(true), 31],
    ['more is due, then no more: once a second again', [true, true, true], 6],
    ['it fails: a second later, and in between the loop goes on', [new Error('away')], 4],
  ])('%s', async (_, answers, ticks) => {
    const { loop, seen } = loopWith(answers as (boolean | Error)[]);
    const running = loop.run();
    await timers.advanceTimersByTimeAsync(3050);
    expect(seen.ticks).toBe(ticks);
    const stopped = loop.stop();
    await timers.advanceTimersByTimeAsync(10);
    await Promise.all([stopped, running]);
  });
});

test.each([
  ['a quick batch: as long again', 0.8, 5, 1.6],
  ['a slower one: as long again', 1.25, 5, 2.5],
  ['a slow one: 3 ms from its begin', 2, 5, 3],
  ['slower than that: at once', 4, 5, 3],
  ['one that was worth its transaction: at once', 2, 64, 0],
])('the next batch of the ingest, after %s', (_, tookMs, taken, ms) => {
  expect(apart(tookMs, taken)).toBe(ms);
});
