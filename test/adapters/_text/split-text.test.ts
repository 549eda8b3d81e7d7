import fc from 'fast-check';
import { splitText } from '../../../adapters/_text/split-text.ts';

// An oracle of its own: what a part may be, and where no cut may stand.
const clusters = (text: string) => [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].map((s) => s.segment);
const SIZES = { byte: (s: string) => new TextEncoder().encode(s).length, character: (s: string) => s.length };
const FAMILY = '👨‍👩‍👧‍👦'; // 25 bytes, 11 characters, one cluster
const someText = fc.array(fc.constantFrom('a', 'é', 'e\u0301', '漢', '😀', FAMILY, '🇳🇴', ' ', '\n', 'word '), { minLength: 1, maxLength: 400 }).map((parts) => parts.join(''));
test('splitting: no part too long, no cluster broken that fits one, nothing lost or empty', () => {
  fc.assert(
    fc.property(someText, fc.integer({ min: 4, max: 120 }), fc.constantFrom('byte' as const, 'character' as const), (text, max, unit) => {
      const parts = splitText(text, max, unit);
      expect(parts.join('')).toBe(text);
      expect(parts.every((part) => part !== '' && SIZES[unit](part) <= max && part.isWellFormed())).toBe(true);
      const cuts = new Set<number>();
      let at = 0;
      for (const part of parts.slice(0, -1)) {
        at += part.length;
        cuts.add(at);
      }
      at = 0;
      for (const cluster of clusters(text)) {
        const inside = [...cuts].filter((cut) => cut > at && cut < at + cluster.length);
        if (SIZES[unit](cluster) <= max) expect([cluster, inside]).toEqual([cluster, []]);
        at += cluster.length;
      }
    }),
    { numRuns: 500 },
  );
});
test('splitting: between words where it can', () => {
  expect(splitText('one two three', 9, 'byte')).toEqual(['one two ', 'three']);
  expect(splitText(`${'漢'.repeat(4)} x`, 12, 'byte')).toEqual(['漢漢漢漢', ' x']);
  expect(splitText(FAMILY, 12, 'byte').length).toBeGreaterThan(2);
});
