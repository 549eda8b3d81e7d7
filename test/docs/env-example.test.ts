import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Environment } from '../../src/config/environment.ts';

const root = join(import.meta.dirname, '../..');
const lines = readFileSync(join(root, '.env.example'), 'utf8').split('\n');
const shown = new Map(lines.flatMap((line) => (/^#?([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ? [[RegExp.$1, RegExp.$2] as const] : [])));

test('.env.example names every variable that the gateway reads, and no other', () => {
  expect([...shown.keys()].sort()).toEqual(Object.keys(Environment.shape).sort());
});

test('every value it shows is one that the gateway takes', () => {
  const result = Environment.safeParse(Object.fromEntries(shown));
  expect(result.error?.issues ?? []).toEqual([]);
});

test('where it shows a default, it is the default', () => {
  const defaults = Environment.parse({}) as Record<string, unknown>;
  const examples = new Set([
    'PUBLIC_URL',
    'DATABASE_URL',
    'CHANNELS_FILE',
    'SANDBOX',
    'KAFKA_BROKERS',
    'KAFKA_SSL',
    'KAFKA_SASL_MECHANISM',
    'MEDIA_SCAN_COMMAND',
    'MEDIA_S3_BUCKET',
    'MEDIA_S3_ENDPOINT',
    'MEDIA_S3_PATH_STYLE',
  ]);
  for (const [name, value] of shown) if (value && !examples.has(name)) expect([name, value]).toEqual([name, String(defaults[name])]);
});
