import type { Clock } from '../core/clock.ts';
import type { Screens } from '../core/phones.ts';
import { type MessengerAccount, newMid } from './accounts.ts';
import { deliveryItem, echoItem, readItem } from './events.ts';
import type { Tell } from './hooks.ts';
import { type Person, stateOf } from './people.ts';
import type { ToSend } from './send.ts';
import type { Threads } from './threads.ts';

const [DELIVERY_MS, READ_MS] = [80, 160];
interface Parts {
  readonly clock: Clock;
  readonly threads: Threads;
  readonly screens: Screens;
  readonly tell: Tell;
}
export type Deliver = (message: ToSend, to: { readonly account: MessengerAccount; readonly person: Person; readonly appId: string }) => string;

/** What the business sends stands on the customer's phone: its echo to the apps, then what the phone tells. */
export function createDeliver({ clock, threads, screens, tell }: Parts): Deliver {
  return ({ text = '', attachments: sent, choices, metadata, replyTo }, { account, person, appId }) => {
    const mid = newMid(account);
    const at = clock.now();
    const shown = sent.map((a) => ({ mimeType: a.mimeType, ...(a.url === undefined ? {} : { url: a.url }) }));
    const files = sent.flatMap((a) => (a.url === undefined ? [] : [{ type: a.type, mimeType: a.mimeType, url: a.url, size: a.size }]));
    threads.add(account, person, { mid, at, from: 'business', text, attachments: files, appId, choices, ...(replyTo ? { replyTo: replyTo.mid } : {}) });
    screens.show(`${account.object} ${person.id}`, { from: 'business', text, id: mid, ...(shown.length ? { media: shown } : {}) });
    const where = { account, user: person.id };
    const echo = {
      mid,
      appId,
      ...(text === '' ? {} : { text }),
      attachments: sent.map(({ type, payload }) => ({ type, payload })),
      ...(metadata === undefined ? {} : { metadata }),
      ...(replyTo ? { replyTo: { mid: replyTo.mid, is_self_reply: replyTo.from === 'business' } } : {}),
    };
    tell({ account, person, kind: 'echo', item: echoItem({ ...where, at }, echo) });
    const { delivers, reads } = stateOf(person);
    if (delivers !== false) clock.later(DELIVERY_MS, () => tell({ account, person, kind: 'delivery', item: deliveryItem({ ...where, at: clock.now() }, [mid]) }));
    if (reads !== false) clock.later(READ_MS, () => tell({ account, person, kind: 'read', item: readItem({ ...where, at: clock.now() }, mid) }));
    return mid;
  };
}
