import { setMaxListeners } from 'node:events';
import http from 'node:http';
import https from 'node:https';

export interface Post {
  readonly url: string;
  /** POST where nothing is said; a GET carries no body. */
  readonly method?: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
/** `connect`: not one byte went out. `read`: it went out, and no whole answer came. */
export type Outcome =
  | { readonly kind: 'answered'; readonly status: number; readonly type: string; readonly body: string; readonly location?: string | undefined }
  | { readonly kind: 'connect' | 'read'; readonly message: string };
export interface Poster {
  post(post: Post, limits: { readonly connectMs: number; readonly readMs: number }): Promise<Outcome>;
  stop(): void;
}
const MAX_SOCKETS = 64;
const MAX_ANSWER = 64 * 1024;

/**
 * The platform's side of a webhook: one attempt. `route` says where an address really leads, for a gateway whose public address is
 * not reachable from here; the request still carries the name that it was given.
 */
export function createPoster(route: (url: URL) => URL = (url) => url): Poster {
  const gone = new AbortController();
  setMaxListeners(0, gone.signal); // one for each request under way
  const agents = { 'http:': new http.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS }), 'https:': new https.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS }) };

  function attempt(post: Post, limits: { connectMs: number; readMs: number }): Promise<Outcome & { again?: boolean }> {
    return new Promise((resolve) => {
      const named = new URL(post.url);
      const at = route(named);
      const secure = at.protocol === 'https:';
      let connected = false;
      const request = (secure ? https : http).request(at, {
        method: post.method ?? 'POST',
        agent: agents[secure ? 'https:' : 'http:'],
        signal: gone.signal,
        headers: { ...post.headers, host: named.host, ...(post.method === 'GET' ? {} : { 'content-length': Buffer.byteLength(post.body) }) },
      });
      let timer = setTimeout(() => request.destroy(new Error('timeout')), limits.connectMs);
      const whenConnected = () => {
        connected = true;
        clearTimeout(timer);
        timer = setTimeout(() => request.destroy(new Error('timeout')), limits.readMs);
      };
      request.on('socket', (socket) => (socket.connecting ? socket.once(secure ? 'secureConnect' : 'connect', whenConnected) : whenConnected()));
      request.on('response', (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          if (body.length < MAX_ANSWER) body += part;
        });
        response.on('end', () => {
          clearTimeout(timer);
          resolve({ kind: 'answered', status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body, location: response.headers.location });
        });
        response.on('error', (error) => {
          clearTimeout(timer);
          resolve({ kind: 'read', message: `half an answer: ${error.message}` });
        });
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        // A kept connection that the other side had closed already says nothing of the webhook.
        resolve({ kind: connected ? 'read' : 'connect', message: error.message, again: request.reusedSocket && error.code === 'ECONNRESET' });
      });
      request.end(post.method === 'GET' ? '' : post.body);
    });
  }
  return {
    async post(post, limits) {
      const first = await attempt(post, limits);
      return first.again && !gone.signal.aborted ? attempt(post, limits) : first;
    },
    stop() {
      gone.abort();
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}
