import { followLog } from '../../src/store/follow-log.ts';

/** A log that announces when told to. */
function announcing() {
  const listeners = new Set<(last: number) => void>();
  const onEvents = (listener: (last: number) => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return { onEvents, listeners, announce: (last: number) => listeners.forEach((l) => void l(last)) };
}
const settled = async (promise: Promise<void>) => {
  let over = false;
  void promise.then(() => {
    over = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 100)); // far less than its patience, far more than it waits for company
  return over;
};

describe('following the log', () => {
  test('what was announced while nobody waited is not waited for', async () => {
    const log = announcing();
    const follow = followLog(log, new AbortController().signal);
    log.announce(7);
    expect(await settled(follow.past(6))).toBe(true);
    expect(await settled(follow.past(7))).toBe(false);
    follow.end();
    expect(log.listeners.size).toBe(0);
  });
  test('an announcement wakes who waits, and so does the end', async () => {
    const log = announcing();
    const stop = new AbortController();
    const follow = followLog(log, stop.signal);
    const first = follow.past(0);
    log.announce(1);
    expect(await settled(first)).toBe(true);
    const second = follow.past(1);
    stop.abort();
    expect(await settled(second)).toBe(true);
  });
});
