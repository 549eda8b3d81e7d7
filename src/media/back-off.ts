import type { MediaFaultKind } from './media-fault.ts';

const SECONDS = [1, 3, 10, 30, 60, 120, 300, 600, 1800];
const HOUR_S = 3600;
/** What the platform says it has not: a race right after the webhook (sms.md 4.1) is over by then. Some two minutes. */
const MOST_MISSING = 6;
/** A week of hours: then WhatsApp's ids are dead (whatsapp.md 6.1), and a CDN's links with them. */
const MOST = SECONDS.length + 7 * 24;

/** Milliseconds until the next attempt, after so many that failed; null: no more. */
export function backOff(attempts: number, kind: MediaFaultKind): number | null {
  if (kind === 'refused' || attempts >= (kind === 'missing' ? MOST_MISSING : MOST)) return null;
  return (SECONDS[attempts - 1] ?? HOUR_S) * 1000;
}
