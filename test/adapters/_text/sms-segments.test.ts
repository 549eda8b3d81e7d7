import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { isGsm7, septetsOf } from '../../../adapters/_text/gsm7.ts';
import { smartEncode } from '../../../adapters/_text/smart-encoding.ts';
import { segmentsOf } from '../../../adapters/_text/sms-segments.ts';

const FAMILY = '👨‍👩‍👧‍👦';
// Measured with Twilio's own calculator, sms.md 8.3.
test.each([
  ['empty', '', 'gsm7', 0, 0],
  ['160 letters', 'a'.repeat(160), 'gsm7', 1, 160],
  ['161 letters', 'a'.repeat(161), 'gsm7', 2, 161],
  ['306 letters', 'a'.repeat(306), 'gsm7', 2, 306],
  ['307 letters', 'a'.repeat(307), 'gsm7', 3, 307],
  ['an extension character is two', '€'.repeat(80), 'gsm7', 1, 160],
  ['and is not cut: 306 septets in three', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 'gsm7', 3, 306],
  ['CR LF is two', '\r\n'.repeat(80), 'gsm7', 1, 160],
  ['capital Ç is GSM', 'Ç'.repeat(160), 'gsm7', 1, 160],
  ['small ç is not', `ç${'a'.repeat(69)}`, 'ucs2', 1, 70],
  ['71 units', `ç${'a'.repeat(70)}`, 'ucs2', 2, 71],
  ['1600 letters', 'a'.repeat(1600), 'gsm7', 11, 1600],
  ['1600 of Cyrillic', 'ж'.repeat(1600), 'ucs2', 24, 1600],
  ['35 emoji', '😀'.repeat(35), 'ucs2', 1, 70],
  ['36 emoji', '😀'.repeat(36), 'ucs2', 2, 72],
  ['67 emoji, 33 to a part', '😀'.repeat(67), 'ucs2', 3, 134],
  ['6 families', FAMILY.repeat(6), 'ucs2', 1, 66],
  ['7 families', FAMILY.repeat(7), 'ucs2', 2, 77],
  ['18 flags', '🇳🇴'.repeat(18), 'ucs2', 2, 72],
  ['a cluster longer than a segment is cut', `e${'\u0301'.repeat(140)}`, 'ucs2', 3, 141],
])('%s', (_what, text, encoding, segments, units) => expect(segmentsOf(text)).toEqual({ encoding, segments, units }));

test("segments: as Twilio's calculator counts them", () => {
  const texts = fc.array(fc.constantFrom('a', 'word ', '€', '[', 'Ç', '\n', '\r\n', 'ç', 'ж', '漢', 'ก', 'ي', '😀', '🇳🇴', 'e\u0301', "'"), { maxLength: 500 });
  const plain = fc.array(fc.constantFrom('a', 'word ', '€', '[', 'Ç', '\n', '\r\n', '@'), { maxLength: 500 });
  fc.assert(
    fc.property(fc.oneof(texts, plain), (parts) => {
      const text = parts.join('');
      fc.pre(text !== '');
      const oracle = new SegmentedMessage(text);
      expect(segmentsOf(text)).toMatchObject({ encoding: oracle.encodingName === 'GSM-7' ? 'gsm7' : 'ucs2', segments: oracle.segmentsCount });
    }),
    { numRuns: 1000 },
  );
});
test('the tables: 127 characters and 10, as the calculator has them', () => {
  const points = Array.from({ length: 0x2200 }, (_, i) => String.fromCodePoint(i));
  expect([1, 2].map((n) => points.filter((p) => septetsOf(p) === n).length)).toEqual([127, 10]);
  for (const point of points.filter((p) => p !== '\0')) expect([point, isGsm7(point)]).toEqual([point, new SegmentedMessage(point).encodingName === 'GSM-7']);
});

test('smart encoding: every look-alike that Twilio replaces, blanks as one', () => {
  const points = Array.from({ length: 0xffff }, (_, i) => String.fromCharCode(i + 1)).filter((p) => p.isWellFormed() && !isGsm7(p) && !/[ａ-ｚ]/.test(p)); // ａ to ｚ are ours
  for (let i = 0; i < points.length; i += 1000) {
    const some = points.slice(i, i + 1000);
    const theirs = new SegmentedMessage(some.map((p) => `x${p}`).join(''), 'auto', true).encodedChars.map((c) => c.raw ?? '').join('');
    const replaced = theirs.split('x').slice(1);
    const wanted = some.map((p, n) => [p, isGsm7(replaced[n] ?? p) ? (replaced[n] ?? '').replace(/^ +$/, ' ') : p]);
    expect(some.map((p) => [p, smartEncode(p)])).toEqual(wanted);
  }
});
test.each([
  ['“Don’t” – she said…', '"Don\'t" - she said...'],
  ['Ａ１！', 'A1!'],
  ['a\u00a0b\tc\u200b', 'a b c'],
  ['“quoted” and ж', '“quoted” and ж'], // UCS-2 whatever is replaced: left as it was
  ['plain', 'plain'],
])('smart encoding of %j', (text, wanted) => expect(smartEncode(text)).toBe(wanted));
