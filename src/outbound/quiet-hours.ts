import { z } from 'zod';

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day as 21:00');
export const QuietHours = z.strictObject({
  timeZone: z.string().refine(isTimeZone, 'an IANA time zone, e.g. Europe/London'),
  from: clock,
  to: clock,
});
export type QuietHours = z.infer<typeof QuietHours>;

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}
const DAY = 24 * 60;
const MINUTE_MS = 60_000;
const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
function localMinutes(timeZone: string, ms: number): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(ms);
  const value = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0);
  return value('hour') * 60 + value('minute');
}

/** The end of the quiet hours that hold at `nowMs`; null where none do. */
export function quietUntil(quiet: QuietHours | undefined, nowMs: number): number | null {
  if (!quiet || quiet.from === quiet.to) return null;
  const [from, to, now] = [minutesOf(quiet.from), minutesOf(quiet.to), localMinutes(quiet.timeZone, nowMs)];
  const since = (now - from + DAY) % DAY;
  const length = (to - from + DAY) % DAY;
  if (since >= length) return null;
  const end = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS + (length - since) * MINUTE_MS;
  // Where the clocks change meanwhile, the end is an hour off: `to` is a time of day, not a length.
  const off = ((localMinutes(quiet.timeZone, end) - to + DAY + DAY / 2) % DAY) - DAY / 2;
  return end - off * MINUTE_MS;
}
