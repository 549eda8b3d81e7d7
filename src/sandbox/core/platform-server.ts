import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { refuseInSlots } from './refusing-port.ts';
import { type Ending, endingOf, type Refusals, refusedBy } from './request-faults.ts';
import { createSteering, type Steering } from './steering.ts';

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
/** Where faults, counts and /sandbox come in; a server without it has none of them. */
export interface Steered {
  readonly steering?: Steering;
  /** The platform's word in faults and counts; `channelOf` for a server that is several. */
  readonly channel?: string;
  readonly channelOf?: (asked: Asked) => string;
  readonly refusals?: Refusals;
}
const MAX_BODY = 110 * 1024 * 1024; // a document of 100 MB is the largest upload that a platform takes
const IDLE_MS = 20;
/** Longer than a phone takes for `delivered` and `read`. */
const EARLY_MS = 2000;

const SLOW_MS = 4000;
const SLOW_PARTS = 40;
/** As from a platform on the other end of a thin line. */
async function trickle(response: ServerResponse, bytes: Buffer): Promise<void> {
  for (let part = 0; part < SLOW_PARTS && !response.destroyed; part++) {
    response.write(bytes.subarray((bytes.length * part) / SLOW_PARTS, (bytes.length * (part + 1)) / SLOW_PARTS));
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS / SLOW_PARTS));
  }
  response.end();
}
function write(response: ServerResponse, { status, headers, body = '' }: Answer, { ending, head }: { ending: Ending; head: boolean }): void {
  const json = typeof body === 'object' && !Buffer.isBuffer(body);
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(json ? JSON.stringify(body) : (body as string));
  response.writeHead(status, { ...(json ? { 'content-type': 'application/json' } : {}), 'content-length': bytes.length, ...headers });
  if (ending === 'slow') return void trickle(response, bytes);
  if (ending === 'half') response.write(bytes.subarray(0, bytes.length / 2), () => response.socket?.destroy());
  else response.end(head ? undefined : bytes);
}
/** Requests whole: all that a simulated API needs of HTTP. */
function readWhole(request: IncomingMessage, done: (asked: Asked) => void): void {
  const parts: Buffer[] = [];
  let size = 0;
  request.on('data', (part: Buffer) => {
    size += part.length;
    if (size <= MAX_BODY) parts.push(part);
  });
  request.on('end', () => {
    const url = new URL(request.url ?? '/', 'http://platform');
    done({ method: request.method ?? 'GET', path: url.pathname, query: url.searchParams, headers: request.headers, body: Buffer.concat(parts) });
  });
}

/** Answers whole, but for the faults that are asked for. Binds loopback. */
export function createPlatformServer(
  answer: (asked: Asked) => Answer | Promise<Answer>,
  { steering = createSteering(), channel = 'platform', channelOf = () => channel, refusals = () => null }: Steered = {},
): PlatformServer {
  let base = '';
  const busy = new WeakSet<Socket>();
  async function reply(asked: Asked): Promise<{ answer: Answer; ending: Ending }> {
    try {
      const steered = steering.control?.(asked);
      if (steered) return { answer: steered, ending: 'whole' };
      const name = channelOf(asked);
      const made = refusedBy(steering, asked, { channel: name, refusals }) ?? (await answer(asked));
      const sent = steering.stats.answered(name, asked, made);
      if (sent && steering.faults.strikes('early-status', name)) await new Promise((resolve) => setTimeout(resolve, EARLY_MS));
      return endingOf(steering, { asked, answer: made, channel: name });
    } catch (error) {
      const message = `the simulator failed: ${(error as Error).message}`;
      return { answer: { status: 500, body: { error: { message, type: 'OAuthException', code: 1 } } }, ending: 'whole' };
    }
  }
  const server = http.createServer((request, response) => {
    const { socket } = request;
    busy.add(socket);
    response.on('close', () => {
      busy.delete(socket);
      if (!socket.destroyed && steering.faults.strikes('idle-closed', channel)) setTimeout(() => busy.has(socket) || socket.destroy(), IDLE_MS);
    });
    readWhole(request, (asked) => {
      void reply(asked).then(({ answer: made, ending }) => {
        if (ending === 'reset') socket.resetAndDestroy();
        else if (ending !== 'silence') write(response, made, { ending, head: request.method === 'HEAD' });
      });
    });
  });
  const port = refuseInSlots(server, steering.faults, channel);
  return {
    start: (at = 0) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(at, '127.0.0.1', 1024, () => {
          base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
          resolve(base);
        });
      }),
    url: () => base,
    stop: () =>
      new Promise((resolve) => {
        port.stop();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
