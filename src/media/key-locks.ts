/** One thing at a time with the bytes of a key: they are not removed between coming in and being referred to. */
export function createKeyLocks() {
  const held = new Map<string, Promise<unknown>>();
  return async function hold<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = held.get(key);
    const mine = (before ?? Promise.resolve()).then(work, work);
    const settled = mine.catch(() => {});
    held.set(key, settled);
    try {
      return await mine;
    } finally {
      if (held.get(key) === settled) held.delete(key);
    }
  };
}
