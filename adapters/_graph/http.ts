import type { AxiosInstance } from 'axios';
import { createAgents } from './agents.ts';
import { createWire } from './wire.ts';

const MAX_ANSWER = 8 * 1024 * 1024;

/** Loaded at the first call: the store's thread knows the adapters too and never makes one. */
async function load(): Promise<AxiosInstance> {
  const { default: axios } = await import('axios');
  const agents = createAgents();
  return axios.create({
    adapter: createWire({ ...agents, other: axios.getAdapter('http') }),
    httpAgent: agents.http,
    httpsAgent: agents.https,
    maxRedirects: 0,
    proxy: false,
    maxContentLength: MAX_ANSWER,
    responseType: 'text',
    transformRequest: (data: unknown) => data,
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
