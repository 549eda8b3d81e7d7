import { clustersOf } from './clusters.ts';
import { sizeIn, type TextUnit } from './units.ts';

const ELLIPSIS = '…';

/** Text of at most `max`, cut between grapheme clusters; the ellipsis stands only where it leaves room for something before it. */
export function shorten(text: string, max: number, unit: TextUnit = 'character'): string {
  const size = sizeIn[unit];
  if (size(text) <= max) return text;
  const clusters = clustersOf(text);
  const first = (room: number, pieces: readonly string[]): string => {
    let kept = '';
    for (const piece of pieces) {
      if (size(kept + piece) > room) break;
      kept += piece;
    }
    return kept;
  };
  const withEllipsis = first(max - size(ELLIPSIS), clusters).trimEnd();
  // A first cluster longer than the limit is cut by code point: something must be left to read.
  return withEllipsis ? withEllipsis + ELLIPSIS : first(max, clusters) || first(max, [...text]);
}
