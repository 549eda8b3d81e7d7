import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { slowV8Helpers } from '../src/slow-v8-helpers.ts';

describe('slowV8Helpers', () => {
  let tasks = '';
  beforeEach(() => {
    tasks = mkdtempSync(join(tmpdir(), 'parlance-tasks-'));
    for (const [thread, name] of Object.entries({ 11: 'MainThread', 12: 'V8Worker', 13: 'journal', 14: 'V8Worker' })) {
      mkdirSync(join(tasks, thread));
      writeFileSync(join(tasks, thread, 'comm'), `${name}\n`);
    }
  });
  afterEach(() => rmSync(tasks, { recursive: true, force: true }));

  it('slows the helpers alone', () => {
    const slowed: [number, number][] = [];
    expect(slowV8Helpers({ tasks, slow: (thread, niceness) => void slowed.push([thread, niceness]) })).toBe(2);
    expect(slowed.sort()).toEqual([
      [12, 10],
      [14, 10],
    ]);
  });
  it.each([
    ['there is no /proc', () => rmSync(tasks, { recursive: true, force: true }), () => {}],
    [
      'the system refuses',
      () => {},
      () => {
        throw new Error('EACCES');
      },
    ],
  ])('goes on where %s', (_, spoil, slow) => {
    spoil();
    expect(slowV8Helpers({ tasks, slow })).toBe(0);
  });
  (process.platform === 'linux' ? it : it.skip)('finds those of a process of this Node', () => {
    const script = `const { slowV8Helpers } = await import(${JSON.stringify(join(import.meta.dirname, '../src/slow-v8-helpers.ts'))}); process.stdout.write(String(slowV8Helpers()))`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
    expect({ found: Number(stdout) > 0, stderr }).toEqual({ found: true, stderr: '' });
  });
});
