import type { MenuOption } from '../../adapters/contract.ts';

/** Longer than any answer to a menu. */
const MAX_ANSWER = 300;
const ORDINALS = 'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth'.split(' ');
const CARDINALS = 'one two three four five six seven eight nine ten eleven twelve'.split(' ');
/** Zeros of the decimal digits that customers write: Arabic, Persian, Devanagari, Bengali, Thai. Digits of full width fold to ASCII. */
const ZEROS = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50];

/** Words alone: case, accents, punctuation, width and presentation do not tell answers apart. */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]|[\u064b-\u0652]|\u20e3|\ufe0e|\ufe0f|['’]/g, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/\p{Nd}/gu, (digit) => {
      const zero = ZEROS.find((z) => digit.charCodeAt(0) >= z && digit.charCodeAt(0) < z + 10);
      return zero === undefined ? digit : String(digit.charCodeAt(0) - zero);
    })
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim();
}

/** The place that an answer names: "2", "2.", "#2", "2nd", "second", "the second one", "option two"; -1: the last. */
function placeOf(words: string): number | undefined {
  const bare = words.replace(/^(?:the )?(?:(?:number|option|choice|answer) |(?:no|nr) ?(?=\d))?/, '').replace(/ (?:one|option|choice)$/, '');
  const digits = /^0*(\d{1,3})(?:st|nd|rd|th)?$/.exec(bare)?.[1];
  if (digits !== undefined) return Number(digits);
  if (bare === 'last') return -1;
  const place = Math.max(ORDINALS.indexOf(bare), CARDINALS.indexOf(bare));
  return place < 0 ? undefined : place + 1;
}

/** Insertions, deletions, replacements and swaps of neighbours between two words. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      row.push(swapped ? Math.min(least, (before[j - 2] ?? 0) + 1) : least);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
/** Slips that a word bears: none in short ones ("plan a" is not "plan b"), in numbers, or in the first letter ("unable" is not "able"). */
function nearWord(a: string, b: string): boolean {
  if (a === b) return true;
  const length = Math.min(a.length, b.length);
  const bears = length < 4 || /\d/.test(a + b) || a[0] !== b[0] ? 0 : length < 8 ? 1 : 2;
  return bears > 0 && Math.abs(a.length - b.length) <= bears && distance(a, b) <= bears;
}
function nearTitle(words: string, title: string): boolean {
  const [a, b] = [words.split(' '), title.split(' ')];
  const slips = a.filter((word, i) => word !== b[i]).length;
  return a.length === b.length && slips <= 2 && a.every((word, i) => nearWord(word, b[i] ?? ''));
}

/** The only option of a list, whatever the number of ways that led to it. */
function only(options: readonly MenuOption[]): MenuOption | null {
  const [first] = options;
  return first && options.every((o) => o.id === first.id) ? first : null;
}

/**
 * The option that a customer's words mean: its number, its place in words, its title, number and title, or a title with a slip or two.
 * What may mean two options means none. Pure.
 */
export function matchReply(text: string, menu: readonly MenuOption[]): MenuOption | null {
  if (text.length > MAX_ANSWER) return null;
  const raw = text.trim();
  const words = fold(raw).replace(/ (?:please|pls|thanks|thank you)$/, '');
  if (words === '') return only(menu.filter((o) => raw !== '' && o.title.trim() === raw)); // an emoji
  const place = placeOf(words);
  const byPlace = place === undefined ? [] : menu.filter((o) => (place === -1 ? o === menu.at(-1) : o.n === place));
  const titles = menu.map((option) => ({ option, title: fold(option.title) }));
  const byTitle = titles.filter(({ title }) => title !== '' && title.replaceAll(' ', '') === words.replaceAll(' ', '')).map(({ option }) => option);
  const sure = [...byPlace, ...byTitle];
  if (sure.length || place !== undefined) return only(sure);
  const [, n, rest] = /^(\d{1,3}) (.+)$/.exec(words) ?? [];
  const both = titles.filter(({ option, title }) => rest !== undefined && option.n === Number(n) && nearTitle(rest, title));
  if (both.length) return only(both.map(({ option }) => option));
  return only(titles.filter(({ title }) => nearTitle(words, title)).map(({ option }) => option));
}
