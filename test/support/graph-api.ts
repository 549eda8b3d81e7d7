import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface GraphCall {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown> | null;
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
