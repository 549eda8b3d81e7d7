import { GatewayError } from './gateway-error.ts';

const TIMEOUT_MS = 10_000;

/** How far the store has processed the journal, and waiting for a place in it (ACK_AFTER=store). */
export function createProgress() {
  let offset = 0;
  let waiting: { offset: number; resolve(): void }[] = [];
  return {
    offset: () => offset,
    advance(to: number): void {
      offset = Math.max(offset, to);
      if (!waiting.length) return;
      for (const w of waiting) if (w.offset <= offset) w.resolve();
      waiting = waiting.filter((w) => w.offset > offset);
    },
    reached(wanted: number): Promise<void> {
      if (wanted <= offset) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting = waiting.filter((w) => w !== entry);
          reject(new GatewayError('store_unavailable', 'The store did not commit in time.'));
        }, TIMEOUT_MS);
        const entry = {
          offset: wanted,
          resolve: () => {
            clearTimeout(timer);
            resolve();
          },
        };
        waiting.push(entry);
      });
    },
  };
}
