import { isGsm7 } from './gsm7.ts';

/**
 * What Twilio's smart encoding replaces, by what it writes for it (the list of twilio-labs/sms-segments-calculator). Two differences: a
 * blank of any width or a tab becomes one blank, and small letters of full width are replaced as the capitals are.
 */
const ROWS: readonly (readonly [string, string])[] = [
  ['"', '«»\u201c\u201d\u201e\u201f\u02ba\u02ee❝❞\u301d\u301e'],
  ["'", '\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02c8\u02ca\u02cb\u00b4`❛❜\u0313\u0314\ufe10\ufe11'],
  ['-', '\u2010\u2013\u2014\u2015\u2022\u2043\u23bc\u23bd\ufe63'],
  [',', '\u201a\u3001\uff64\u0326\ufe50\ufe51'],
  ['.', '\u3002\ufe52\uff61'],
  ['...', '…'],
  [':', '\u02d0\u02f8\u2982\ua789\ufe13'],
  [';', '\u204f\ufe14\ufe54'],
  ['!', '\u01c3\ufe15\ufe57'],
  ['!!', '\u203c'],
  ['?', '\ufe16\ufe56'],
  ['/', '÷\u29f8\u0337\u0338\u2044\u2215'],
  ['1/4', '¼'],
  ['1/2', '½'],
  ['3/4', '¾'],
  ['\\', '\u29f5\u29f9\u20e5\ufe68'],
  ['_', '\u0332\u2017'],
  ['|', '\u20d2\u20d3\u2223\u23b8\u23b9\u23d0\u239c\u239f'],
  ['@', '\ufe6b'],
  ['$', '\ufe69'],
  ['#', '\ufe5f'],
  ['%', '\ufe6a'],
  ['&', '\ufe60'],
  ['(', '❨❪\ufe59\u27ee\u2985'],
  [')', '❩❫\ufe5a\u27ef\u2986'],
  ['*', '\u204e\u2217\u229b✢✣✤✥✱✲✳✺✻✼✽❃❉❊❋\u29c6\ufe61'],
  ['+', '\u02d6\ufe62'],
  ['<', '\u2039\ufe64'],
  ['>', '\u203a\ufe65'],
  ['=', '\u0347\ua78a\ufe66'],
  ['{', '❴\ufe5b'],
  ['}', '❵\ufe5c'],
  ['^', '\u02c6\u0302\u1dcd'],
  ['~', '\u02dc\u02f7\u0303\u0330\u0334\u223c'],
  [' ', '\t\u0080\u008d\u0090\u009b\u009f\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000'],
  ['', '\u0000\u0003\u0004\u0010\u0011\u0012\u0013\u0014\u0017\u0019\u200b\u200c\u2060\ufeff'],
];
const SMALL_CAPITALS = 'ᴀ ʙ ᴄ ᴅ ᴇ ꜰ ɢ ʜ ɪ ᴊ ᴋ ʟ ᴍ ɴ ᴏ ᴘ _ ʀ ꜱ ᴛ ᴜ ᴠ ᴡ _ ʏ ᴢ'.split(' ');
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map([
  ...SMALL_CAPITALS.flatMap((c, i): [string, string][] => (c === '_' ? [] : [[c, String.fromCharCode(65 + i)]])),
  ...ROWS.flatMap(([plain, all]) => Array.from(all, (c): [string, string] => [c, plain])),
]);

function plainOf(point: string): string {
  const code = point.charCodeAt(0);
  return code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : (LOOK_ALIKES.get(point) ?? point);
}

/** Text with GSM-7 look-alikes, where that makes all of it GSM-7; as it was where it does not, for then nothing is gained. */
export function smartEncode(text: string): string {
  if (isGsm7(text)) return text;
  const replaced = Array.from(text, plainOf).join('');
  return isGsm7(replaced) ? replaced : text;
}
