/** Work under one name is done one after the other, under several names side by side. */
export function createLanes() {
  const tails = new Map<string, Promise<void>>();
  return {
    /** With several names it waits for its turn in each, and each waits for it. */
    run(names: string | readonly string[], work: () => Promise<void>): void {
      const all = typeof names === 'string' ? [names] : names;
      const tail = Promise.all(all.map((name) => tails.get(name) ?? Promise.resolve())).then(work);
      for (const name of all) tails.set(name, tail);
      void tail.finally(() => {
        for (const name of all) if (tails.get(name) === tail) tails.delete(name);
      });
    },
  };
}
