import type { Clock } from '../core/clock.ts';
import { createScreens, digitsOf, type Phones, type Written } from '../core/phones.ts';
import type { WhatsappLimits } from './limits.ts';
import type { WhatsappMedia } from './media.ts';
import { newWamid, userIdOf, type WhatsappNumber } from './numbers.ts';
import { inboundValue, mediaContent } from './values.ts';

interface Parts {
  readonly numbers: readonly WhatsappNumber[];
  readonly clock: Clock;
  readonly media: WhatsappMedia;
  readonly limits: WhatsappLimits;
  isBlocked(number: WhatsappNumber, phone: string): boolean;
  tell(number: WhatsappNumber, about: { readonly phone: string }, value: object): void;
}
const WINDOW_MS = 24 * 3_600_000;
/** What a customer does without writing opens no window (whatsapp.md 8.1). */
const NO_WINDOW = new Set(['reaction', 'system']);
const MOST_IDS = 200_000;

/** The customers’ side: their phones, what they wrote, until when they may be written to. */
export function createCustomers({ numbers, clock, media, limits, isBlocked, tell }: Parts) {
  const screens = createScreens(clock.now);
  const windows = new Map<string, number>();
  const users = new Map<string, string>();
  const ids = new Set<string>();
  const key = (number: WhatsappNumber, name: string) => `${number.phoneNumberId} ${name}`;

  function write({ from, text, name = 'Sandbox customer', media: files, to, content }: Written): { id: string; customer: string } {
    const phone = digitsOf(from);
    const number = numbers.find((n) => n.phoneNumberId === to || n.displayNumber === digitsOf(to ?? '')) ?? numbers[0];
    if (!number) throw new Error('no number is configured');
    const customer = userIdOf(number, phone);
    // Each medium is a message of its own; the text is the caption of the last (whatsapp.md 2.3).
    const contents = files.map((medium, i) =>
      mediaContent(medium, { ...media.keep(medium, number.phoneNumberId), ...(text !== '' && i === files.length - 1 ? { caption: text } : {}) }),
    );
    const all = content ? [content] : contents.length ? contents : [{ type: 'text', text: { body: text } }];
    if (isBlocked(number, phone)) return { id: newWamid(), customer }; // it shows as sent on the phone, and nobody hears of it
    users.set(key(number, customer), phone);
    if (!NO_WINDOW.has(String(content?.type))) windows.set(key(number, phone), clock.now() + WINDOW_MS);
    let id = '';
    for (const [i, one] of all.entries()) {
      id = newWamid();
      ids.add(key(number, id));
      if (ids.size > MOST_IDS) ids.delete(ids.values().next().value ?? '');
      limits.inbound(number.phoneNumberId);
      const shownMedia = files[i] ? { media: [{ mimeType: files[i].mimeType }] } : {};
      screens.show(phone, { from: 'customer', text: i === all.length - 1 ? text : '', id, ...shownMedia, ...(content ? { content } : {}) });
      tell(number, { phone }, inboundValue({ number, phone, name, id, at: clock.now(), content: one }));
    }
    return { id, customer };
  }
  return {
    phones: { write, shown: (phone: string) => screens.shown(digitsOf(phone)), takesContent: true } satisfies Phones,
    show: screens.show,
    windowOf: (number: WhatsappNumber, phone: string): number => windows.get(key(number, phone)) ?? 0,
    phoneOfUser: (number: WhatsappNumber, user: string): string | undefined => users.get(key(number, user)),
    wrote: (number: WhatsappNumber, id: unknown): boolean => ids.has(key(number, String(id))),
  };
}
