import type { MessengerAccount } from './accounts.ts';

/** Items of `entry[].messaging[]` (messenger.md 2 and 3). */
interface At {
  readonly account: MessengerAccount;
  readonly user: string;
  readonly at: number;
}
const fromUser = ({ account, user, at }: At) => ({ sender: { id: user }, recipient: { id: account.id }, timestamp: at });

export function envelope(account: MessengerAccount, item: object, now: number): object {
  return { object: account.object, entry: [{ id: account.id, time: now, messaging: [item] }] };
}
export function messageItem(where: At, message: { mid: string; text: string; attachments: readonly { type: string; url: string }[] }): object {
  const attachments = message.attachments.map(({ type, url }) => ({ type, payload: { url } }));
  return {
    ...fromUser(where),
    message: { mid: message.mid, ...(message.text === '' ? {} : { text: message.text }), ...(attachments.length ? { attachments } : {}) },
  };
}
/** What the business sent comes back to its apps; Instagram's echo names no app (messenger.md 3). */
export function echoItem({ account, user, at }: At, message: { mid: string; text?: string; attachments?: readonly object[]; metadata?: string; replyTo?: string }): object {
  const { mid, text, attachments, metadata, replyTo } = message;
  const app = account.object === 'page' ? { app_id: Number(account.appId), ...(metadata === undefined ? {} : { metadata }) } : {};
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
      ...(replyTo === undefined ? {} : { reply_to: { mid: replyTo } }),
    },
  };
}
/** Everything sent up to the watermark is delivered. Instagram tells no delivery. */
export const deliveryItem = (where: At, mids: readonly string[]): object => ({ ...fromUser(where), delivery: { mids, watermark: where.at } });
/** Messenger reads up to a watermark, Instagram names the message. */
export const readItem = (where: At, mid: string): object => ({ ...fromUser(where), read: where.account.object === 'page' ? { watermark: where.at } : { mid } });
