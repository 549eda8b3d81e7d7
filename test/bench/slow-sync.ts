import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Compiles the shim that adds 1 ms to every sync; null where there is no C compiler or the system is not Linux. */
export function compileSlowSync(): { env: Record<string, string>; end(): void } | null {
  if (process.platform !== 'linux') return null;
  const dir = mkdtempSync(join(tmpdir(), 'parlance-slow-sync-'));
  const library = join(dir, 'slow-sync.so');
  const end = () => rmSync(dir, { recursive: true, force: true });
  try {
    execFileSync('gcc', ['-shared', '-fPIC', '-O2', '-o', library, join(import.meta.dirname, 'slow-sync.c'), '-ldl'], { stdio: 'pipe' });
    return { env: { LD_PRELOAD: library }, end };
  } catch {
    end();
    return null;
  }
}
