import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, refuse } from './answers.ts';
import { endpointOf } from './endpoints.ts';
import { KEPT_MS } from './kept-connections.ts';
import { createMediaHandler, MEDIA_PATH, type MediaAccess } from './media-handler.ts';
import { createWebhookHandler, type WebhookDeps } from './webhook-handler.ts';

export interface PublicListener {
  /** Resolves to the port once it listens. */
  start(port: number, host: string): Promise<number>;
  /** Takes no new connection, answers what is open, closes. */
  stop(): Promise<void>;
}
const TEXT = 'text/plain; charset=utf-8';
const MAX_CONNECTIONS = 10_000;

/** The public listener: webhooks, media links, health. Raw node:http, no framework in the path of an acknowledgement. */
export function createPublicListener(deps: WebhookDeps & { media(): MediaAccess | null }): PublicListener {
  const webhook = createWebhookHandler(deps);
  const media = createMediaHandler(deps.media);
  const state = { stopping: false };
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const url = request.url ?? '/';
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    const endpoint = endpointOf(path);
    if (endpoint) return webhook(endpoint, request, response);
    request.resume();
    const get = request.method === 'GET' || request.method === 'HEAD';
    const medium = MEDIA_PATH.exec(path)?.[1];
    if (medium !== undefined) return media(medium, request, response);
    if (path === '/healthz' && get) return answer(response, { status: 200, type: TEXT, body: 'ok\n' });
    if (path === '/readyz' && get) return deps.journal.writable() ? answer(response, { status: 200, type: TEXT, body: 'ready\n' }) : refuse(response, 'journal_unavailable');
    refuse(response, 'not_found');
  };
  const server = http.createServer(
    { requestTimeout: 20_000, headersTimeout: 10_000, keepAliveTimeout: KEPT_MS, connectionsCheckingInterval: 2000, maxHeaderSize: 16 * 1024, insecureHTTPParser: false },
    (request, response) => {
      // A connection that is kept would go on bringing webhooks until the drain's patience ends.
      if (state.stopping) response.setHeader('connection', 'close');
      try {
        handle(request, response);
      } catch {
        refuse(response, 'invalid_request');
      }
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.maxHeadersCount = 200;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const status =
      error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    else socket.destroy();
  });
  return {
    start: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, 1024, () => resolve((server.address() as AddressInfo).port));
      }),
    stop: () =>
      new Promise((resolve) => {
        state.stopping = true;
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 10_000).unref();
      }),
  };
}
