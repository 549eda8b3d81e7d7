import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Passed {
  readonly method: string;
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
  readonly status: number;
}
/** In front of a simulated platform: keeps what passed. `before` may answer in its place, or hold a request up. */
export async function startRecordingProxy(target: string, before: (path: string, response: http.ServerResponse) => Promise<boolean> = async () => false) {
  const passed: Passed[] = [];
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (d: Buffer) => parts.push(d));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      const { method = 'GET', url = '/', headers } = request;
      const keep = (status: number) => passed.push({ method, path: url, type: headers['content-type'] ?? '', body, status });
      void before(url, response).then((answered) => {
        if (answered) return keep(0);
        const { host: _host, ...rest } = headers;
        const on = http.request(target + url, { method, headers: rest }, (answer) => {
          keep(answer.statusCode ?? 0);
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        on.on('error', () => response.destroy());
        on.end(body);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed: passed as readonly Passed[],
    of: (edge: RegExp) => passed.filter((p) => edge.test(p.path)),
    async end() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type RecordingProxy = Awaited<ReturnType<typeof startRecordingProxy>>;
