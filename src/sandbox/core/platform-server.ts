import http, { type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object goes out as JSON. */
  readonly body?: object | string | Buffer;
}
export interface PlatformServer {
  /** Resolves to the base URL once it answers. */
  start(port?: number): Promise<string>;
  /** The base URL; empty before the start. */
  url(): string;
  stop(): Promise<void>;
}
const MAX_BODY = 110 * 1024 * 1024; // a document of 100 MB is the largest upload that a platform takes

/** Requests whole, answers whole: all that a simulated API needs of HTTP. Binds loopback. */
export function createPlatformServer(answer: (asked: Asked) => Answer | Promise<Answer>): PlatformServer {
  let base = '';
  async function reply(asked: Asked): Promise<Answer> {
    try {
      return await answer(asked);
    } catch (error) {
      return { status: 500, body: { error: { message: `the simulator failed: ${(error as Error).message}`, type: 'OAuthException', code: 1 } } };
    }
  }
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on('data', (part: Buffer) => {
      size += part.length;
      if (size <= MAX_BODY) parts.push(part);
    });
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://platform');
      const asked = { method: request.method ?? 'GET', path: url.pathname, query: url.searchParams, headers: request.headers, body: Buffer.concat(parts) };
      void reply(asked).then(({ status, headers, body = '' }) => {
        const json = typeof body === 'object' && !Buffer.isBuffer(body);
        const bytes = Buffer.isBuffer(body) ? body : Buffer.from(json ? JSON.stringify(body) : (body as string));
        response.writeHead(status, { ...(json ? { 'content-type': 'application/json' } : {}), 'content-length': bytes.length, ...headers });
        response.end(request.method === 'HEAD' ? undefined : bytes);
      });
    });
  });
  return {
    start: (port = 0) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', 1024, () => {
          base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
          resolve(base);
        });
      }),
    url: () => base,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
