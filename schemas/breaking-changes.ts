type Json = Readonly<Record<string, unknown>>;

/** Readers: we write events, consumers rely on them. Writers: others write commands, we must go on taking them. */
type Side = 'readers' | 'writers';
interface At {
  readonly path: string;
  readonly side: Side;
  /** The values stand in a set that is published as open: more may come. */
  readonly open?: boolean;
}

const object = (v: unknown): Json => (v && typeof v === 'object' && !Array.isArray(v) ? (v as Json) : {});
const list = (v: unknown): readonly unknown[] => (Array.isArray(v) ? v : []);
const said = (v: unknown): string => (v === undefined ? 'none' : typeof v === 'string' ? v : JSON.stringify(v));
const variantsOf = (schema: Json): readonly Json[] | null => (schema.anyOf ?? schema.oneOf ?? null) as readonly Json[] | null;

/** What a variant of a union is called: its discriminator, else its fields, else its type. The order in a union means nothing. */
function nameOf(variant: Json): string {
  const discriminator = object(object(variant.properties).type);
  if ('const' in discriminator) return `type ${said(discriminator.const)}`;
  if ('not' in discriminator) return 'any other kind';
  if (variant.enum) return 'listed values';
  if ('const' in variant) return `value ${said(variant.const)}`;
  const inner = variantsOf(variant);
  if (inner) return inner.map(nameOf).join(' or ');
  const fields = list(variant.required).join(', ') || Object.keys(object(variant.properties)).join(', ');
  return fields ? `{ ${fields} }` : said(variant.type ?? 'anything');
}
/** A union inside a union is the same as its variants beside the others: adding a kind to it must not look like another union. */
const flat = (variants: readonly Json[]): Json[] => variants.flatMap((v) => (variantsOf(v) && !v.properties ? flat(variantsOf(v) ?? []) : [v]));
/** It says itself that more may come: it takes kinds, or strings, that are not listed. */
function isOpen(variants: readonly Json[]): boolean {
  const names = variants.map(nameOf);
  return names.includes('any other kind') || (names.includes('listed values') && names.includes('string'));
}

function enumChanges(old: Json, now: Json, at: At): string[] {
  const [was, is] = [old.enum, now.enum];
  if (!was && !is) return [];
  if (!was) return at.side === 'writers' ? [`${at.path}: any value was taken, now listed ones only`] : [];
  if (!is) return at.side === 'readers' ? [`${at.path}: listed values only were written, now any`] : [];
  // For readers too: a word that is no longer written is a meaning that they wait for in vain.
  const gone = list(was).filter((v) => !list(is).includes(v));
  const come = at.side === 'readers' && !at.open ? list(is).filter((v) => !list(was).includes(v)) : [];
  return [...gone.map((v) => `${at.path}: ${said(v)} is gone`), ...come.map((v) => `${at.path}: ${said(v)} is new in a closed set`)];
}

/** Readers suffer where a bound is loosened, writers where one is tightened. */
function boundChanges(old: Json, now: Json, at: At): string[] {
  const tighter = (key: string, sign: 1 | -1): number => {
    const none = sign * Number.NEGATIVE_INFINITY;
    const [was, is] = [(old[key] ?? none) as number, (now[key] ?? none) as number];
    return was === is ? 0 : sign * (is - was);
  };
  const lower = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems'].map((key) => [key, tighter(key, 1)] as const);
  const upper = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'].map((key) => [key, tighter(key, -1)] as const);
  return [...lower, ...upper].filter(([, n]) => (at.side === 'writers' ? n > 0 : n < 0)).map(([key]) => `${at.path}: ${key} ${said(old[key])} became ${said(now[key])}`);
}
function formChanges(old: Json, now: Json, at: At): string[] {
  return ['pattern', 'format'].flatMap((key) => {
    const harmless = old[key] === now[key] || (at.side === 'readers' ? old[key] === undefined : now[key] === undefined);
    return harmless ? [] : [`${at.path}: ${key} ${said(old[key])} became ${said(now[key])}`];
  });
}

function propertyChanges(old: Json, now: Json, at: At): string[] {
  const [before, after] = [object(old.properties), object(now.properties)];
  const gone = Object.keys(before).filter((key) => !(key in after));
  const [strong, weak] = at.side === 'readers' ? [old, now] : [now, old];
  const shifted = list(strong.required).filter((key) => !list(weak.required).includes(key) && String(key) in after);
  const shut = at.side === 'writers' && old.additionalProperties !== false && now.additionalProperties === false && (old.properties || old.type === 'object');
  return [
    ...gone.map((key) => `${at.path}/${key}: is gone`),
    ...shifted.map((key) => `${at.path}/${key}: ${at.side === 'readers' ? 'was always there, is optional now' : 'is required now'}`),
    ...(shut ? [`${at.path}: further fields are not taken any more`] : []),
    ...Object.keys(before).flatMap((key) => (key in after ? changes(object(before[key]), object(after[key]), { path: `${at.path}/${key}`, side: at.side }) : [])),
  ];
}

function unionChanges(old: readonly Json[], now: readonly Json[], at: At): string[] {
  const [before, after] = [new Map(old.map((v) => [nameOf(v), v])), new Map(now.map((v) => [nameOf(v), v]))];
  const open = isOpen(old);
  const kept = [...before].flatMap(([name, variant]) => {
    const found = after.get(name);
    // Its list of known kinds grows with the union; that list is no promise of its own.
    if (name === 'any other kind' && found) return [];
    return found ? changes(variant, found, { path: `${at.path}<${name}>`, side: at.side, open }) : [`${at.path}: ${name} is gone`];
  });
  const come = at.side === 'readers' && !open ? [...after.keys()].filter((name) => !before.has(name)) : [];
  return [...kept, ...come.map((name) => `${at.path}: ${name} is new in a closed union`)];
}

function typeChange(old: Json, now: Json, at: At): string[] {
  const [was, is] = [said(old.type), said(now.type)];
  const [narrow, wide] = at.side === 'readers' ? [is, was] : [was, is];
  const harmless = was === is || wide === 'none' || (narrow === 'integer' && wide === 'number');
  return harmless ? [] : [`${at.path}: type ${was} became ${is}`];
}

function changes(old: Json, now: Json, at: At): string[] {
  const [was, is] = [variantsOf(old), variantsOf(now)];
  if (was || is) return unionChanges(flat(was ?? [old]), flat(is ?? [now]), at);
  const type = typeChange(old, now, at);
  if (type.length) return type;
  if (said(old.const) !== said(now.const)) return [`${at.path}: ${said(old.const)} became ${said(now.const)}`];
  const nested = (key: string, name: string) =>
    Object.keys(object(old[key])).length ? changes(object(old[key]), object(now[key]), { path: `${at.path}${name}`, side: at.side }) : [];
  return [
    ...enumChanges(old, now, at),
    ...boundChanges(old, now, at),
    ...formChanges(old, now, at),
    ...propertyChanges(old, now, at),
    ...nested('items', '/items'),
    ...nested('additionalProperties', '/*'),
  ];
}

/**
 * What a reader of the old schema (of events) would trip over in the new one. Readers pass over unknown fields, and over unknown values
 * and kinds of sets that are published as open; everything else that they could rely on stays.
 */
export const breakingForReaders = (old: Json, now: Json): string[] => changes(old, now, { path: '', side: 'readers' });

/** What a writer of the old schema (of commands) would trip over: whatever was taken must still be taken. */
export const breakingForWriters = (old: Json, now: Json): string[] => changes(old, now, { path: '', side: 'writers' });
