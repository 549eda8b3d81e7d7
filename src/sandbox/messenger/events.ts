import type { MessengerAccount } from './accounts.ts';

/** Items of `entry[].messaging[]` (messenger.md 2 and 3). */
interface At {
  readonly account: MessengerAccount;
  readonly user: string;
  readonly at: number;
}
/** An item that a customer caused, with what is particular to it. */
export const itemOf = ({ account, user, at }: At, more: object): object => ({ sender: { id: user }, recipient: { id: account.id }, timestamp: at, ...more });

export function envelope(account: MessengerAccount, given: { list: 'messaging' | 'standby' | 'changes'; item: object }, now: number): object {
  // Changes carry seconds, messaging milliseconds (messenger.md 1.5).
  const time = given.list === 'changes' ? Math.floor(now / 1000) : now;
  return { object: account.object, entry: [{ id: account.id, time, [given.list]: [given.item] }] };
}
interface Echoed {
  readonly mid: string;
  readonly text?: string;
  readonly attachments?: readonly object[];
  readonly metadata?: string;
  readonly replyTo?: { readonly mid: string; readonly is_self_reply: boolean };
  readonly appId: string;
}
/** What the business sent comes back to its apps; Instagram's echo names no app (messenger.md 3). */
export function echoItem({ account, user, at }: At, { mid, text, attachments, metadata, replyTo, appId }: Echoed): object {
  const app = account.object === 'page' ? { app_id: Number(appId), ...(metadata === undefined ? {} : { metadata }) } : {};
  return {
    sender: { id: account.id },
    recipient: { id: user },
    timestamp: at,
    message: {
      mid,
      is_echo: true,
      ...app,
      ...(text === undefined ? {} : { text }),
      ...(attachments?.length ? { attachments } : {}),
      ...(replyTo === undefined ? {} : { reply_to: replyTo }),
    },
  };
}
/** Everything sent up to the watermark is delivered. Instagram tells no delivery. */
export const deliveryItem = (where: At, mids: readonly string[]): object => itemOf(where, { delivery: { mids, watermark: where.at } });
/** Messenger reads up to a watermark, Instagram names the message. */
export const readItem = (where: At, mid: string): object => itemOf(where, { read: where.account.object === 'page' ? { watermark: where.at } : { mid } });
