const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });
const words = new Intl.Segmenter('en', { granularity: 'word' });
const URLS = /https?:\/\/[^\s<>"]+/g;
/** What never begins a line: closing punctuation and stops. What never ends one: opening punctuation. */
const NOT_FIRST = /^[\p{Pe}\p{Pf}\p{Po}\p{Sk}]/u;
const NOT_LAST = /[\p{Ps}\p{Pi}]$/u;

/** Where a text may be cut, in UTF-16 units from its start, ascending. */
export interface Breaks {
  readonly sentences: readonly number[];
  /** After white space. */
  readonly blanks: readonly number[];
  /** Between words, also of scripts that write no space between them. */
  readonly words: readonly number[];
  /** Addresses of the web that must stay whole: [start, end). */
  readonly urls: readonly (readonly [number, number])[];
}

/** `ends`: of grapheme clusters, the only places for a cut. `whole`: whether this address fits a part. */
export function breaksOf(text: string, ends: ReadonlySet<number>, whole: (url: string) => boolean): Breaks {
  const urls = Array.from(text.matchAll(URLS), (m): [number, number] => [m.index, m.index + m[0].length]).filter(
    ([from, to]) => (from === 0 || ends.has(from)) && whole(text.slice(from, to)),
  );
  const allowed = (all: readonly number[]) => {
    let next = 0;
    return all.filter((at) => {
      while ((urls[next]?.[1] ?? Number.POSITIVE_INFINITY) <= at) next++;
      return ends.has(at) && !((urls[next]?.[0] ?? Number.POSITIVE_INFINITY) < at);
    });
  };
  const between: number[] = [];
  let before = '';
  for (const { segment, index } of words.segment(text)) {
    if (!NOT_FIRST.test(segment) && !NOT_LAST.test(before)) between.push(index);
    before = segment;
  }
  return {
    sentences: allowed(Array.from(sentences.segment(text), ({ index }) => index)),
    blanks: allowed(Array.from(text.matchAll(/\s+/g), (m) => m.index + m[0].length)),
    words: allowed(between),
    urls,
  };
}

/** The greatest of an ascending list that is above `from` and not above `to`; undefined where there is none. */
export function lastWithin(list: readonly number[], from: number, to: number): number | undefined {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? 0) <= to) low = middle + 1;
    else high = middle;
  }
  const found = list[low - 1];
  return found !== undefined && found > from ? found : undefined;
}
