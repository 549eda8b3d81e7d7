import fc from 'fast-check';
import { ROUTES } from '../../../src/api/routes-table.ts';
import { hello, requestOf, type Target } from './target.ts';

/** PARLANCE_RUNS cases in all; a failing one is shrunk and printed with its seed. */
const RUNS = Number(process.env.PARLANCE_RUNS ?? 2000);
const share = { numRuns: Math.ceil(RUNS / 4), ...(process.env.PARLANCE_SEED ? { seed: Number(process.env.PARLANCE_SEED) } : {}) };
/** No 5xx but 503, and an answer or a closed connection. */
const meant = (status: number): boolean => status < 500 || status === 503;

const bytes = (maxLength: number) => fc.array(fc.integer({ min: 0, max: 255 }), { maxLength }).map((b) => Buffer.from(b).toString('latin1'));
const name = fc.oneof(
  fc.constantFrom(
    'Content-Length',
    'Transfer-Encoding',
    'Content-Type',
    'Content-Encoding',
    'X-Hub-Signature-256',
    'Host',
    'Connection',
    'Expect',
    'X-Forwarded-For',
    'Upgrade',
    '__proto__',
    'Trailer',
  ),
  fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,30}$/),
  bytes(20),
);
const value = fc.oneof(
  fc.constantFrom('chunked', '0', '-1', '1e3', 'gzip', 'close', '100-continue', 'application/json; charset=utf-7', 'x'.repeat(9000)),
  fc.stringMatching(/^[ -~]{0,60}$/),
  bytes(60),
);

export const fuzzHeaders = (target: Target) =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 8 }), fc.constantFrom('GET', 'POST', 'PUT'), async (headers, method) => {
      const { statuses, closed } = await target.say([requestOf('{}', { headers, method, signed: false })], { ms: 10_000, half: true });
      return statuses.every(meant) && (statuses.length > 0 || closed);
    }),
    share,
  );

const strange = fc.anything({
  withNullPrototype: true,
  withObjectString: true,
  maxDepth: 4,
  key: fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', 'messages', 'statuses', 'id', 'text', 'from')),
});
const json = (v: unknown): string => JSON.stringify(v, (_k, x: unknown) => (typeof x === 'bigint' ? String(x) : x)) ?? 'null';
type Node = Record<string, unknown>;
/** A real webhook, one place of which holds something else. */
const bent = fc.tuple(fc.nat(60), strange).map(([place, other]) => {
  const body = JSON.parse(hello('fuzz')) as Node;
  const places: [Node, string][] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const key of Object.keys(node)) {
      places.push([node as Node, key]);
      walk((node as Node)[key]);
    }
  };
  walk(body);
  const [node, key] = places[place % places.length] ?? [body, 'object'];
  node[key] = other;
  return json(body);
});
/** Signed JSON, whatever it says, is taken. */
export const fuzzJson = (target: Target) =>
  fc.assert(
    fc.asyncProperty(fc.oneof(bent, strange.map(json), fc.string(), fc.string({ unit: 'binary' })), async (body) => (await target.post(body)) === 200),
    share,
  );

const field = fc.oneof(
  fc.constantFrom('From', 'To', 'Body', 'MessageSid', 'AccountSid', 'NumMedia', 'MediaUrl0', 'SmsStatus', '__proto__', 'OptOutType', 'ButtonPayload'),
  fc.string({ maxLength: 20 }),
);
const word = fc.oneof(
  fc.constantFrom('AC00000000000000000000000000000001', '+14155550101', '+447700900101', '-1', '1e9', 'whatsapp:'),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
/** A form that Twilio signed is taken, whatever its parameters. */
export const fuzzForms = (target: Target) =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(field, word), { maxLength: 12 }),
      async (params) => (await target.form(params.map(([k, v]) => [k.toWellFormed(), v.toWellFormed()]))) === 200,
    ),
    share,
  );

/** Every route that changes something; a reconcile asks the platforms, which are not here. */
const WRITING = ROUTES.filter((r) => r.method !== 'get' && r.path !== '/v1/reconcile');
/** Names that the routes read, with values that no conversion takes: JSON can name a property toString. */
const known = fc.dictionary(
  fc.constantFrom('id', 'type', 'tenant', 'name', 'channel', 'conversation', 'to', 'from', 'content', 'settings', 'media', 'url', 'contact', 'action', 'scopes', 'state'),
  fc.oneof(fc.constantFrom('ch_wa', 'x', 'whatsapp', 'text', 1, null), fc.constantFrom({ toString: '' }, { valueOf: 1, toString: [] }, [{ toString: null }]), strange),
  { maxKeys: 6 },
);
/** The API takes nothing strange, and says what is wrong in words. */
export const fuzzApi = (target: Target) =>
  fc.assert(
    fc.asyncProperty(fc.constantFrom(...WRITING), fc.oneof(strange.map(json), known.map(json), fc.string()), fc.webQueryParameters(), async (route, body, query) => {
      const path = route.path.replace(':id', 'x');
      const answer = await fetch(`${target.gateway.api}${path}?${query}`, { method: route.method.toUpperCase(), body, headers: { authorization: `Bearer ${target.key}` } });
      const problem = (await answer.json()) as { code?: unknown };
      return answer.status >= 400 && answer.status < 500 && typeof problem.code === 'string';
    }),
    share,
  );
