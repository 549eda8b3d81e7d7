import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { freePort } from './kafka.ts';

export interface CloudCall {
  readonly to: string;
  readonly own: string;
  readonly at: number;
}
/** What the platform does with the n-th call (from 1) to this recipient. */
export type Behaviour = (response: ServerResponse, call: { id: string; n: number; request: IncomingMessage }) => void;
export const accept: Behaviour = (response, { id }) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ messaging_product: 'whatsapp', messages: [{ id }] }));
export const refuse =
  (code: number, status = 400): Behaviour =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error: { message: `(#${code})`, code, fbtrace_id: 'x' } }));

/** A Cloud API whose answers are scripted by recipient; every call is kept. */
export async function startCloudApi(behaviours: Readonly<Record<string, Behaviour>> = {}) {
  const calls: CloudCall[] = [];
  const shown: { account: object | null } = { account: null };
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (d) => {
      body += d;
    });
    request.on('end', () => {
      // The gateway also lists templates: there are none to be listed.
      if (request.method === 'GET' && shown.account && request.url?.includes('display_phone_number'))
        return void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(shown.account));
      if (request.method === 'GET') return void refuse(100)(response, { id: '', n: 0, request });
      const { to, recipient, biz_opaque_callback_data: own } = JSON.parse(body) as { to?: string; recipient?: string; biz_opaque_callback_data: string };
      const name = to ?? recipient ?? '';
      calls.push({ to: name, own, at: Date.now() });
      const n = calls.filter((c) => c.to === name).length;
      (behaviours[name] ?? accept)(response, { id: `wamid.OUT.${name}.${n}`, n, request });
    });
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    /** What a read of the account shows; by default nothing. */
    set account(account: object) {
      shown.account = account;
    },
    to: (name: string) => calls.filter((c) => c.to === name),
    async end() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
