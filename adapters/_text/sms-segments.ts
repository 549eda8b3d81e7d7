import { clustersOf } from './clusters.ts';
import { isGsm7, septetsOf } from './gsm7.ts';

export interface SmsSegments {
  readonly encoding: 'gsm7' | 'ucs2';
  /** What is paid and paced: the messages that the carrier makes of it. */
  readonly segments: number;
  /** Septets, or UTF-16 units. */
  readonly units: number;
}
/** 140 octets: 160 septets or 70 UTF-16 units. Of several, each gives 6 octets to the header that joins them. */
const ROOM = { gsm7: { alone: 160, each: 153 }, ucs2: { alone: 70, each: 67 } } as const;

/** Sizes of what may not be cut: an extension character with its escape, a cluster (by code point where it alone is longer than a segment). */
function sizesOf(text: string, encoding: SmsSegments['encoding']): number[] {
  if (encoding === 'gsm7') return Array.from(text, septetsOf);
  return clustersOf(text).flatMap((c) => (c.length <= ROOM.ucs2.each ? [c.length] : Array.from(c, (point) => point.length)));
}

/**
 * How Twilio and the carriers cut a text: one character that GSM-7 lacks turns all of it to UCS-2; segments are filled one after the other,
 * and what does not fit whole goes to the next, so they can be more than the sum divided by 153 or 67.
 * https://www.twilio.com/docs/glossary/what-sms-character-limit
 */
export function segmentsOf(text: string): SmsSegments {
  const encoding = isGsm7(text) ? 'gsm7' : 'ucs2';
  const sizes = sizesOf(text, encoding);
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const room = ROOM[encoding];
  if (units <= room.alone) return { encoding, segments: units === 0 ? 0 : 1, units };
  let segments = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > room.each) {
      segments++;
      used = 0;
    }
    used += size;
  }
  return { encoding, segments, units };
}
