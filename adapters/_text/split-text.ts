/** Splits text into parts of at most `max` characters (UTF-16 units, as Meta counts), between words where it can, never inside a grapheme cluster. The join gives back the text. */
export function splitText(text: string, max: number): string[] {
  if (text.length <= max) return [text];
  const parts: string[] = [];
  let part = '';
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    if (part.length + segment.length > max) {
      const cut = lastBreak(part);
      parts.push(part.slice(0, cut));
      part = part.slice(cut);
    }
    for (const piece of part.length + segment.length > max ? segment : [segment]) part += piece; // a cluster longer than a part is cut by code point
    while (part.length > max) {
      parts.push(part.slice(0, max));
      part = part.slice(max);
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
