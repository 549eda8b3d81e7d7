import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance } from 'axios';
import type { Identity } from '../../schemas/index.ts';
import { list, object, text } from '../_graph/loose.ts';
import { PlatformRefusal } from '../_graph/send-error.ts';
import type { Call, SendOptions, Sent } from '../contract.ts';
import { phone, userId } from './identity.ts';

const MAX_ANSWER = 1024 * 1024;
/** Idle sockets are dropped before the platform's side drops them, so that a reset on a reused socket stays rare. */
const agent = { keepAlive: true, keepAliveMsecs: 5000, timeout: 30_000, maxSockets: 64, maxFreeSockets: 32 };

export function createHttp(): AxiosInstance {
  return axios.create({
    httpAgent: new HttpAgent(agent),
    httpsAgent: new HttpsAgent(agent),
    maxRedirects: 0,
    proxy: false,
    maxContentLength: MAX_ANSWER,
    responseType: 'text',
    transformResponse: (data: unknown) => data,
    validateStatus: () => true,
  });
}

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
export async function send(http: AxiosInstance, call: Call, options: SendOptions): Promise<Sent> {
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
