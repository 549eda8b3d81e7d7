import type { Identity } from '../../schemas/index.ts';
import type { Http } from '../_graph/http.ts';
import { list, object, text } from '../_graph/loose.ts';
import { PlatformRefusal } from '../_graph/send-error.ts';
import type { Call, SendOptions, Sent } from '../contract.ts';
import { phone, userId } from './identity.ts';

/** What a 200 says: the message's id, and the names it gives the recipient. */
function readAnswer(body: string): { platformId: string | undefined; aliases: Identity[] } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    parsed = null;
  }
  const answer = object(parsed);
  const aliases = list(answer.contacts).flatMap((item): Identity[] => {
    const c = object(item);
    const number = phone(c.wa_id);
    const user = userId(c.user_id);
    return [...(user ? [{ type: 'whatsapp_user' as const, value: user }] : []), ...(number ? [{ type: 'phone' as const, value: number }] : [])];
  });
  return { platformId: text(object(list(answer.messages)[0]).id), aliases };
}

/** One attempt. Throws PlatformRefusal for an answer that is no acceptance, axios's own error where none came. */
export async function send(http: Http, call: Call, options: SendOptions): Promise<Sent> {
  const response = await http.request<string>({
    method: call.method,
    url: options.baseUrl.replace(/\/$/, '') + call.path,
    data: call.body,
    signal: options.signal,
    headers: { authorization: `Bearer ${options.credentials.accessToken ?? ''}`, 'content-type': call.contentType, 'user-agent': 'parlance' },
  });
  const body = typeof response.data === 'string' ? response.data : '';
  const { platformId, aliases } = readAnswer(body);
  if (response.status < 200 || response.status >= 300 || platformId === undefined) throw new PlatformRefusal(response.status, body, String(response.headers['retry-after'] ?? ''));
  return { platformId, aliases, status: response.status, body };
}
