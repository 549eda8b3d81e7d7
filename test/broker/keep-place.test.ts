import { type KeptPlace, keepPlace } from '../../src/broker/keep-place.ts';

const at = (off: number): KeptPlace => ({ off, detail: `${off}` });
/** Writes that end when told to. */
function slowWrites() {
  const begun: { off: number; end(): void; fail(error: Error): void }[] = [];
  const write = ({ off }: KeptPlace) => new Promise<void>((resolve, reject) => void begun.push({ off, end: resolve, fail: reject }));
  return { begun, write, offs: () => begun.map((b) => b.off) };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the place of the relay', () => {
  test('is written while the next batch goes on, the newest next', async () => {
    const writes = slowWrites();
    const place = keepPlace(writes.write);
    await place.keep(at(1));
    await place.keep(at(2)); // does not wait for the first
    expect(writes.offs()).toEqual([1]);
    writes.begun[0]?.end();
    await turn();
    expect(writes.offs()).toEqual([1, 2]);
  });
  test('holds a batch up where two would wait', async () => {
    const writes = slowWrites();
    const place = keepPlace(writes.write);
    await place.keep(at(1));
    await place.keep(at(2));
    let third = false;
    const held = place.keep(at(3)).then(() => {
      third = true;
    });
    await turn();
    expect(third).toBe(false);
    writes.begun[0]?.end();
    await turn();
    writes.begun[1]?.end();
    await held;
    await turn();
    expect(writes.offs()).toEqual([1, 2, 3]);
  });
  test('the last one is written though no batch follows, however the writes end', async () => {
    const writes = slowWrites();
    const place = keepPlace(writes.write);
    for (const off of [1, 2, 3]) {
      await place.keep(at(off));
      writes.begun.at(-1)?.end();
      await Promise.resolve(); // the write is over and nobody has looked yet
    }
    while (writes.begun.length < 3) await turn();
    writes.begun[2]?.end();
    await place.kept();
    expect(writes.offs()).toEqual([1, 2, 3]);
  });
  test('a write that failed is told to the next batch and to who waits for all', async () => {
    const writes = slowWrites();
    const place = keepPlace(writes.write);
    await place.keep(at(1));
    writes.begun[0]?.fail(new Error('away'));
    await turn();
    await expect(place.keep(at(2))).rejects.toThrow('away');
    await expect(place.kept()).rejects.toThrow('away');
  });
});
