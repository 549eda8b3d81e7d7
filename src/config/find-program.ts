import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first program of that name on a PATH. */
export const onPath = (name: string, searchPath: string | undefined): string | undefined =>
  (searchPath ?? '')
    .split(delimiter)
    .flatMap((dir) => (dir === '' ? [] : [join(dir, name)]))
    .find(isProgram);
