import type { Call, SendOptions, Sent } from '../../contract.ts';
import type { Http } from '../http.ts';
import { list as items, object, text } from '../loose.ts';
import { conversations, conversationsQuery, elementOf } from './list.ts';
import type { Product } from './product.ts';

/** The message that a call in doubt may have made: the only one of ours to this customer with this text since then. None, or two, tell nothing. */
export async function lookUpSent(
  http: Http,
  call: Call,
  how: { readonly product: Product; readonly at: { readonly account: string; readonly since: Date }; readonly options: SendOptions },
): Promise<Sent | undefined> {
  const sent = object(JSON.parse(call.body));
  const [customer, words] = [text(object(sent.recipient).id), text(object(sent.message).text)];
  if (customer === undefined || words === undefined) return undefined;
  const [, node = ''] = /\/([^/]+)\/messages$/.exec(call.path) ?? [];
  const path = call.path.replace(/messages$/, 'conversations');
  const found = new Set<string>();
  for await (const conversation of conversations(http, { path, query: { ...conversationsQuery(how.product), user_id: customer } }, how.options)) {
    const whose = { account: how.at.account, own: [how.at.account, node], participants: items(object(conversation.participants).data).map(object) };
    for (const message of items(object(conversation.messages).data)) {
      const read = elementOf(object(message), whose);
      const body = object(read?.element.message);
      // The list tells whole seconds.
      if (read && read.at >= how.at.since.getTime() - 2000 && body.is_echo === true && text(body.text)?.trim() === words.trim()) found.add(text(body.mid) ?? '');
    }
    break; // one customer, one conversation
  }
  const [only] = found;
  return found.size === 1 && only ? { platformId: only, aliases: [], status: 200, body: JSON.stringify({ message_id: only }) } : undefined;
}
