import { shorten } from '../_text/shorten.ts';

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
