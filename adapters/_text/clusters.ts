const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What a reader sees as one character each: a letter with its marks, a flag, a family. */
export function clustersOf(text: string): string[] {
  // Nothing below U+0300 joins but CR and LF: the common case needs no segmenter.
  return /^[\n -\u02ff]*$/.test(text) ? text.split('') : Array.from(segmenter.segment(text), ({ segment }) => segment);
}
