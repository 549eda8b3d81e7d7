import fc from 'fast-check';
import { shorten } from '../../../adapters/_text/shorten.ts';

const FAMILY = '👨‍👩‍👧‍👦'; // 11 UTF-16 units, 25 bytes, one cluster
test.each([
  ['short enough', 'Yes', 3, 'character', 'Yes'],
  ['cut with an ellipsis', 'Change my delivery address', 20, 'character', 'Change my delivery…'],
  ['no cluster is cut', `ab${FAMILY}cd`, 12, 'character', 'ab…'],
  ['no ellipsis where nothing would stand before it', '漢字', 1, 'character', '漢'],
  ['an ellipsis is three bytes', '漢字漢字', 9, 'byte', '漢字…'],
  ['a cluster longer than the limit is cut by code point', FAMILY, 5, 'character', '👨\u200d👩'],
  ['by code point', '😀😀😀', 2, 'code_point', '😀…'],
] as const)('%s', (_what, text, max, unit, wanted) => expect(shorten(text, max, unit)).toBe(wanted));

test('shortening: never over the limit, never a broken pair, always the beginning', () => {
  const texts = fc.array(fc.constantFrom('a', 'é', 'e\u0301', '漢', '😀', FAMILY, '🇳🇴', ' ', 'ก็'), { minLength: 1, maxLength: 60 }).map((p) => p.join(''));
  fc.assert(
    fc.property(texts, fc.integer({ min: 4, max: 40 }), fc.constantFrom('character' as const, 'byte' as const), (text, max, unit) => {
      const short = shorten(text, max, unit);
      expect(unit === 'byte' ? Buffer.byteLength(short) : short.length).toBeLessThanOrEqual(max);
      expect(short.isWellFormed() && text.startsWith(short.replace(/…$/, ''))).toBe(true);
    }),
  );
});
