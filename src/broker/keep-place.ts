/** How far the log is published, and where each partition ended then. */
export interface KeptPlace {
  readonly off: number;
  readonly detail: string;
}

/**
 * Keeps the relay's place while the next batch is on its way: a place that is behind costs the next life a longer look at Kafka, and no
 * event twice. One write is under way at most, and the newest place waits for it; a batch that would let two wait is held up.
 */
export function keepPlace(write: (place: KeptPlace) => Promise<void>) {
  const state: { next: KeptPlace | null; writing: boolean; failed: Error | null } = { next: null, writing: false, failed: null };
  let last: Promise<void> = Promise.resolve();
  async function writeOn(): Promise<void> {
    state.writing = true;
    try {
      for (let place = state.next; place; place = state.next) {
        state.next = null;
        await write(place);
      }
    } catch (error) {
      state.failed = error as Error;
    } finally {
      state.writing = false;
    }
  }
  /** Everything given so far is written. Throws where a write failed. */
  async function kept(): Promise<void> {
    await last;
    if (state.failed) throw state.failed;
  }
  return {
    kept,
    /** Throws where an earlier write failed. */
    async keep(place: KeptPlace): Promise<void> {
      if (state.next) await kept();
      if (state.failed) throw state.failed;
      state.next = place;
      if (!state.writing) last = writeOn();
    },
  };
}
export type Place = ReturnType<typeof keepPlace>;
