import type { Failure } from '../../schemas/index.ts';

const MAX_TRIES = 8;
const FIRST_MS = 1000;
const MOST_MS = 5 * 60_000;

/** What follows a failed call: only what was surely not sent is tried again. */
export function decide(failure: Failure, tries: number): 'retry' | 'doubt' | 'fail' | 'exhausted' {
  if (failure.outcome === 'unknown') return 'doubt'; // a second copy on a customer's phone is worse than waiting for evidence
  if (!failure.retryable) return 'fail';
  return tries < MAX_TRIES ? 'retry' : 'exhausted';
}
/** Full jitter: anywhere between 0 and the doubling bound. `random` is 0 to 1. */
export const backoffMs = (tries: number, random: number): number => Math.round(random * Math.min(MOST_MS, FIRST_MS * 2 ** tries));
