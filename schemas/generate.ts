import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generated } from './documents.ts';

/** Writes the generated documents; `npm run generate` after a change of the schemas. A test compares them. */
const root = join(import.meta.dirname, 'generated');
for (const [name, text] of Object.entries(generated())) {
  mkdirSync(dirname(join(root, name)), { recursive: true });
  writeFileSync(join(root, name), text);
}
