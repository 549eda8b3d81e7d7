import { type KeptPlace, keepPlace } from '../../src/broker/keep-place.ts';

const { jest: timers } = import.meta as unknown as { jest: typeof jest };
const at = (off: number): KeptPlace => ({ off, detail: `${off}` });
/** Writes that end when told to. */
function slowWrites() {
  const begun: { off: number; end(): void; fail(error: Error): void }[] = [];
  const write = ({ off }: KeptPlace) => new Promise<void>((resolve, reject) => void begun.push({ off, end: resolve, fail: reject }));
  return { begun, write, offs: () => begun.map((b) => b.off) };
}
const turn = () => timers.advanceTimersByTimeAsync(0);

describe('the place of the relay', () => {
  beforeEach(() => void timers.useFakeTimers());
  afterEach(() => void timers.useRealTimers());

  test('is written while batches go on, the newest next, and not with every one of them', async () => {
    const writes = slowWrites();
    const place = keepPlace(writes.write);
    await place.keep(at(1));
    await place.keep(at(2)); // neither waits for the first
    await place.keep(at(3));
    expect(writes.offs()).toEqual([1]);
    writes.begun[0]?.end();
    await turn();
    expect(writes.offs()).toEqual([1]);
    await timers.advanceTimersByTimeAsync(100);
    expect(writes.offs()).toEqual([1, 3]);
  });
  test('holds a batch up where a write does not end', async () => {
    const writes = slowWrites();
    const place = keepPlace(writes.write);
    await place.keep(at(1));
    await timers.advanceTimersByTimeAsync(1001);
    let third = false;
    const held = place.keep(at(2)).then(() => {
      third = true;
    });
    await turn();
    expect(third).toBe(false);
    writes.begun[0]?.end();
    await turn();
    writes.begun[1]?.end();
    await held;
    expect(writes.offs()).toEqual([1, 2]);
  });
  test('the last one is written at once where it is asked for, however the writes end', async () => {
    const writes = slowWrites();
    const place = keepPlace(writes.write);
    for (const off of [1, 2, 3]) await place.keep(at(off));
    writes.begun[0]?.end();
    await turn();
    const all = place.kept();
    await turn();
    expect(writes.offs()).toEqual([1, 3]);
    writes.begun[1]?.end();
    await all;
    await place.keep(at(4)); // and the next one rests again
    await place.keep(at(5));
    writes.begun[2]?.end();
    await turn();
    expect(writes.offs()).toEqual([1, 3, 4]);
    await timers.advanceTimersByTimeAsync(100);
    expect(writes.offs()).toEqual([1, 3, 4, 5]);
  });
  test('a write that failed is told to the next batch, to who waits for all and to who asks', async () => {
    const writes = slowWrites();
    const place = keepPlace(writes.write);
    await place.keep(at(1));
    writes.begun[0]?.fail(new Error('away'));
    await turn();
    await expect(place.keep(at(2))).rejects.toThrow('away');
    await expect(place.kept()).rejects.toThrow('away');
    expect(() => place.check()).toThrow('away');
  });
});
