import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { KeyFilter } from '../../src/store/key-filter.ts';
import { KeyTable } from '../../src/store/key-table.ts';

const keyOf = (n: number): Uint8Array => createHash('sha256').update(String(n)).digest().subarray(0, 16);
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
/** Few bits vary, so that slots are shared and first words too. */
const crowded = fc
  .array(fc.constantFrom(0, 1, 255), { minLength: 4, maxLength: 4 })
  .map(([a = 0, b = 0, c = 0, d = 0]) => Uint8Array.from([a, 0, 0, b, 0, 0, 0, c, 0, 0, 0, 0, 0, 0, 0, d]));

describe('a table of keys', () => {
  test('has what was added and not cut, at the place at which it came', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 4, arbitrary: crowded }, { weight: 1, arbitrary: fc.nat(20) }), { maxLength: 120 }), (steps) => {
        const table = new KeyTable();
        const model: string[] = [];
        const hex = (key: Uint8Array) => Buffer.from(key).toString('hex');
        const all = new Set<string>();
        for (const step of steps) {
          if (typeof step === 'number') {
            model.length = Math.min(model.length, step);
            table.cut(step);
            continue;
          }
          all.add(hex(step));
          if (table.placeOf(step) >= 0) continue;
          table.add(step);
          model.push(hex(step));
        }
        expect(table.size).toBe(model.length);
        for (const key of all) expect(table.placeOf(Buffer.from(key, 'hex'))).toBe(model.indexOf(key));
        expect(range(table.size).map((place) => hex(table.keyAt(place)))).toEqual(model);
      }),
      { numRuns: 500 },
    );
  });

  test('grows, and gives the places in the order of the keys', () => {
    const table = new KeyTable();
    for (const n of range(50_000)) table.add(keyOf(n));
    for (const n of range(50_000)) if (table.placeOf(keyOf(n)) !== n) throw new Error(`key ${n} is not at its place`);
    expect(table.placeOf(keyOf(50_000))).toBe(-1);
    const firsts = Array.from(table.sorted(), (place) => Buffer.from(table.keyAt(place)).readUInt32BE(0));
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
    expect(new Set(table.sorted()).size).toBe(50_000);
  });
});

describe('a filter of keys', () => {
  test.each([[1000], [100_000], [500_000]])('of %i excludes none of them, and all but a few of the others', (count) => {
    const filter = new KeyFilter();
    for (const n of range(count)) filter.add(keyOf(n));
    for (const n of range(count)) if (!filter.mayHave(keyOf(n))) throw new Error(`key ${n} is excluded`);
    const wrong = range(20_000).filter((n) => filter.mayHave(keyOf(count + n))).length;
    expect(wrong).toBeLessThan(20_000 * 0.03);
  });
});
