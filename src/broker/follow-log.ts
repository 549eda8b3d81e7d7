import type { LogStore } from '../store/port.ts';

/** At low rates a relay that waits a moment for company is cheaper and no slower to a person. */
const COMPANY_MS = 3;
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
    /** Resolves when there may be something after `after`, or when `signal` aborts. */
    async past(after: number): Promise<void> {
      if (announced <= after && !signal.aborted)
        await new Promise<void>((resolve) => {
          const done = () => {
            clearTimeout(timer);
            signal.removeEventListener('abort', done);
            rouse = () => {};
            resolve();
          };
          const timer = setTimeout(done, PATIENCE_MS);
          signal.addEventListener('abort', done);
          rouse = done;
        });
      await new Promise((resolve) => setTimeout(resolve, COMPANY_MS));
    },
    end: stop,
  };
}
