const LOOK_MS = 1000;
const SILENCE_MS = 10_000;
/** Until its first word: it loads its code, by and by where the processor is short. */
const START_MS = 60_000;
/** A look that comes so late says that the process itself stood still (stopped, suspended, starved): what it did not hear meanwhile tells nothing. */
const LATE_MS = 3000;

/** Watches a thread that says every second that it lives: where it has been silent for 10 s (a minute at its start), `onSilent` is told. Call `heard` with each message. */
export function watchSilence(onSilent: () => void): { heard(): void; end(): void } {
  let heard = performance.now();
  let looked = heard;
  let patience = START_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - looked > LATE_MS) heard = now;
    looked = now;
    if (now - heard > patience) onSilent();
  }, LOOK_MS);
  timer.unref();
  return {
    heard() {
      heard = performance.now();
      patience = SILENCE_MS;
    },
    end: () => clearInterval(timer),
  };
}
