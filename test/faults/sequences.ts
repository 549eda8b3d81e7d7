/** What came, each once, and what came again. */
export function createUnique() {
  const seen = new Set<string>();
  const again: string[] = [];
  return {
    seen: seen as ReadonlySet<string>,
    again: again as readonly string[],
    add(one: string): void {
      if (seen.size === seen.add(one).size) again.push(one);
    },
  };
}
/** Numbers of a key that do not follow each other from 1, in words. */
export function createGaps() {
  const last = new Map<string, number>();
  const wrong: string[] = [];
  return {
    wrong: wrong as readonly string[],
    add(key: string, n: number): void {
      const due = (last.get(key) ?? 0) + 1;
      last.set(key, n);
      if (n !== due) wrong.push(`${key}: ${n} where ${due} was due`);
    },
  };
}
/** Numbers of a key that do not count up, in words. */
export function createOrder() {
  const last = new Map<string, number>();
  const wrong: string[] = [];
  return {
    wrong: wrong as readonly string[],
    add(key: string, n: number): void {
      const before = last.get(key) ?? 0;
      last.set(key, Math.max(before, n));
      if (!(n > before)) wrong.push(`${key}: ${n} after ${before}`);
    },
  };
}
