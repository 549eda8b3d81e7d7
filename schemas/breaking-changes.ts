type Json = Readonly<Record<string, unknown>>;
const object = (v: unknown): Json => (v && typeof v === 'object' && !Array.isArray(v) ? (v as Json) : {});
const names = (v: unknown): string[] => (Array.isArray(v) ? v.map(String) : typeof v === 'string' ? [v] : []);

/**
 * What a reader of the old schema would trip over in the new one. Events: a property that was always there may go missing, a type may
 * change or widen, a property may vanish. New optional properties and new variants of an open union are allowed.
 */
export function breakingForReaders(old: Json, now: Json, path = ''): string[] {
  const faults: string[] = [];
  const [was, is] = [names(old.type), names(now.type)];
  if (was.length && is.length && is.some((t) => !was.includes(t))) faults.push(`${path || '/'}: type ${was} became ${is}`);
  if (old.const !== undefined && now.const !== old.const) faults.push(`${path || '/'}: ${String(old.const)} became ${String(now.const)}`);
  const [before, after] = [object(old.properties), object(now.properties)];
  const required = names(now.required);
  for (const [key, value] of Object.entries(before)) {
    if (!(key in after)) faults.push(`${path}/${key}: is gone`);
    else faults.push(...breakingForReaders(object(value), object(after[key]), `${path}/${key}`));
    if (names(old.required).includes(key) && !required.includes(key)) faults.push(`${path}/${key}: was always there, is optional now`);
  }
  if (old.items && now.items) faults.push(...breakingForReaders(object(old.items), object(now.items), `${path}/items`));
  return faults;
}

/** What a writer of the old schema (of commands) would trip over: a new required property, a removed one, a removed word, a changed type. */
export function breakingForWriters(old: Json, now: Json, path = ''): string[] {
  const faults: string[] = [];
  const [was, is] = [names(old.type), names(now.type)];
  if (was.length && is.length && was.some((t) => !is.includes(t))) faults.push(`${path || '/'}: type ${was} became ${is}`);
  for (const word of names(old.enum)) if (now.enum && !names(now.enum).includes(word)) faults.push(`${path}: ${word} is not taken any more`);
  const [before, after] = [object(old.properties), object(now.properties)];
  for (const key of names(now.required)) if (!names(old.required).includes(key)) faults.push(`${path}/${key}: is required now`);
  for (const [key, value] of Object.entries(before)) {
    if (!(key in after)) faults.push(`${path}/${key}: is not taken any more`);
    else faults.push(...breakingForWriters(object(value), object(after[key]), `${path}/${key}`));
  }
  return faults;
}
