import { breakingForReaders, breakingForWriters } from '../../schemas/breaking-changes.ts';
import { commandSchemas, eventSchemas } from '../../schemas/documents.ts';

const object = (properties: object, required: string[] = [], more: object = {}) => ({ type: 'object', properties, required, ...more });
const string = { type: 'string' };
const kind = (name: string, properties: object = {}) => object({ type: { type: 'string', const: name }, ...properties }, ['type', ...Object.keys(properties)]);
const [text, image] = [kind('text', { text: string }), kind('image')];
const other = (...known: string[]) => object({ type: { type: 'string', not: { enum: known } } }, ['type']);
const open = (...words: string[]) => ({ anyOf: [{ type: 'string', enum: words }, string] });
const nil = { type: 'null' };
const check = { readers: breakingForReaders, writers: breakingForWriters };
type Side = keyof typeof check;

test.each<[string, Side, object, object, string]>([
  ['a property goes', 'readers', object({ a: string }, ['a']), object({}), '/a: is gone'],
  ['a property goes', 'writers', object({ a: string }), object({}), '/a: is gone'],
  ['required becomes optional', 'readers', object({ a: string }, ['a']), object({ a: string }), '/a: was always there, is optional now'],
  ['optional becomes required', 'writers', object({ a: string }), object({ a: string }, ['a']), '/a: is required now'],
  ['a new required property', 'writers', object({}), object({ a: string }, ['a']), '/a: is required now'],
  ['further fields are refused', 'writers', object({}), object({}, [], { additionalProperties: false }), ': further fields are not taken any more'],
  ['a type changes', 'readers', object({ a: string }), object({ a: { type: 'number' } }), '/a: type string became number'],
  ['a type changes in a list', 'readers', { type: 'array', items: object({ a: string }) }, { type: 'array', items: object({ a: nil }) }, '/items/a: type string became null'],
  ['a type changes in a map', 'readers', object({}, [], { additionalProperties: string }), object({}, [], { additionalProperties: nil }), '/*: type string became null'],
  ['an integer becomes any number', 'readers', { type: 'integer' }, { type: 'number' }, ': type integer became number'],
  ['a number must be an integer', 'writers', { type: 'number' }, { type: 'integer' }, ': type number became integer'],
  ['a type goes', 'readers', string, {}, ': type string became none'],
  ['a type comes', 'writers', {}, string, ': type none became string'],
  ['a constant changes', 'readers', { const: 1 }, { const: 2 }, ': 1 became 2'],
  ['a word goes', 'readers', { enum: ['a', 'b'] }, { enum: ['a'] }, ': b is gone'],
  ['a word goes', 'writers', { enum: ['a', 'b'] }, { enum: ['a'] }, ': b is gone'],
  ['a word goes from an open set', 'readers', open('a', 'b'), open('a'), '<listed values>: b is gone'],
  ['a word comes to a closed set', 'readers', { enum: ['a'] }, { enum: ['a', 'b'] }, ': b is new in a closed set'],
  ['a closed set is opened', 'readers', { type: 'string', enum: ['a'] }, open('a'), ': string is new in a closed union'],
  ['listed words become any', 'readers', { ...string, enum: ['a'] }, string, ': listed values only were written, now any'],
  ['any word becomes listed ones', 'writers', string, { ...string, enum: ['a'] }, ': any value was taken, now listed ones only'],
  ['a kind goes', 'writers', { oneOf: [text, image] }, { oneOf: [text] }, ': type image is gone'],
  ['a kind goes from an open union', 'readers', { anyOf: [text, image, other('text', 'image')] }, { anyOf: [text, other('text')] }, ': type image is gone'],
  ['a kind comes to a closed union', 'readers', { anyOf: [text] }, { anyOf: [text, image] }, ': type image is new in a closed union'],
  ['an open union is closed', 'readers', { anyOf: [text, other('text')] }, { anyOf: [text] }, ': any other kind is gone'],
  ['a kind changes inside', 'readers', { anyOf: [text, image] }, { anyOf: [image, kind('text')] }, '<type text>/text: is gone'],
  ['a kind changes in a union of unions', 'readers', { anyOf: [{ anyOf: [text] }, nil] }, { anyOf: [{ anyOf: [kind('text')] }, nil] }, '<type text>/text: is gone'],
  ['null comes', 'readers', string, { anyOf: [string, nil] }, ': null is new in a closed union'],
  ['null or string may be a number too', 'readers', { anyOf: [string, nil] }, { anyOf: [string, nil, { type: 'number' }] }, ': number is new in a closed union'],
  ['null is refused', 'writers', { anyOf: [string, nil] }, string, ': null is gone'],
  ['a bound comes', 'writers', string, { ...string, minLength: 1 }, ': minLength none became 1'],
  ['a bound is tightened', 'writers', { type: 'array', maxItems: 9 }, { type: 'array', maxItems: 3 }, ': maxItems 9 became 3'],
  ['a bound goes', 'readers', { type: 'integer', exclusiveMinimum: 0 }, { type: 'integer' }, ': exclusiveMinimum 0 became none'],
  ['a form changes', 'readers', { ...string, format: 'date-time' }, { ...string, format: 'date' }, ': format date-time became date'],
  ['a form comes', 'writers', string, { ...string, pattern: '^a' }, ': pattern none became ^a'],
])('breaks: %s (%s)', (_what, side, old, now, fault) => expect(check[side](old as never, now as never)).toEqual([fault]));

test.each<[string, Side, object, object]>([
  ['a new property, required or not', 'readers', object({ a: string }), object({ a: string, b: string }, ['b'])],
  ['a new optional property', 'writers', object({ a: string }), object({ a: string, b: string })],
  ['optional becomes required', 'readers', object({ a: string }), object({ a: string }, ['a'])],
  ['required becomes optional', 'writers', object({ a: string }, ['a']), object({ a: string })],
  ['a word comes', 'writers', { enum: ['a'] }, { enum: ['a', 'b'] }],
  ['a word comes to an open set', 'readers', open('a'), open('a', 'b')],
  ['a kind comes to an open union', 'readers', { anyOf: [text, other('text')] }, { anyOf: [image, text, other('text', 'image')] }],
  ['a kind comes', 'writers', { oneOf: [text] }, { oneOf: [text, image] }],
  ['kinds change places', 'readers', { anyOf: [text, image] }, { anyOf: [image, text] }],
  ['other words of description', 'readers', { ...string, description: 'a' }, { ...string, description: 'b' }],
  ['a bound is loosened', 'writers', { ...string, maxLength: 10 }, { ...string, maxLength: 20 }],
  ['a bound is tightened', 'readers', { ...string, maxLength: 20 }, { ...string, maxLength: 10 }],
  ['an integer may be any number', 'writers', { type: 'integer' }, { type: 'number' }],
  ['a form goes', 'writers', { ...string, pattern: '^a' }, string],
  ['further fields are taken', 'writers', object({}, [], { additionalProperties: false }), object({})],
])('breaks nobody: %s (%s)', (_what, side, old, now) => expect(check[side](old as never, now as never)).toEqual([]));

/** Every place in a schema where something can be taken away: takes it, and returns what puts it back. */
function* cuts(value: unknown): Generator<() => () => void> {
  if (typeof value !== 'object' || value === null) return;
  const schema = value as Record<string, unknown>;
  for (const key of ['anyOf', 'oneOf', 'enum']) {
    const before = schema[key];
    if (!Array.isArray(before) || before.length < 2) continue;
    yield () => {
      schema[key] = before.slice(1);
      return () => {
        schema[key] = before;
      };
    };
  }
  const properties = schema.properties as Record<string, unknown> | undefined;
  for (const [key, property] of Object.entries(properties ?? {})) {
    yield () => {
      delete properties?.[key];
      return () => {
        if (properties) properties[key] = property;
      };
    };
  }
  for (const [key, item] of Object.entries(schema)) if (key !== 'not') yield* cuts(item);
}

// The real schemas, whole: whatever is cut out of them anywhere, inside unions too, is told.
test.each<[string, Side, object]>([
  ...Object.entries(eventSchemas()).map(([type, schema]) => [type, 'readers', schema] as [string, Side, object]),
  ...Object.entries(commandSchemas()).map(([type, schema]) => [type, 'writers', schema] as [string, Side, object]),
])('every cut in %s is told (%s)', (_type, side, schema) => {
  const now = structuredClone(schema);
  const all = [...cuts(now)];
  expect(all.length).toBeGreaterThan(2);
  const told = all.map((cut) => {
    const mend = cut();
    const faults = check[side](schema as never, now as never);
    mend();
    return faults.length > 0;
  });
  expect(told.indexOf(false)).toBe(-1);
  expect(check[side](schema as never, now as never)).toEqual([]);
});
