/** So many at once. The others wait, each party in the order in which its own came, and the parties take turns: one with a thousand does not keep one with a single from it. */
export function createTurnstile(most: number) {
  const queues = new Map<string, (() => void)[]>();
  let inside = 0;
  /** The place goes to the next one, so that nobody comes in between. */
  const leave = () => {
    const [first] = queues;
    if (!first) return void inside--;
    const [party, queue] = first;
    const next = queue.shift();
    queues.delete(party);
    if (queue.length) queues.set(party, queue); // to the end of the line
    next?.();
  };
  const wait = (party: string) =>
    new Promise<void>((resolve) => {
      const queue = queues.get(party) ?? [];
      queues.set(party, queue);
      queue.push(resolve);
    });
  return {
    /** Throws the signal's reason where it was aborted meanwhile. */
    async pass<T>({ party, signal }: { readonly party: string; readonly signal: AbortSignal }, work: () => Promise<T>): Promise<T> {
      if (inside < most) inside++;
      else await wait(party);
      try {
        signal.throwIfAborted();
        return await work();
      } finally {
        leave();
      }
    },
    waiting: () => [...queues.values()].reduce((n, q) => n + q.length, 0),
  };
}
export type Turnstile = ReturnType<typeof createTurnstile>;
