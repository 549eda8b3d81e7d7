/** The store's thread works so long at a stretch while others may want its processor, in ms. */
const STRETCH_MS = 1;
/** The shortest sleep there is; Linux makes some 60 us of it. */
const SHORTEST_MS = 0.001;

export interface MakeWayOptions {
  readonly now: () => number;
  readonly pause: () => void;
}
function createPause(): () => void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  return () => void Atomics.wait(cell, 0, 0, SHORTEST_MS);
}

/**
 * Sleeps for a moment after each millisecond of work, to be asked between two bodies of a batch. Linux lets a thread that wakes up for an
 * acknowledgement wait until the one that runs has had its slice (EEVDF, some milliseconds), however low the latter's priority is; a thread
 * that sleeps gives its processor up at once. So the acknowledgements wait for a millisecond of the store and not for a batch.
 */
export function createMakeWay({ now, pause }: MakeWayOptions = { now: () => performance.now(), pause: createPause() }): () => void {
  let since = now();
  return () => {
    if (now() - since < STRETCH_MS) return;
    pause();
    since = now();
  };
}
