import type { Http } from '../_graph/http.ts';
import { PlatformRefusal } from '../_graph/send-error.ts';
import type { Call, Credentials, SendOptions, Sent } from '../contract.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string;
}
/** What the library hands to a custom HTTP client, as far as it is used here. */
interface LibraryRequest {
  readonly method: string;
  readonly uri: string;
  readonly username?: string;
  readonly password?: string;
  readonly headers?: Record<string, string>;
  readonly data?: unknown;
}
const HOST = 'https://api.twilio.com';

/** One request through Twilio's library: its addresses, headers and authentication; our sockets, deadline and base URL; no retries. */
export async function request(http: Http, call: Call, options: SendOptions): Promise<Answer> {
  const answered: { last: Answer | null } = { last: null };
  const httpClient = {
    async request(asked: LibraryRequest) {
      const response = await http.request<string>({
        method: asked.method,
        url: options.baseUrl.replace(/\/$/, '') + asked.uri.slice(HOST.length),
        headers: asked.headers ?? {},
        auth: { username: asked.username ?? '', password: asked.password ?? '' },
        signal: options.signal,
        ...(call.method === 'GET' ? {} : { data: call.body }),
      });
      answered.last = { status: response.status, body: typeof response.data === 'string' ? response.data : '', retryAfter: String(response.headers['retry-after'] ?? '') };
      return { statusCode: response.status, body: response.data, headers: response.headers };
    },
  };
  const client = await clientOf(options.credentials, httpClient);
  await client.request({ method: call.method.toLowerCase() as 'post', uri: HOST + call.path, headers: { 'Content-Type': call.contentType } });
  if (!answered.last) throw new Error('the library made no request');
  return answered.last;
}

/** Loaded at the first call, as it is large. The API key where there is one (revocable), else the account's own token. */
async function clientOf(credentials: Credentials, httpClient: unknown) {
  const { default: twilio } = await import('twilio');
  const { accountSid = '', authToken = '', apiKey, apiSecret } = credentials;
  const [username, password] = apiKey && apiSecret ? [apiKey, apiSecret] : [accountSid, authToken];
  return twilio(username, password, { accountSid, autoRetry: false, httpClient: httpClient as never });
}

/** One attempt. Throws PlatformRefusal for an answer that is no acceptance, axios's own error where none came. */
export async function send(http: Http, call: Call, options: SendOptions): Promise<Sent> {
  const { status, body, retryAfter } = await request(http, call, options);
  let sid: unknown;
  try {
    sid = (JSON.parse(body) as { sid?: unknown }).sid;
  } catch {
    sid = undefined;
  }
  if (status < 200 || status >= 300 || typeof sid !== 'string' || sid === '') throw new PlatformRefusal(status, body, retryAfter);
  return { platformId: sid, aliases: [], status, body };
}
