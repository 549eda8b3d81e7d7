import { utilization as ofThisThread } from '../utilization.ts';

/** Until when the HTTP thread is taken for busy, in nanoseconds of the machine's monotonic clock; in memory that the threads share. */
export type HttpBusy = BigInt64Array;
export const createHttpBusy = (): HttpBusy => new BigInt64Array(new SharedArrayBuffer(8));

/**
 * From this part of its time on it is busy. On two cores it is at work for 0.6 to 0.9 of it where webhooks come as fast as they are
 * answered, and for 0.3 to 0.6 at the rate that the store just keeps up with.
 */
const BUSY = 0.7;
/** What was seen holds so long: some windows more, and then nobody was there to look. */
const HOLDS_NS = 300_000_000n;

/** On the HTTP thread, to be called with each commit of the journal. */
export function tellHttpBusy(busy: HttpBusy, { utilization = ofThisThread, now = process.hrtime.bigint }: { utilization?: () => number; now?: () => bigint } = {}): () => void {
  return () => {
    if (utilization() >= BUSY) Atomics.store(busy, 0, now() + HOLDS_NS);
  };
}
/** On any other thread. */
export const isHttpBusy = (busy: HttpBusy, now = process.hrtime.bigint()): boolean => Atomics.load(busy, 0) > now;
