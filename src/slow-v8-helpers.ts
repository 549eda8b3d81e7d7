import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { BEFORE_THE_STORE } from './store/priority.ts';

/** As Node 24 names the threads in which V8 marks, sweeps and compiles for all others; older ones have the process's name and are left alone. */
const NAME = 'V8Worker';
/** Of each thread of this process, by its id, as /proc has them. */
const TASKS = '/proc/self/task';

export interface SlowOptions {
  readonly tasks?: string;
  readonly slow?: (thread: number, niceness: number) => void;
}
/**
 * Lets the threads of acknowledgements go before V8's helpers, for which Node has no option. Where every core is busy these are what the HTTP
 * thread waits for longest: a helper works for milliseconds at a stretch, and beside it at the same niceness again after each slice. Linux
 * alone has a priority for each thread; what can not be read or set stays as it is. Returns how many were slowed.
 */
export function slowV8Helpers({ tasks = TASKS, slow = setPriority }: SlowOptions = {}): number {
  let slowed = 0;
  try {
    for (const thread of readdirSync(tasks)) {
      if (readFileSync(`${tasks}/${thread}/comm`, 'utf8').trim() !== NAME) continue;
      slow(Number(thread), BEFORE_THE_STORE);
      slowed++;
    }
  } catch {
    // no such folder, or a thread that has just ended: speed is all that hangs on it
  }
  return slowed;
}
