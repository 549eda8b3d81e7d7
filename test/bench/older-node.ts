import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { delimiter, join } from 'node:path';

/** A Node of this major version on PATH; null where there is none. */
export function findNode(major: number): string | null {
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    const program = join(dir, 'node');
    const { stdout } = spawnSync(program, ['-p', 'process.versions.node'], { encoding: 'utf8' });
    if (stdout?.startsWith(`${major}.`)) return program;
  }
  return null;
}

/** A file of the bench that imports packages alone, as JavaScript for a Node that does not read TypeScript; beside the packages, so that it finds them. */
export function withoutTypes(file: string): { readonly path: string; end(): void } {
  const dir = join(import.meta.dirname, '../../node_modules/.cache/bench');
  mkdirSync(dir, { recursive: true });
  const path = join(dir, `${process.pid}-${file.replace(/\.ts$/, '.mjs')}`);
  writeFileSync(path, stripTypeScriptTypes(readFileSync(join(import.meta.dirname, file), 'utf8')));
  return { path, end: () => rmSync(path, { force: true }) };
}
