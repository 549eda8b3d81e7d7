/** Parameters of a form, each name with all its values in order. Twilio sends what it likes: unknown and repeated names are kept. */
export type Form = ReadonlyMap<string, readonly string[]>;
const MAX_PARAMETERS = 1000;

export function parseForm(body: Uint8Array): Form {
  const form = new Map<string, string[]>();
  let n = 0;
  for (const [name, value] of new URLSearchParams(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))) {
    if (++n > MAX_PARAMETERS) break;
    const known = form.get(name);
    if (known) known.push(value);
    else form.set(name, [value]);
  }
  return form;
}

/** U+0000 is removed and lone surrogates replaced, after the signature was checked over what came. */
export function cleanForm(form: Form): Form {
  const clean = (text: string) => text.replaceAll('\0', '').toWellFormed();
  return new Map([...form].map(([name, values]) => [clean(name), values.map(clean)]));
}
/** The first value; empty is absent. */
export const field = (form: Form, name: string): string | undefined => form.get(name)?.[0] || undefined;

/** What is left of the form when `used` is taken out: names in camel case, a repeated one as a list, empty ones left away. */
export function restOf(form: Form, used: ReadonlySet<string>): Record<string, unknown> | undefined {
  const rest: Record<string, unknown> = {};
  for (const [name, values] of form) {
    const told = values.filter((v, i) => v !== '' && !(i === 0 && used.has(name)));
    if (!told.length || name === '__proto__') continue;
    rest[`${name.charAt(0).toLowerCase()}${name.slice(1)}`] = told.length === 1 ? told[0] : told;
  }
  return Object.keys(rest).length ? rest : undefined;
}
