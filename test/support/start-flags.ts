import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { scripts: { start: string } };
/** Node's flags as `npm start` and the image give them, for NODE_OPTIONS. */
export const START_FLAGS = scripts.start
  .split(' ')
  .filter((word) => word.startsWith('--'))
  .join(' ');
