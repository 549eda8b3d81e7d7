import { type Breaks, breaksOf, lastWithin } from './breaks.ts';
import { clustersOf } from './clusters.ts';
import { REACH, sizeIn, type TextUnit } from './units.ts';

/**
 * Splits text into parts of at most `max` of the platform's own unit. A part ends with a sentence where one ends in its second half, else
 * between words, else between grapheme clusters; a cluster or an address of the web is cut only where it alone is longer than a part.
 * The join gives back the text.
 */
export function splitText(text: string, max: number, unit: TextUnit = 'character'): string[] {
  const size = sizeIn[unit];
  if (size(text) <= max) return [text];
  const ends: number[] = [];
  let at = 0;
  for (const cluster of clustersOf(text))
    for (const piece of size(cluster) > max ? cluster : [cluster]) {
      at += piece.length;
      ends.push(at);
    }
  const breaks = breaksOf(text, new Set(ends), (url) => size(url) <= max);
  const parts: string[] = [];
  let start = 0;
  while (start < text.length) {
    const from = start;
    const full = fullPart(ends, from, (end) => end - from <= max * REACH[unit] && size(text.slice(from, end)) <= max);
    const end = full === text.length ? full : niceEnd(breaks, start, full);
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}

/** The greatest end that fits; the first one after the start where none does, so that a part is never empty. */
function fullPart(ends: readonly number[], start: number, fits: (end: number) => boolean): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const end = ends[middle] ?? 0;
    if (end <= start || fits(end)) low = middle + 1;
    else high = middle;
  }
  const found = ends[low - 1] ?? 0;
  return found > start ? found : (ends[low] ?? 0);
}

function niceEnd({ sentences, blanks, words, urls }: Breaks, start: number, full: number): number {
  const half = start + Math.ceil((full - start) / 2) - 1;
  const cut = urls.find(([from, to]) => from > start && from < full && full < to)?.[0];
  const limit = cut ?? full;
  const near = lastWithin(sentences, half, limit) ?? lastWithin(blanks, half, limit) ?? lastWithin(words, half, limit);
  // A word longer than half a part stays whole too, if a blank stands before it.
  return near ?? cut ?? lastWithin(blanks, start, limit) ?? limit;
}
