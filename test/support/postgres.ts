import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './kafka.ts';
import { suiteWith } from './suite-with.ts';

/** A real PostgreSQL on loopback in a temporary folder. It refuses to run as root, so it runs as the user `postgres` there. */
const home = '/usr/lib/postgresql';
const bin = (): string | null => {
  const versions = existsSync(home) ? readdirSync(home).filter((v) => existsSync(join(home, v, 'bin/initdb'))) : [];
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  return newest ? join(home, newest, 'bin') : null;
};
const ids = (): { uid: number; gid: number } | null => {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })));
  return { uid: uid ?? 0, gid: gid ?? 0 };
};
export const whyNoPostgres = (): string | null => (bin() ? null : 'PostgreSQL is not installed');

export interface TestPostgres {
  readonly url: string;
  stop(signal?: NodeJS.Signals): Promise<void>;
  up(): Promise<void>;
  end(): Promise<void>;
}
export async function startPostgres(): Promise<TestPostgres> {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-pg-'));
  const as = ids();
  if (as) chownSync(dir, as.uid, as.gid);
  const folder = bin() ?? '';
  execFileSync(join(folder, 'initdb'), ['-D', join(dir, 'data'), '-U', 'parlance', '-A', 'trust', '-E', 'UTF8', '--no-sync'], { ...(as ?? {}), stdio: 'pipe' });
  const port = await freePort();
  let child: ChildProcess | null = null;
  const url = `postgres://parlance@127.0.0.1:${port}/postgres`;
  async function up(): Promise<void> {
    child = spawn(join(folder, 'postgres'), ['-D', join(dir, 'data'), '-p', String(port), '-k', dir, '-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off'], {
      ...(as ?? {}),
      stdio: 'ignore',
    });
    for (const late = Date.now() + 60_000; child.exitCode === null && Date.now() < late; ) {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 500 });
      const ok = await client.connect().then(
        () => true,
        () => false,
      );
      await client.end().catch(() => {});
      if (ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('PostgreSQL did not start');
  }
  async function stop(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    const going = child;
    child = null;
    if (!going || going.exitCode !== null) return;
    await new Promise<void>((resolve) => {
      going.once('exit', () => resolve());
      going.kill(signal);
    });
  }
  await up();
  return {
    url,
    stop,
    up,
    async end() {
      await stop('SIGQUIT');
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Runs the suite on a real PostgreSQL, or skips it with one line why; PARLANCE_REQUIRE_POSTGRES=1 makes that a failure. */
export const postgresSuite = (name: string, body: () => void): void => suiteWith('POSTGRES', whyNoPostgres(), [name, body]);
