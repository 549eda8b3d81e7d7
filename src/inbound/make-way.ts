/** The store's thread works so long at a stretch while others may want its processor, in ms: where the HTTP thread is busy, and where it is not. */
const STRETCH_MS = { busy: 0.5, calm: 4 };
/** The shortest sleep there is; Linux makes some 60 us of it. */
const SHORTEST_MS = 0.001;

export interface MakeWayOptions {
  readonly now?: () => number;
  readonly pause?: () => void;
  /** Whether the HTTP thread is busy. */
  busy(): boolean;
}
function createPause(): () => void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  return () => void Atomics.wait(cell, 0, 0, SHORTEST_MS);
}

/**
 * Sleeps for a moment after each stretch of work, to be asked between two bodies of a batch. Linux lets a thread that wakes up for an
 * acknowledgement wait until the one that runs has had its slice (EEVDF, some milliseconds), however low the latter's priority is; a thread
 * that sleeps gives its processor up at once. So the acknowledgements wait for a moment of the store and not for a batch. A sleep costs the
 * store a tenth of a millisecond and more, so it is seldom where webhooks come at a rate that the store could keep up with, and often
 * where they come as fast as they are answered.
 */
export function createMakeWay({ now = () => performance.now(), pause = createPause(), busy }: MakeWayOptions): () => void {
  let since = now();
  return () => {
    const worked = now() - since;
    if (worked < STRETCH_MS.busy || (worked < STRETCH_MS.calm && !busy())) return;
    pause();
    since = now();
  };
}
