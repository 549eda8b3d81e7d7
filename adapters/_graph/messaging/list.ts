import type { ListOptions, ListQuery, Missed, SendOptions } from '../../contract.ts';
import { graphGet } from '../graph-request.ts';
import type { Http } from '../http.ts';
import { isObject, list as items, type Loose, object, present, text } from '../loose.ts';
import { graphVersionOf, nodeOf } from './graph-path.ts';
import type { Product } from './product.ts';

const PAGE = 25;
const MAX_PAGES = 400;
const JSON_TYPE = { 'content-type': 'application/json' } as const;
/** Only the newest 20 messages of a conversation have details. */
const MESSAGES = 'messages.limit(20){id,created_time,from,to,message,attachments,reply_to}';

/** An attachment as a webhook has it: its kind by the type of the file. */
function attachmentOf(value: unknown): Loose {
  const a = object(value);
  const url = text(object(a.image_data).url) ?? text(object(a.video_data).url) ?? text(a.file_url);
  const [kind = ''] = (text(a.mime_type) ?? '').split('/');
  const type = a.image_data ? 'image' : a.video_data ? 'video' : ['image', 'video', 'audio'].includes(kind) ? kind : 'file';
  return { type, payload: { url } };
}

interface Whose {
  readonly account: string;
  /** Ids that the business has in this list: of the account, and of the Page that it is linked to. */
  readonly own: readonly string[];
  readonly participants: readonly Loose[];
}
/** The element of a webhook, from the message as the API lists it; null where it has no time, no id or no customer. */
export function elementOf(message: Loose, { account, own, participants }: Whose): { readonly at: number; readonly element: Loose } | null {
  const [mid, at, from] = [text(message.id), Date.parse(text(message.created_time) ?? ''), text(object(message.from).id)];
  if (mid === undefined || Number.isNaN(at) || from === undefined) return null;
  const echo = own.includes(from);
  const others = [...items(object(message.to).data), ...participants].flatMap((p) => text(object(p).id) ?? []).filter((id) => !own.includes(id));
  const customer = echo ? others[0] : from;
  if (customer === undefined) return null;
  const attachments = items(object(message.attachments).data).map(attachmentOf);
  const quoted = text(object(message.reply_to).mid) ?? text(object(message.reply_to).id);
  const body = present({
    mid,
    text: text(message.message),
    attachments: attachments.length ? attachments : undefined,
    reply_to: quoted === undefined ? undefined : { mid: quoted },
    is_echo: echo ? true : undefined,
  });
  return { at, element: { sender: { id: echo ? account : from }, recipient: { id: echo ? customer : account }, timestamp: at, message: body } };
}

/** Conversations page by page, the newest first. Pages are asked for by their cursor: an address that the platform gives is never followed with our token. */
export async function* conversations(
  http: Http,
  at: { path: string; query: Readonly<Record<string, string>> },
  options: SendOptions & Partial<Pick<ListOptions, 'turn'>>,
): AsyncIterable<Loose> {
  let after: string | undefined = '';
  for (let page = 0; after !== undefined && page < MAX_PAGES; page++) {
    await options.turn?.();
    const answer: Loose = await graphGet(http, `${at.path}?${new URLSearchParams({ ...at.query, ...(after ? { after } : {}) }).toString()}`, options);
    for (const conversation of items(answer.data)) if (isObject(conversation)) yield conversation;
    const paging = object(answer.paging);
    after = text(paging.next) === undefined ? undefined : text(object(paging.cursors).after);
  }
}
export const conversationsQuery = (product: Product): Readonly<Record<string, string>> => ({
  platform: product.channel,
  fields: `id,updated_time,participants,${MESSAGES}`,
});

/** What was missed: messages both ways since then, the oldest first, each in the form of its webhook. The list tells no states: of a message of ours only that it was sent. */
export async function* listMissed(http: Http, query: ListQuery, how: { readonly product: Product; readonly options: ListOptions }): AsyncIterable<Missed> {
  const since = query.since.getTime();
  const all: { readonly at: number; readonly element: Loose }[] = [];
  const node = nodeOf(query.account, query.settings);
  const at = { path: `/${graphVersionOf(query.settings)}/${node}/conversations`, query: { ...conversationsQuery(how.product), limit: String(PAGE) } };
  for await (const conversation of conversations(http, at, how.options)) {
    if (Date.parse(text(conversation.updated_time) ?? '') < since) break;
    const whose = { account: query.account, own: [query.account, node], participants: items(object(conversation.participants).data).map(object) };
    for (const message of items(object(conversation.messages).data)) {
      const read = elementOf(object(message), whose);
      if (read && read.at >= since) all.push(read);
    }
  }
  all.sort((a, b) => a.at - b.at);
  for (const { at, element } of all) {
    const body = { object: how.product.object, entry: [{ id: query.account, time: at, messaging: [element] }] };
    yield { url: '/webhooks/messenger', headers: JSON_TYPE, body: Buffer.from(JSON.stringify(body)) };
  }
}
