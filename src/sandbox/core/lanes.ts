/** Work under one name is done one after the other, under several names side by side. */
export function createLanes() {
  const tails = new Map<string, Promise<void>>();
  return {
    run(name: string, work: () => Promise<void>): void {
      const tail = (tails.get(name) ?? Promise.resolve()).then(work);
      tails.set(name, tail);
      void tail.finally(() => {
        if (tails.get(name) === tail) tails.delete(name);
      });
    },
  };
}
