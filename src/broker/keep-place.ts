/** How far the log is published, and where each partition ended then. */
export interface KeptPlace {
  readonly off: number;
  readonly detail: string;
}

/** Written so often at most: each write is a commit of the store, and takes its turn there with what customers send. */
const REST_MS = 100;
/** A write that takes longer holds the next batch up. */
const PATIENCE_MS = 1000;

/**
 * Keeps the relay's place beside the batches: a place that is behind costs the next life a longer look at Kafka, and no event twice. One
 * write is under way at most, and the newest place is the next one. Where a write does not end, batches wait for it, so that the place
 * stays about a second behind and not more.
 */
export function keepPlace(write: (place: KeptPlace) => Promise<void>) {
  const state: { next: KeptPlace | null; writing: boolean; since: number; hurrying: boolean; failed: Error | null } = {
    next: null,
    writing: false,
    since: 0,
    hurrying: false,
    failed: null,
  };
  let rouse = () => {};
  let last: Promise<void> = Promise.resolve();
  async function rest(): Promise<void> {
    if (state.hurrying) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, REST_MS);
      rouse = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
  async function writeOn(): Promise<void> {
    state.writing = true;
    try {
      for (let place = state.next; place; place = state.next) {
        state.next = null;
        state.since = performance.now();
        await write(place);
        state.since = Number.POSITIVE_INFINITY;
        await rest();
      }
    } catch (error) {
      state.failed = error as Error;
    } finally {
      state.writing = false;
    }
  }
  /** Throws where a write has failed. */
  function check(): void {
    if (state.failed) throw state.failed;
  }
  /** Everything given so far is written. Throws where a write failed. */
  async function kept(): Promise<void> {
    state.hurrying = true;
    rouse();
    await last;
    state.hurrying = false;
    check();
  }
  return {
    kept,
    check,
    async keep(place: KeptPlace): Promise<void> {
      check();
      state.next = place;
      if (!state.writing) last = writeOn();
      else if (performance.now() - state.since > PATIENCE_MS) await kept();
    },
  };
}
export type Place = ReturnType<typeof keepPlace>;
