import type { Readable } from 'node:stream';
import type { Call, SendOptions } from '../contract.ts';
import type { Http } from './http.ts';
import { isObject, type Loose, list, number, object } from './loose.ts';
import { PlatformRefusal } from './send-error.ts';

export interface GraphAnswer {
  readonly status: number;
  readonly body: string;
  /** The body as JSON; empty where it is none. */
  readonly value: Loose;
  /** Seconds, where the platform says when it may be asked again. */
  readonly retryAfter: string;
}

const json = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
};
/** Retry-After, else the minutes until access is regained by X-Business-Use-Case-Usage, as seconds. */
function retryAfterOf(headers: Readonly<Record<string, unknown>>): string {
  const told = headers['retry-after'];
  if (typeof told === 'string' && told !== '') return told;
  const byCase = headers['x-business-use-case-usage'];
  if (typeof byCase !== 'string') return '';
  const usage = Object.values(object(json(byCase))).flatMap(list);
  const minutes = Math.max(0, ...usage.map((u) => number(object(u).estimated_time_to_regain_access) ?? 0));
  return minutes > 0 ? String(minutes * 60) : '';
}

/** One attempt; `streamed` in the place of the call's body. Answers whatever status came; throws axios's own error where no answer came. The token stands in a header, never in an address. */
export async function graphRequest(
  http: Http,
  call: Call,
  options: SendOptions,
  streamed?: { readonly data: Readable; readonly headers: Readonly<Record<string, string>> },
): Promise<GraphAnswer> {
  const response = await http.request<string>({
    method: call.method,
    url: options.baseUrl.replace(/\/$/, '') + call.path,
    ...(call.method === 'GET' ? {} : { data: streamed?.data ?? call.body }),
    signal: options.signal,
    headers: { authorization: `Bearer ${options.credentials.accessToken ?? ''}`, 'content-type': call.contentType, 'user-agent': 'parlance', ...streamed?.headers },
  });
  const body = typeof response.data === 'string' ? response.data : '';
  return { status: response.status, body, value: object(json(body)), retryAfter: retryAfterOf(response.headers as Record<string, unknown>) };
}

/** What a GET answers. Throws PlatformRefusal for anything but an object without an error. */
export async function graphGet(http: Http, path: string, options: SendOptions): Promise<Loose> {
  const { status, body, value, retryAfter } = await graphRequest(http, { method: 'GET', path, contentType: 'application/json', body: '' }, options);
  if (status !== 200 || isObject(value.error)) throw new PlatformRefusal(status, body, retryAfter);
  return value;
}
