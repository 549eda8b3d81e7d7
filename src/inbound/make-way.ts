/** The store's thread works so long at a stretch while others may want its processor, in ms: where the HTTP thread is busy, where it is not, and where besides the store is behind. */
const STRETCH_MS = { busy: 0.5, usual: 1, behind: 4 };
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
 * store a tenth of a millisecond and more: they are fewer where the store is behind, or they would keep it there, and more where webhooks
 * come as fast as they are answered.
 */
export function createMakeWay({ now = () => performance.now(), pause = createPause(), busy }: MakeWayOptions): (behind: boolean) => void {
  let since = now();
  return (behind) => {
    const worked = now() - since;
    if (worked < STRETCH_MS.busy || (worked < (behind ? STRETCH_MS.behind : STRETCH_MS.usual) && !busy())) return;
    pause();
    since = now();
  };
}
