import { Worker } from 'node:worker_threads';
import { createHttpBusy, isHttpBusy, tellHttpBusy } from '../../src/store/http-busy.ts';

const MS = 1_000_000n;

test.each([
  ['nobody looked', [], 0, false],
  ['it had less to do', [[0, 0.6]], 1, false],
  ['it is at work for most of its time', [[0, 0.75]], 1, true],
  ['it was, a moment ago', [[0, 0.75]], 299, true],
  ['it was, and nothing came since', [[0, 0.75]], 300, false],
  [
    'it was, and a look told that it is not: that holds from when the last busy one is over',
    [
      [0, 0.75],
      [100, 0.2],
    ],
    299,
    true,
  ],
  [
    'it is again and again',
    [
      [0, 0.75],
      [250, 0.9],
    ],
    500,
    true,
  ],
] as [string, [number, number][], number, boolean][])('%s', (_what, looks, askedAt, expected) => {
  const busy = createHttpBusy();
  const look = { at: 0, utilization: 0 };
  const tell = tellHttpBusy(busy, { utilization: () => look.utilization, now: () => BigInt(look.at) * MS });
  for (const [at, utilization] of looks) {
    Object.assign(look, { at, utilization });
    tell();
  }
  expect(isHttpBusy(busy, BigInt(askedAt) * MS)).toBe(expected);
});

test('another thread reads what this one tells, by the same clock', async () => {
  const busy = createHttpBusy();
  tellHttpBusy(busy, { utilization: () => 1 })();
  const source = `const { parentPort, workerData } = require('node:worker_threads');
    const left = Number(Atomics.load(workerData, 0) - process.hrtime.bigint()) / 1e6;
    parentPort.postMessage(left)`;
  const worker = new Worker(source, { eval: true, workerData: busy });
  const left = await new Promise<number>((resolve) => worker.once('message', resolve));
  await worker.terminate();
  expect(left).toBeLessThan(300);
  expect(left).toBeGreaterThan(-10_000); // the thread may take its time to start; a clock of its own would be off by far more
});
