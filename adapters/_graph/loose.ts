/** Reading what a platform sends: every property may be missing, of another type, or new. */
export type Loose = Readonly<Record<string, unknown>>;

export const isObject = (v: unknown): v is Loose => typeof v === 'object' && v !== null && !Array.isArray(v);
export const object = (v: unknown): Loose => (isObject(v) ? v : {});
export const list = (v: unknown): readonly unknown[] => (Array.isArray(v) ? v : []);
/** Text; ids may also come as numbers. Empty is absent. */
export const text = (v: unknown): string | undefined => (typeof v === 'string' && v !== '' ? v : typeof v === 'number' && Number.isFinite(v) ? String(v) : undefined);
export const number = (v: unknown): number | undefined => {
  const n = typeof v === 'number' ? v : typeof v === 'string' && v.trim() !== '' ? Number(v) : Number.NaN;
  return Number.isFinite(n) ? n : undefined;
};

/** As T, where properties that may be undefined are optional instead. */
export type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };
/** Without the properties that are undefined. */
export function present<T extends object>(value: T): Present<T> {
  const out: Record<string, unknown> = {};
  for (const key in value) if (value[key] !== undefined) out[key] = value[key];
  return out as Present<T>;
}

const camelKey = (key: string) => key.replace(/[_-]([a-z0-9])/g, (_, c: string) => c.toUpperCase());
/** The platform's own value with keys in camel case; values untouched. */
export function camel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camel);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [camelKey(key), camel(item)]));
  return value;
}
/** As `camel`, of an object without some keys; undefined where nothing is left. */
export function camelRest(value: Loose, without: readonly string[]): Readonly<Record<string, unknown>> | undefined {
  const rest = Object.entries(value).filter(([key, item]) => !without.includes(key) && item !== undefined);
  return rest.length ? (camel(Object.fromEntries(rest)) as Record<string, unknown>) : undefined;
}

/** JSON with sorted keys: the same value gives the same text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (isObject(value)) {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** An element that can not be read: becomes a reject, never an exception of the adapter. */
export class Malformed extends Error {}
/** A word of a closed set of the platform that we do not know: a dead letter, by contract. */
export class UnknownWord extends Malformed {
  readonly code: 'unknown_status' | 'unknown_field';
  constructor(code: 'unknown_status' | 'unknown_field', message: string) {
    super(message);
    this.code = code;
  }
}
/** A property without which the element means nothing. */
export function need(value: unknown, what: string): string {
  const found = text(value);
  if (found === undefined) throw new Malformed(`no ${what}`);
  return found;
}

/** Seconds since 1970 as text or number (milliseconds tolerated); null where absent. Throws Malformed where it is no time. */
export function time(v: unknown): Date | null {
  if (v === undefined || v === null || v === '') return null;
  const n = number(v);
  const date = new Date(n === undefined || n <= 0 ? Number.NaN : n > 1e11 ? n : n * 1000);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999) throw new Malformed('timestamp is not a time');
  return date;
}
