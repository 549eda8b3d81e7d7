/** `id,messages.limit(20){id,from}` as a tree. */
export interface Field {
  readonly name: string;
  readonly limit?: number;
  readonly fields: readonly Field[];
}
/** Null: not a list of fields. */
export function parseFields(text: string): readonly Field[] | null {
  let at = 0;
  function list(depth: number): Field[] | null {
    const fields: Field[] = [];
    for (;;) {
      const name = /^\s*([a-z_]+)/.exec(text.slice(at));
      if (!name || depth > 4) return null;
      at += name[0].length;
      const limit = /^\.limit\((\d+)\)/.exec(text.slice(at));
      at += limit?.[0].length ?? 0;
      let inner: Field[] | null = [];
      if (text[at] === '{') {
        at++;
        inner = list(depth + 1);
        if (!inner || text[at++] !== '}') return null;
      }
      fields.push({ name: name[1] ?? '', ...(limit ? { limit: Number(limit[1]) } : {}), fields: inner });
      if (text[at] !== ',') return fields;
      at++;
    }
  }
  if (text === '') return [];
  const all = list(0);
  return at === text.length ? all : null;
}
