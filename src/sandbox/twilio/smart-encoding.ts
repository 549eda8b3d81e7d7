/** What looks alike in GSM 03.38, by the characters that it replaces (sms.md 8.4, the gist of the 271). An empty one is left out. */
const LOOK_ALIKES: readonly (readonly [string, string])[] = [
  ['“”„‟«»〝〞＂', '"'],
  ['‘’‚‛′`´ʹʻʼ＇', "'"],
  ['‐‑‒–—―−•·﹣－', '-'],
  ['…', '...'],
  ['¼', '1/4'],
  ['½', '1/2'],
  ['¾', '3/4'],
  ['⁄∕／', '/'],
  ['\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000', '  '],
  ['\t', '    '],
  ['\u200b\u200c\u2060\ufeff', ''],
  ['‹〈', '<'],
  ['›〉', '>'],
  ['‼', '!!'],
  ['＋', '+'],
  ['，', ','],
  ['．', '.'],
];
const BY_CHARACTER: ReadonlyMap<string, string> = new Map([
  ...LOOK_ALIKES.flatMap(([from, to]) => [...from].map((c) => [c, to] as const)),
  // Full-width digits and letters.
  ...Array.from({ length: 94 }, (_, i) => [String.fromCharCode(0xff01 + i), String.fromCharCode(0x21 + i)] as const),
]);
/** Accented letters that are not GSM, emoji and other scripts stay, and the text is UCS-2 then. */
export const smartEncoded = (text: string): string => [...text].map((c) => BY_CHARACTER.get(c) ?? c).join('');
