import type { Failure } from '../../schemas/index.ts';
import type { OutboundSettings } from '../config/config.ts';

/** What has been tried of one call; kept with the message. */
export interface Tries {
  readonly tries: number;
  /** Refusals for the rate alone, and since when. */
  readonly throttled: number;
  readonly since: number;
}
type Settings = Pick<OutboundSettings, 'maxAttempts' | 'firstMs' | 'maxMs' | 'throttledMaxMs'>;
const isThrottled = (failure: Failure): boolean => failure.code === 'platform_throttled' || failure.code === 'recipient_throttled';

/** The tries after one more failure. What is only throttled uses up none: too fast is our fault, not the message's. */
export function another(failure: Failure, before: Tries | null, nowMs: number): Tries {
  const { tries = 0, throttled = 0, since = nowMs } = before ?? {};
  return isThrottled(failure) ? { tries, throttled: throttled + 1, since: throttled ? since : nowMs } : { tries: tries + 1, throttled, since };
}

/** What follows a failed call: only what was surely not sent is tried again. */
export function decide(failure: Failure, so: Tries & { readonly nowMs: number }, settings: Settings): 'retry' | 'doubt' | 'fail' | 'exhausted' {
  if (failure.outcome === 'unknown') return 'doubt'; // a second copy on a customer's phone is worse than waiting for evidence
  if (!failure.retryable) return 'fail';
  if (isThrottled(failure)) return so.nowMs - so.since < settings.throttledMaxMs ? 'retry' : 'exhausted';
  return so.tries < settings.maxAttempts ? 'retry' : 'exhausted';
}

/** Full jitter: anywhere between 0 and the doubling bound. `random` is 0 to 1. */
export const backoffMs = (tries: number, random: number, settings: Settings): number => Math.round(random * Math.min(settings.maxMs, settings.firstMs * 2 ** Math.min(tries, 40)));
