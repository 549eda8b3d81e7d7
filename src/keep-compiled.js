import module from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Code that was stripped of its types and compiled is kept for the next start, beside the code itself and not in a folder that others
 * may write to: half of what a command takes to begin, and the threads of the gateway need not do it again each (60 MB less). Where it can not be
 * written, nothing is kept. Plain JavaScript, since it comes before all else.
 */
export function keepCompiled() {
  const kept = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url));
  if (module.enableCompileCache?.(kept).directory) process.env.NODE_COMPILE_CACHE ??= kept; // for the threads
}
