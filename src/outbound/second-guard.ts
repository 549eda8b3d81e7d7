const SECOND_MS = 1000;
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Never more than `most` in any second, whatever held this process up: turns that fell due during a stall come together, and the platform
 * counts what it then gets at once.
 */
export function createSecondGuard(most: number) {
  const times: number[] = [];
  const oldEnough = () => {
    while ((times[0] ?? Number.POSITIVE_INFINITY) <= performance.now() - SECOND_MS) times.shift();
  };
  return {
    /** Somebody else's, which counts. Only the last `most` can ever matter: a number that only receives must not gather the times of all that came. */
    note(): void {
      times.push(performance.now());
      if (times.length > most) times.shift();
    },
    /** How many are kept. */
    size: () => times.length,
    /** Resolves when `n` more may go, and counts them. */
    async pass(n: number): Promise<void> {
      for (oldEnough(); times.length > 0 && times.length + n > most; oldEnough()) await sleep(Math.max((times[0] ?? 0) + SECOND_MS - performance.now(), 1));
      for (let i = 0; i < n; i++) times.push(performance.now());
    },
  };
}
