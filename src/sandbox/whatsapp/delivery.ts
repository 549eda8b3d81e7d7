import type { Clock } from '../core/clock.ts';
import type { Fetcher } from '../core/fetcher.ts';
import { type RefusalCode, statusError } from './errors.ts';
import type { WhatsappNumber } from './numbers.ts';
import { fields, isText } from './rules.ts';
import type { Accepted } from './send.ts';
import { statusValue } from './values.ts';

interface Parts {
  readonly clock: Clock;
  readonly fetch: Fetcher;
  tell(number: WhatsappNumber, about: { readonly phone: string; readonly statusOf: string }, value: object): void;
  wrote(number: WhatsappNumber, id: unknown): boolean;
  show(number: WhatsappNumber, accepted: Accepted): void;
}
/** A message comes to the phone at once, and is looked at at once; of a reaction only `sent` is told (whatsapp.md 3.2). */
const wordsOf = (type: string): readonly string[] => (type === 'reaction' ? ['sent'] : ['sent', 'delivered', 'read']);
const [EVERY_MS, FAILED_MS] = [50, 100];
/** What becomes of an accepted message: its statuses, or why it failed after all. */
export function createDelivery({ clock, fetch, tell, wrote, show }: Parts) {
  function status(number: WhatsappNumber, { id, phone, byUser, opaque, category }: Accepted, told: { status: string; error?: object }): void {
    tell(number, { phone, statusOf: id }, statusValue({ number, phone, byUser, id, opaque, category, at: clock.now(), ...told }));
  }
  const fail = (number: WhatsappNumber, accepted: Accepted, [code, details]: readonly [RefusalCode, string]): void =>
    clock.later(FAILED_MS, () => status(number, accepted, { status: 'failed', error: statusError(code, details) }));
  function deliver(number: WhatsappNumber, accepted: Accepted): void {
    show(number, accepted);
    for (const [i, word] of wordsOf(accepted.type).entries()) clock.later((i + 1) * EVERY_MS, () => status(number, accepted, { status: word }));
  }
  return (number: WhatsappNumber, accepted: Accepted): void => {
    const { late, type, content } = accepted;
    const { link, message_id: target } = fields(content);
    if (late) return fail(number, accepted, [late.code, late.details]);
    if (type === 'reaction' && !wrote(number, target)) return fail(number, accepted, [131009, 'The message to react to is not known, too old or a reaction']);
    if (!isText(link)) return deliver(number, accepted);
    // Media by link are fetched after the accept; what is not there fails later (whatsapp.md 5.3).
    void fetch(link).then(({ kind }) => (kind === 'failed' ? fail(number, accepted, [131053, 'Downloading media from weblink failed']) : deliver(number, accepted)));
  };
}
