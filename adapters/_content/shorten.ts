/** At most `max` UTF-16 units, cut between grapheme clusters, with an ellipsis where something was cut. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text.slice(0, max + 64))) {
    if (kept.length + segment.length > max - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** Titles as they are where no two are alike; else the later ones with a number, within `max`. */
export function distinct(titles: readonly string[], max: number): string[] {
  const taken = new Set<string>();
  return titles.map((title) => {
    let unique = title;
    for (let n = 2; taken.has(unique); n++) unique = `${shorten(title, max - ` (${n})`.length)} (${n})`;
    taken.add(unique);
    return unique;
  });
}
