import type { AxiosInstance } from 'axios';
import type { SendOptions } from '../contract.ts';
import { type Loose, object } from './loose.ts';
import { parseJson } from './parse-json.ts';
import { PlatformRefusal } from './send-error.ts';

/** One GET of the Graph API. Throws PlatformRefusal for anything but a 200 with JSON; big integer ids keep their digits. */
export async function readGraph(http: AxiosInstance, path: string, options: SendOptions): Promise<Loose> {
  const response = await http.request<string>({
    method: 'GET',
    url: options.baseUrl.replace(/\/$/, '') + path,
    signal: options.signal,
    headers: { authorization: `Bearer ${options.credentials.accessToken ?? ''}`, 'user-agent': 'parlance' },
  });
  const body = typeof response.data === 'string' ? response.data : '';
  const parsed = parseJson(Buffer.from(body));
  if (response.status !== 200 || !parsed.ok) throw new PlatformRefusal(response.status, body, String(response.headers['retry-after'] ?? ''));
  return object(parsed.value);
}
