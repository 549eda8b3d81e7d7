import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from './kafka.ts';

export interface Hook {
  readonly path: string;
  readonly body: string;
  readonly headers: http.IncomingHttpHeaders;
}
export interface Receiver {
  readonly url: string;
  readonly hooks: Hook[];
  /** Answers to give to the next ones; 200 when there is none. */
  readonly answers: { status: number; type?: string; body?: string; location?: string }[];
  /** Answers a verification as a gateway does: with the challenge. */
  echoChallenge: boolean;
  /** Refuses connections until `open`. */
  close(): Promise<void>;
  open(): Promise<void>;
}

/** What a platform sees of a gateway: an address that takes webhooks, or is away. */
export async function startReceiver(): Promise<Receiver> {
  const [hooks, answers]: [Hook[], Receiver['answers']] = [[], []];
  const port = await freePort();
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      hooks.push({ path: request.url ?? '', body: Buffer.concat(parts).toString(), headers: request.headers });
      const challenge = new URL(request.url ?? '/', 'http://x').searchParams.get('hub.challenge');
      if (challenge !== null && receiver.echoChallenge) return void response.writeHead(200, { 'content-type': 'text/plain' }).end(challenge);
      const { status, type, body, location } = answers.shift() ?? { status: 200 };
      response.writeHead(status, { ...(type === undefined ? {} : { 'content-type': type }), ...(location === undefined ? {} : { location }) }).end(body);
    });
  });
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}`,
    hooks,
    answers,
    echoChallenge: false,
    open: () => new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(void (server.address() as AddressInfo)))),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  await receiver.open();
  return receiver;
}
