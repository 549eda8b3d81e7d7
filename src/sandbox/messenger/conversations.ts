import type { Answer } from '../core/platform-server.ts';
import type { MessengerAccount } from './accounts.ts';
import { refuse } from './errors.ts';
import { type Field, parseFields } from './fields.ts';
import type { Thread, ThreadMessage } from './threads.ts';

/** Only the newest messages of a conversation have details (messenger.md 8.6). */
const WITH_DETAILS = 20;
const [PAGE, MAX_PAGE] = [25, 100];
const graphTime = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}+0000`;
const encode = (text: string) => Buffer.from(text).toString('base64url');
const decode = (text: string) => Buffer.from(text, 'base64url').toString();

type Who = Readonly<Record<string, string>>;
const business = (a: MessengerAccount): Who => (a.object === 'page' ? { name: a.name, email: `${a.id}@facebook.com`, id: a.id } : { username: a.name, id: a.id });
const customer = ({ account, person }: Thread): Who =>
  account.object === 'page' ? { name: person.name, email: `${person.id}@facebook.com`, id: person.id } : { username: person.name, id: person.id };

function attachmentOf(a: ThreadMessage['attachments'][number], index: number): object {
  const [kind = ''] = a.mimeType.split('/');
  const where = kind === 'image' ? { image_data: { url: a.url, preview_url: a.url } } : kind === 'video' ? { video_data: { url: a.url } } : { file_url: a.url };
  return { id: String(index), mime_type: a.mimeType, name: `attachment-${index}`, size: a.size, ...where };
}
/** One message as Graph shows it: `id` always, the rest where it was asked for. */
export function showMessage(thread: Thread, message: ThreadMessage, fields: readonly Field[]): object {
  const [own, theirs] = [business(thread.account), customer(thread)];
  const whole: Record<string, unknown> = {
    created_time: graphTime(message.at),
    from: message.from === 'customer' ? theirs : own,
    to: { data: [message.from === 'customer' ? own : theirs] },
    message: message.text,
    ...(message.attachments.length ? { attachments: { data: message.attachments.map(attachmentOf) } } : {}),
    ...(message.replyTo === undefined ? {} : { reply_to: { mid: message.replyTo } }),
    ...(message.reactions?.size ? { reactions: { data: [...message.reactions].map(([by, r]) => ({ ...r, users: [by === 'customer' ? theirs : own] })) } } : {}),
  };
  const asked = fields.length ? fields.map((f) => f.name) : ['created_time'];
  return { ...Object.fromEntries(asked.filter((name) => whole[name] !== undefined).map((name) => [name, whole[name]])), id: message.mid };
}

interface Paging {
  readonly limit: number;
  readonly after: string | null;
  /** Address of this list without `after`, for `next`. */
  readonly self: string;
}
const cut = <T>(all: readonly T[], { limit, after, self }: Paging, keyOf: (item: T) => string): { data: readonly T[]; paging?: object } => {
  const start = after === null ? 0 : all.findIndex((item) => keyOf(item) === decode(after)) + 1;
  const data = all.slice(start, start + limit);
  const [first, last] = [data[0], data.at(-1)];
  if (first === undefined || last === undefined) return { data };
  const cursors = { before: encode(keyOf(first)), after: encode(keyOf(last)) };
  return { data, paging: { cursors, ...(start + limit < all.length ? { next: `${self}&after=${cursors.after}` } : {}) } };
};
export function messagesOf(thread: Thread, fields: readonly Field[], paging: Paging): object {
  const newestFirst = thread.messages.filter((m) => !m.gone).reverse();
  const { data, ...rest } = cut(newestFirst, paging, (m) => m.mid);
  return { data: data.map((m) => (newestFirst.indexOf(m) < WITH_DETAILS ? showMessage(thread, m, fields) : { id: m.mid })), ...rest };
}
const KNOWN = new Set(['id', 'link', 'updated_time', 'participants', 'messages', 'message_count', 'is_owner', 'senders', 'can_reply', 'snippet']);

/** `is_owner`: with conversation routing alone (messenger.md 8.6). */
export function showThread(thread: Thread, fields: readonly Field[], { base, isOwner }: { base: string; isOwner: boolean }): object {
  const shown: Record<string, unknown> = {};
  for (const field of fields) {
    if (field.name === 'updated_time') shown.updated_time = graphTime(thread.updatedAt);
    if (field.name === 'participants' || field.name === 'senders') shown[field.name] = { data: [customer(thread), business(thread.account)] };
    if (field.name === 'is_owner' && thread.account.routing) shown.is_owner = isOwner;
    if (field.name === 'message_count') shown.message_count = thread.messages.length;
    if (field.name === 'messages') {
      const limit = Math.min(field.limit ?? PAGE, MAX_PAGE);
      shown.messages = messagesOf(thread, field.fields, { limit, after: null, self: `${base}/${thread.id}/messages?limit=${limit}&fields=${text(field.fields)}` });
    }
  }
  return { ...shown, id: thread.id };
}
const text = (fields: readonly Field[]): string => encodeURIComponent(fields.map((f) => f.name).join(','));
export const pagingOf = (query: URLSearchParams, self: string): Paging => {
  const limit = Math.min(Math.max(Number(query.get('limit') ?? PAGE) || PAGE, 1), MAX_PAGE);
  const kept = new URLSearchParams([...query].filter(([name]) => name !== 'after' && name !== 'access_token' && name !== 'limit'));
  kept.set('limit', String(limit));
  return { limit, after: query.get('after'), self: `${self}?${kept.toString()}` };
};

/** GET /{page-id}/conversations: the newest first, page by page. */
export function listThreads(threads: readonly Thread[], query: URLSearchParams, at: { base: string; self: string; owns(thread: Thread): boolean }): Answer {
  const fields = parseFields(query.get('fields') ?? 'updated_time');
  const unknown = fields?.find((f) => !KNOWN.has(f.name));
  if (!fields || unknown) return refuse('unknownField', unknown ? `(${unknown.name})` : undefined);
  const user = query.get('user_id');
  const wanted = user === null ? threads : threads.filter((t) => t.person.id === user);
  // The time stands in the cursor: a thread that moves up meanwhile hides none of those below it.
  const after = query.get('after');
  const [time = '', id = ''] = after === null ? [] : decode(after).split(' ');
  const rest = after === null ? wanted : wanted.filter((t) => t.updatedAt < Number(time) || (t.updatedAt === Number(time) && t.id < id));
  const { data, paging } = cut(rest, { ...pagingOf(query, at.self), after: null }, (t) => `${t.updatedAt} ${t.id}`);
  return { status: 200, body: { data: data.map((t) => showThread(t, fields, { base: at.base, isOwner: at.owns(t) })), ...(paging ? { paging } : {}) } };
}
