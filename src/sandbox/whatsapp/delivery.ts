import type { Clock } from '../core/clock.ts';
import type { StatusPlan } from '../core/webhook-faults.ts';
import { type RefusalCode, statusError } from './errors.ts';
import type { WhatsappNumber } from './numbers.ts';
import { fields, isText } from './rules.ts';
import type { Accepted } from './send.ts';
import { statusValue } from './values.ts';

interface Parts {
  readonly clock: Clock;
  plan(words: readonly string[], everyMs: number): StatusPlan<string>;
  tell(number: WhatsappNumber, phone: string, value: object): void;
  wrote(number: WhatsappNumber, id: unknown): boolean;
  show(number: WhatsappNumber, accepted: Accepted): void;
}
/** A message comes to the phone at once, and is looked at at once; of a reaction only `sent` is told (whatsapp.md 3.2). */
const wordsOf = (type: string): readonly string[] => (type === 'reaction' ? ['sent'] : ['sent', 'delivered', 'read']);
const [EVERY_MS, FAILED_MS, FETCH_MS] = [50, 100, 5000];
const LOCAL = /^(127\.|localhost$|\[::1\]$)/;

/**
 * Media by link are fetched after the accept; what is not there fails later (whatsapp.md 5.3). Only on this machine: elsewhere a link is
 * taken for good, because a simulator reaches for no host of the world.
 */
async function fetches(link: string): Promise<boolean> {
  const url = URL.parse(link);
  if (!url || !LOCAL.test(url.hostname)) return url !== null;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_MS) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
/** What becomes of an accepted message: its statuses, or why it failed after all. */
export function createDelivery({ clock, plan, tell, wrote, show }: Parts) {
  const told = (number: WhatsappNumber, { id, phone, byUser, opaque, category }: Accepted) => ({ number, phone, byUser, id, opaque, category, at: clock.now() });
  function fail(number: WhatsappNumber, accepted: Accepted, [code, details]: readonly [RefusalCode, string]): void {
    clock.later(FAILED_MS, () => tell(number, accepted.phone, statusValue({ ...told(number, accepted), status: 'failed', error: statusError(code, details) })));
  }
  function deliver(number: WhatsappNumber, accepted: Accepted, { steps }: StatusPlan<string>): void {
    show(number, accepted);
    for (const { status, afterMs } of steps) clock.later(afterMs, () => tell(number, accepted.phone, statusValue({ ...told(number, accepted), status })));
  }
  /** How long the answer to the send waits. */
  return (number: WhatsappNumber, accepted: Accepted): number => {
    const { late, type, content } = accepted;
    const { link, message_id: target } = fields(content);
    if (late) fail(number, accepted, [late.code, late.details]);
    else if (type === 'reaction' && !wrote(number, target)) fail(number, accepted, [131009, 'The message to react to is not known, too old or a reaction']);
    else {
      const steps = plan(wordsOf(type), EVERY_MS);
      if (!isText(link)) deliver(number, accepted, steps);
      else void fetches(link).then((good) => (good ? deliver(number, accepted, steps) : fail(number, accepted, [131053, 'Downloading media from weblink failed'])));
      return steps.holdMs;
    }
    return 0;
  };
}
