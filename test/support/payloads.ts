import fc from 'fast-check';
import type { VerifiedRequest } from '../../adapters/contract.ts';

export type Loose = Record<string, unknown>;
export const RUNS = Number(process.env.PARLANCE_RUNS ?? 1000);

/** A request as if its signature had been checked. */
export const verifiedJson = (body: unknown, path: string): VerifiedRequest =>
  ({
    method: 'POST',
    url: new URL(path, 'http://x'),
    headers: {},
    body: Buffer.from(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)),
    receivedAt: new Date(1_791_540_000_000),
    keyId: 'k',
  }) as unknown as VerifiedRequest;

/** Every value at the end of a path. */
export const leaves = (value: unknown, path = ''): [string, unknown][] =>
  Array.isArray(value)
    ? value.flatMap((v, i) => leaves(v, `${path}[${i}]`))
    : value && typeof value === 'object'
      ? Object.entries(value).flatMap(([k, v]) => leaves(v, path ? `${path}.${k}` : k))
      : [[path, value]];
/** Leaves of a body that are neither told nor in the table of what is left out. */
export function missingFrom(told: unknown, body: unknown, leftOut: Readonly<Record<string, string>>): [string, unknown][] {
  const text = JSON.stringify(told);
  return leaves(body).filter(([path, value]) => {
    if (value === null || value === '' || value === false || text.includes(JSON.stringify(String(value)).slice(1, -1))) return false;
    const general = path.replace(/\[\d+\]/g, '[]');
    return !Object.keys(leftOut).some((end) => general.endsWith(end));
  });
}

const odd = fc.oneof(fc.constant(null), fc.constant(7), fc.constant('words'), fc.constant([]), fc.constant({}), fc.constant([null, 7, {}]), fc.jsonValue({ maxDepth: 2 }));
type Change = readonly [number, 'drop' | 'retype' | 'double', unknown];
function mutate(original: Loose, changes: readonly Change[]): Loose {
  const body = structuredClone(original);
  for (const [at, how, value] of changes) {
    const places: [Loose, string][] = [];
    const walk = (v: unknown) => {
      if (v && typeof v === 'object')
        for (const k of Object.keys(v)) {
          places.push([v as Loose, k]);
          walk((v as Loose)[k]);
        }
    };
    walk(body);
    const [holder, key] = places[at % places.length] ?? [body, 'object'];
    if (how === 'drop') Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key];
    else if (how === 'retype') holder[key] = structuredClone(value);
    else if (Array.isArray(holder[key])) (holder[key] as unknown[]).push(...structuredClone(holder[key] as unknown[]));
  }
  return body;
}
/** Bodies of this list with values dropped, retyped and doubled, as JSON text. */
export const mutated = (bodies: readonly Loose[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat(bodies.length - 1), fc.array(fc.tuple(fc.nat(60), fc.constantFrom('drop' as const, 'retype' as const, 'double' as const), odd), { maxLength: 4 }))
    .map(([which, changes]) => JSON.stringify(mutate(bodies[which] as Loose, changes)));

/** What `send` threw. */
export const thrown = (sending: Promise<unknown>): Promise<unknown> =>
  sending.then(
    () => null,
    (error: unknown) => error,
  );
