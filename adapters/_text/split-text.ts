export type TextUnit = 'character' | 'byte';
const SIZE: Readonly<Record<TextUnit, (text: string) => number>> = { character: (text) => text.length, byte: (text) => Buffer.byteLength(text) };

/**
 * Splits text into parts of at most `max` characters (UTF-16 units, as Meta counts) or UTF-8 bytes, between words where it can, never
 * inside a grapheme cluster unless that alone is longer than a part. The join gives back the text.
 */
export function splitText(text: string, max: number, unit: TextUnit = 'character'): string[] {
  const size = SIZE[unit];
  if (size(text) <= max) return [text];
  const parts: string[] = [];
  let part = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    // A cluster longer than a part is cut by code point.
    for (const piece of size(segment) > max ? segment : [segment]) {
      const more = size(piece);
      while (part && used + more > max) {
        const cut = lastBreak(part);
        parts.push(part.slice(0, cut));
        part = part.slice(cut);
        used = size(part);
      }
      part += piece;
      used += more;
    }
  }
  if (part) parts.push(part);
  return parts;
}

/** After the last white space of the second half; the whole length where there is none. */
function lastBreak(part: string): number {
  for (let i = part.length; i > part.length / 2; i--) if (/\s/.test(part[i - 1] ?? '')) return i;
  return part.length;
}
