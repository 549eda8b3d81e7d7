import type { LogStore } from './port.ts';

/** Looked at all the same, were it never told. */
const PATIENCE_MS = 1000;

/** Tells when the log has something after an offset; what is announced while nobody waits is not missed. */
export function followLog(store: Pick<LogStore, 'onEvents'>, signal: AbortSignal) {
  let announced = 0;
  let rouse = () => {};
  const stop = store.onEvents((last) => {
    announced = Math.max(announced, last);
    rouse();
  });
  return {
    /** Resolves when there may be something after `after`, when `ms` are over, or when `signal` aborts. */
    async past(after: number, ms = PATIENCE_MS): Promise<void> {
      if (announced > after || signal.aborted) return;
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          rouse = () => {};
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal.addEventListener('abort', done);
        rouse = done;
      });
    },
    end: stop,
  };
}
