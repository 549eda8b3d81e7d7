import fc from 'fast-check';
import { segmentsOf } from '../../../adapters/_text/sms-segments.ts';
import { splitText } from '../../../adapters/_text/split-text.ts';

// An oracle of its own: what a part may be, and where no cut may stand.
const clusters = (text: string) => [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].map((s) => s.segment);
const SIZES = {
  byte: (s: string) => new TextEncoder().encode(s).length,
  character: (s: string) => s.length,
  code_point: (s: string) => [...s].length,
  segment: (s: string) => segmentsOf(s).segments,
};
type Unit = keyof typeof SIZES;
const FAMILY = '👨‍👩‍👧‍👦'; // 25 bytes, 11 characters, one cluster
const SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  latin: ['word ', 'a', 'é', 'e\u0301', '. ', 'Next ', '\n', '\r\n', '(', ')', '€', '[', "don't "],
  cjk: ['漢', '字', 'かな', '。', '、', '「', '」', '한국어 ', '語\u{e0100}'],
  thai: ['สวัสดี', 'ครับ', 'ก็', 'น้ำ', ' ', 'ที่'],
  arabic: ['مرحبا', ' ', 'كَيْفَ', '؟ ', 'لا', '\u200f'],
  indic: ['नमस्ते', 'क्ष', ' ', '। ', 'தமிழ்'],
  emoji: ['😀', FAMILY, '🇳🇴', '👍🏽', '❤️', '1️⃣', '🏴󠁧󠁢󠁳󠁣󠁴󠁿', ' '],
  marks: ['e\u0301\u0302\u0323', 'a\u0308', ' \u0301', 'z\u0335\u0336\u0337', 'x '],
  urls: ['see ', 'https://x.example/a/b?c=d#e', ' ', ', ', '漢', '(https://y.example/) '],
};
const texts = fc.oneof(
  ...Object.values(SCRIPTS).map((pieces) => fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 300 })),
  fc.array(fc.constantFrom(...Object.values(SCRIPTS).flat()), { minLength: 1, maxLength: 300 }),
);
const rooms = fc.oneof(
  fc.record({ unit: fc.constantFrom<Unit>('byte', 'character', 'code_point'), max: fc.integer({ min: 4, max: 120 }) }),
  fc.record({ unit: fc.constant<Unit>('segment'), max: fc.integer({ min: 1, max: 4 }) }),
);

test('splitting: no part too long, no cluster or address broken that fits one, nothing lost or empty', () => {
  fc.assert(
    fc.property(texts, rooms, (pieces, { unit, max }) => {
      const text = pieces.join('');
      const size = SIZES[unit];
      const parts = splitText(text, max, unit);
      expect(parts.join('')).toBe(text);
      expect(parts.every((part) => part !== '' && size(part) <= max && part.isWellFormed())).toBe(true);
      const cuts: number[] = [];
      for (const part of parts.slice(0, -1)) cuts.push((cuts.at(-1) ?? 0) + part.length);
      const inside = (from: number, to: number) => cuts.filter((cut) => cut > from && cut < to);
      let at = 0;
      for (const cluster of clusters(text)) {
        if (size(cluster) <= max) expect([cluster, inside(at, at + cluster.length)]).toEqual([cluster, []]);
        at += cluster.length;
      }
      for (const { 0: url, index } of text.matchAll(/https?:\/\/[^\s<>"]+/g)) if (size(url) <= max) expect([url, inside(index, index + url.length)]).toEqual([url, []]);
    }),
    { numRuns: 800 },
  );
});

test.each<[string, string, number, Unit, string[]]>([
  ['between words where it can', 'one two three', 9, 'byte', ['one two ', 'three']],
  ['a part is filled where nothing is to be kept together', '漢漢漢漢 x', 12, 'byte', ['漢漢漢漢', ' x']],
  ['after a sentence rather than a word', 'It is late. We are sorry for it.', 22, 'character', ['It is late. ', 'We are sorry for it.']],
  ['not after one so short that the part would be half empty', 'No. We are sorry for it all.', 22, 'character', ['No. We are sorry for ', 'it all.']],
  ['a line break ends a sentence', 'one line\nand another one', 20, 'character', ['one line\nand ', 'another one']],
  ['a long word that fits a part is not cut', 'a pneumonoultramicroscopic', 25, 'character', ['a ', 'pneumonoultramicroscopic']],
  ['nor is an address', 'go: https://x.example/a/b now', 26, 'character', ['go: https://x.example/a/b ', 'now']],
  ['which stands whole in the next part', 'please go to https://x.example/a', 24, 'character', ['please go to ', 'https://x.example/a']],
  ['an address longer than a part is cut', 'https://x.example/abc', 10, 'character', ['https://', 'x.example/', 'abc']],
  ['words of Thai', 'สวัสดีครับสวัสดีครับ', 12, 'character', ['สวัสดีครับ', 'สวัสดีครับ']],
  ['no stop begins a part', '漢字漢字。漢字', 4, 'character', ['漢字', '漢字。', '漢字']],
  ['by segment: the encoding is that of the part', `${'a'.repeat(150)} ${'b'.repeat(9)} ж`, 1, 'segment', [`${'a'.repeat(150)} `, `${'b'.repeat(9)} ж`]],
  ['by segment: what joins needs room in each', `${'word '.repeat(61)}xyzäö`, 2, 'segment', [`${'word '.repeat(61)}`, 'xyzäö']],
])('splitting: %s', (_what, text, max, unit, parts) => expect(splitText(text, max, unit)).toEqual(parts));

test('splitting: a cluster longer than a part', () => expect(splitText(FAMILY, 12, 'byte').length).toBeGreaterThan(2));
test('splitting: a long text takes a moment', () => {
  const before = process.cpuUsage();
  for (const unit of ['character', 'segment'] as const)
    expect(splitText('漢字 word. https://x.example '.repeat(4000), unit === 'segment' ? 10 : 1600, unit).length).toBeGreaterThan(50);
  expect(process.cpuUsage(before).user).toBeLessThan(10_000_000);
});
