import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface GraphCall {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown> | null;
  /** The body, byte for byte. */
  readonly text: string;
}
export interface GraphAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** As JSON; text as it is. */
  readonly body: unknown;
}

/** A Graph API on loopback whose answers the test gives; null: it takes the call and never answers. Every call is kept. */
export async function startGraphApi(answer: (call: GraphCall, n: number) => GraphAnswer | null | Promise<GraphAnswer | null>) {
  const calls: GraphCall[] = [];
  const server = http.createServer((request, response) => {
    let text = '';
    request.on('data', (d) => {
      text += d;
    });
    request.on('end', async () => {
      const call: GraphCall = {
        method: request.method ?? '',
        url: new URL(request.url ?? '/', 'http://x'),
        authorization: request.headers.authorization,
        body: text ? (JSON.parse(text) as Record<string, unknown>) : null,
        text,
      };
      calls.push(call);
      const told = await answer(call, calls.length);
      if (told === null) return;
      response.writeHead(told.status ?? 200, { 'content-type': 'application/json', ...told.headers });
      response.end(typeof told.body === 'string' ? told.body : JSON.stringify(told.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async end() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As startGraphApi, for a whole test file: started and ended with it; each test sets `answer` and finds its own calls alone. */
export function useGraphApi() {
  const graph = {
    answer: (() => ({ body: {} })) as (call: GraphCall) => GraphAnswer | null,
    calls: [] as readonly GraphCall[],
    url: '',
    /** How often the next request of a list was waited for. */
    turns: 0,
    options: (ms = 20_000) => ({ baseUrl: `${graph.url}/`, credentials: { accessToken: 'secret-token' }, signal: AbortSignal.timeout(ms), turn: async () => void graph.turns++ }),
  };
  let api: Awaited<ReturnType<typeof startGraphApi>>;
  beforeAll(async () => {
    api = await startGraphApi((call) => graph.answer(call));
    graph.url = api.url;
    graph.calls = api.calls;
  });
  beforeEach(() => {
    api.calls.length = 0;
    graph.turns = 0;
  });
  afterAll(() => api.end());
  return graph;
}
