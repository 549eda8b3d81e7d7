import fc from 'fast-check';
import { dayOf, isoTime } from '../src/iso-time.ts';

const LAST = 8_640_000_000_000_000;

test.each([0, -1, 1, 59_999, 86_399_999, 86_400_000, -86_400_000, 1_709_164_800_000, 253_402_300_799_999, 253_402_300_800_000, LAST, -LAST, 1.5, -1.5])(
  '%d is the text that Date makes of it',
  (ms) => {
    const text = new Date(ms).toISOString();
    expect([isoTime(ms), dayOf(ms)]).toEqual([text, text.split('T')[0]]);
  },
);

test('so is any time, more days than are remembered', () => {
  fc.assert(
    fc.property(fc.integer({ min: -LAST, max: LAST }), (ms) => {
      const text = new Date(ms).toISOString();
      expect([isoTime(ms), dayOf(ms)]).toEqual([text, text.split('T')[0]]);
    }),
    { numRuns: 2000 },
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, LAST + 86_400_000, -LAST - 86_400_000])('%d is no time', (ms) => {
  expect(() => isoTime(ms)).toThrow(RangeError);
});
