import { senderOf } from './load.ts';

const bytes = (values: Int32Array) => Buffer.from(values.buffer);

describe('the senders of the load', () => {
  test.each([1, 101, 2000, 10_000, 1_000_000])('%i senders: each once a round, every round in another order, nobody again before half of the others', (senders) => {
    const all = Int32Array.from({ length: senders }, (_, i) => i);
    const [first, second] = [0, 1].map((n) => all.map((i) => senderOf(n * senders + i, senders))) as [Int32Array, Int32Array];
    expect(bytes(first.slice().sort()).equals(bytes(all))).toBe(true);
    expect(bytes(second.slice().sort()).equals(bytes(all))).toBe(true);
    expect(bytes(first).equals(bytes(second))).toBe(senders === 1);
    const placeInFirst = new Int32Array(senders);
    for (const [at, sender] of first.entries()) placeInFirst[sender] = at;
    const least = second.reduce((gap, sender, at) => Math.min(gap, senders + at - (placeInFirst[sender] ?? 0)), senders);
    expect(least).toBeGreaterThanOrEqual(Math.floor(senders / 2));
  });
});
