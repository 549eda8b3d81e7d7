/** Spaces requests evenly: what is read of one account is read one after the other, so many a second. */
export function createTurns(perSecond: number): () => Promise<void> {
  let next = 0;
  return async () => {
    const now = performance.now();
    const at = Math.max(now, next);
    next = at + 1000 / perSecond;
    if (at > now) await new Promise<void>((resolve) => setTimeout(resolve, at - now).unref());
  };
}
