import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { breakingForReaders, breakingForWriters } from '../../schemas/breaking-changes.ts';
import { commandSchemas, eventSchemas, generated } from '../../schemas/documents.ts';
import { advance, EVENT_DATA, MessageState, STATUS_TABLE, TOPIC_OF } from '../../schemas/index.ts';

const schemas = join(import.meta.dirname, '../../schemas');
const read = (...path: string[]) => readFileSync(join(schemas, ...path), 'utf8');

test.each(Object.entries(generated()))('schemas/generated/%s is what the schemas generate (npm run generate)', (name, text) => expect(read('generated', name)).toBe(text));

test('AsyncAPI is valid by its own parser', () => {
  const script = `import { Parser } from '@asyncapi/parser'; import { readFileSync } from 'node:fs'; const { diagnostics } = await new Parser().parse(readFileSync(process.argv[1], 'utf8')); console.log(JSON.stringify(diagnostics.filter((d) => d.severity === 0).map((d) => d.message)));`;
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', script, join(schemas, 'generated/asyncapi.json')], { cwd: join(schemas, '..'), encoding: 'utf8' });
  expect(JSON.parse(out.trim().split('\n').at(-1) ?? '')).toEqual([]);
}, 60_000);

test('every event type has a topic', () => expect(Object.keys(TOPIC_OF).sort()).toEqual(Object.keys(EVENT_DATA).sort()));

describe('no change breaks consumers of the last release', () => {
  const [events, commands] = [eventSchemas(), commandSchemas()];
  const kept = (folder: string) =>
    readdirSync(join(schemas, 'released', folder)).map((f) => [f.replace(/\.json$/, ''), JSON.parse(read('released', folder, f)) as object] as const);
  test.each(kept('events'))('%s', (type, old) => expect(events[type] ? breakingForReaders(old as never, events[type]) : ['is gone']).toEqual([]));
  test.each(kept('commands'))('%s', (type, old) => expect(commands[type] ? breakingForWriters(old as never, commands[type]) : ['is gone']).toEqual([]));
  const shape = (properties: object, required: string[] = []) => ({ type: 'object', properties, required });
  test.each([
    ['a property is gone', shape({ a: { type: 'string' } }), shape({}), 1],
    ['a type changed', shape({ a: { type: 'string' } }), shape({ a: { type: 'number' } }), 1],
    ['always there, now optional', shape({ a: { type: 'string' } }, ['a']), shape({ a: { type: 'string' } }), 1],
    ['deep inside', shape({ a: shape({ b: { type: 'string' } }) }), shape({ a: shape({}) }), 1],
    ['a new one', shape({}), shape({ a: { type: 'string' } }, ['a']), 0],
  ])('for readers: %s', (_what, old, now, faults) => expect(breakingForReaders(old, now)).toHaveLength(faults));
  test.each([
    ['a new required one', shape({}), shape({ a: { type: 'string' } }, ['a']), 1],
    ['a word is gone', shape({ a: { enum: ['x', 'y'] } }), shape({ a: { enum: ['x'] } }), 1],
    ['a new optional one', shape({}), shape({ a: { type: 'string' } }), 0],
  ])('for writers: %s', (_what, old, now, faults) => expect(breakingForWriters(old, now)).toHaveLength(faults));
});

test('the status table: every order of arrival ends in the same state', () => {
  const permute = <T>(all: T[]): T[][] => (all.length < 2 ? [all] : all.flatMap((x, i) => permute([...all.slice(0, i), ...all.slice(i + 1)]).map((rest) => [x, ...rest])));
  const sets: MessageState[][] = [
    ['sent', 'delivered', 'read'],
    ['sent', 'delivered', 'read', 'played'],
    ['unknown', 'sent', 'delivered'],
    ['sent', 'failed'],
    ['failed', 'delivered', 'read'],
    ['expired', 'delivered'],
  ];
  for (const set of sets) expect(new Set(permute(set).map((order) => order.reduce(advance, 'queued' as MessageState))).size).toBe(1);
  expect(Object.keys(STATUS_TABLE).sort()).toEqual([...MessageState.options].sort());
});
