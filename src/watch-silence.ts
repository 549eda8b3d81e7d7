import { readdirSync, readFileSync } from 'node:fs';

const LOOK_MS = 1000;
const SILENCE_MS = 10_000;
/** Until its first word: it loads its code, by and by where the processor is short. */
const START_MS = 60_000;
/** A look that comes so late says that the process itself stood still (stopped, suspended, starved): what it did not hear meanwhile tells nothing. */
const LATE_MS = 3000;
/** Longer than that, a thread that gets no processor is as good as ended. */
const STARVED_MS = 60_000;

/** How long the thread of this process with this name has waited for a processor since it began, in ms; 0 where the system does not tell (others than Linux). */
export function waitedForProcessor(name: string): number {
  try {
    const named = readdirSync('/proc/self/task').filter((id) => readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim() === name);
    return named.length === 1 ? Number(readFileSync(`/proc/self/task/${named[0]}/schedstat`, 'utf8').split(' ')[1]) / 1e6 : 0;
  } catch {
    return 0;
  }
}

/**
 * Watches a thread that says every second that it lives: where it has been silent for 10 s (a minute at its start), `onSilent` is told.
 * While it waits for a processor it is not silent but starved, which a busy machine does to it for a while: that time does not count,
 * up to a minute. Call `heard` with each message, and `busy` where it has said that what it does next takes as long as it takes: its
 * silence counts again from its next word on.
 */
export function watchSilence(name: string, onSilent: () => void, waited = waitedForProcessor): { heard(): void; busy(): void; end(): void } {
  let heard = performance.now();
  let looked = heard;
  let patience = START_MS;
  /** What it had waited when it was last known to speak. */
  let before = 0;
  let spoke = false;
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - looked > LATE_MS) heard = now;
    looked = now;
    if (spoke) before = waited(name);
    spoke = false;
    const silence = now - heard;
    if (silence > patience && (silence > STARVED_MS || silence - (waited(name) - before) > patience)) onSilent();
  }, LOOK_MS);
  timer.unref();
  return {
    heard() {
      heard = performance.now();
      patience = SILENCE_MS;
      spoke = true;
    },
    busy() {
      patience = Number.POSITIVE_INFINITY;
    },
    end: () => clearInterval(timer),
  };
}
