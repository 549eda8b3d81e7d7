import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { AxiosInstance } from 'axios';

const MAX_ANSWER = 8 * 1024 * 1024;
/** Idle sockets are dropped before the platform's side drops them, so that a reset on a reused socket stays rare. */
const agent = { keepAlive: true, keepAliveMsecs: 5000, timeout: 30_000, maxSockets: 64, maxFreeSockets: 32 };

/** Loaded at the first call: the store's thread knows the adapters too and never makes one. */
async function load(): Promise<AxiosInstance> {
  const { default: axios } = await import('axios');
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
export type Http = Pick<AxiosInstance, 'request'>;

/** The HTTP client of every platform call: answers as text whatever their status, no redirects, no proxy of the environment. */
export function createHttp(): Http {
  let client: Promise<AxiosInstance> | null = null;
  return {
    async request(config) {
      client ??= load();
      return (await client).request(config);
    },
  };
}
