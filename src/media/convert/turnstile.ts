/** So many at once, the others in the order in which they came. */
export function createTurnstile(most: number) {
  const queue: (() => void)[] = [];
  let inside = 0;
  /** The place goes to the next one, so that nobody comes in between. */
  const leave = () => {
    const next = queue.shift();
    if (next) next();
    else inside--;
  };
  return {
    async pass<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
      if (inside < most) inside++;
      else await new Promise<void>((resolve) => queue.push(resolve));
      try {
        signal.throwIfAborted();
        return await work();
      } finally {
        leave();
      }
    },
    waiting: () => queue.length,
  };
}
