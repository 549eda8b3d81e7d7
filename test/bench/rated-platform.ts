import { createHmac } from 'node:crypto';
import http from 'node:http';
import type { Socket } from 'node:net';
import { CLOCK } from './clock.ts';
import { phoneNumberId, phoneOf, SECRET } from './load.ts';

/**
 * A Cloud API that holds to its rules, in a process of its own: so many messages in any second, what customers write among them (it is
 * this process that writes it), and a bucket for each recipient. It may be slow, and close connections. It answers what it is asked by
 * messages: `{ what: 'rules', … }`, `'inbound'`, `'told'`.
 */
interface Rules {
  readonly perSecond?: number;
  readonly pair?: { readonly everyMs: number; readonly burst: number };
  readonly answerMs?: number;
  /** Idle connections are closed after so long, without a word of it in any header. */
  readonly closeIdleMs?: number;
}
let rules: Rules = {};
let taken: number[] = [];
let refused = { rate: 0, pair: 0 };
const second: number[] = [];
const buckets = new Map<string, { tokens: number; at: number }>();
/** Each call that was taken, by our own id of it: when. */
const accepted: [own: string, at: number][] = [];

function counts(now: number): boolean {
  if (rules.perSecond === undefined) return true;
  while ((second[0] ?? now) <= now - 1000) second.shift();
  return second.length < rules.perSecond;
}
function fits(to: string, now: number): boolean {
  if (!rules.pair) return true;
  const { everyMs, burst } = rules.pair;
  const b = buckets.get(to) ?? { tokens: burst, at: now };
  const tokens = Math.min(burst, b.tokens + (now - b.at) / everyMs);
  if (tokens < 1) return false;
  buckets.set(to, { tokens: tokens - 1, at: now });
  return true;
}
const idle = new Map<Socket, NodeJS.Timeout>();
const server = http.createServer((request, response) => {
  clearTimeout(idle.get(request.socket));
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    const json = (status: number, value: object) => {
      const text = JSON.stringify(value);
      const { socket } = request;
      response.writeHead(status, { connection: 'keep-alive', 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
      response.end(text);
      if (rules.closeIdleMs !== undefined)
        idle.set(
          socket,
          setTimeout(() => socket.end(), rules.closeIdleMs),
        );
    };
    if (request.method !== 'POST') return json(400, { error: { code: 100, message: 'nothing to be read' } });
    const now = performance.now();
    const { to = '', biz_opaque_callback_data: own = '' } = JSON.parse(body) as { to?: string; biz_opaque_callback_data?: string };
    const error = (code: number) => json(400, { error: { code, message: `(#${code})`, fbtrace_id: 'x' } });
    if (!counts(now)) {
      refused.rate++;
      return error(130_429);
    }
    if (!fits(to, now)) {
      refused.pair++;
      return error(131_056);
    }
    second.push(now);
    taken.push(now + CLOCK);
    accepted.push([own, now + CLOCK]);
    const answer = () => json(200, { messaging_product: 'whatsapp', messages: [{ id: `wamid.OUT${process.pid}.${taken.length}` }] });
    if (rules.answerMs) setTimeout(answer, rules.answerMs);
    else answer();
  });
});
server.keepAliveTimeout = 3_600_000;
server.on('connection', (socket) => {
  socket.on('error', () => {});
  socket.on('close', () => {
    clearTimeout(idle.get(socket));
    idle.delete(socket);
  });
});

let inbound: NodeJS.Timeout | null = null;
let wrote = 0;
/** Customers write, evenly: each message counts from when it is written, before anybody hears of it. */
function write(port: number, perSecond: number): void {
  const agent = new http.Agent({ keepAlive: true });
  const begun = performance.now();
  const from = wrote;
  inbound = setInterval(() => {
    while (wrote - from < ((performance.now() - begun) / 1000) * perSecond) {
      const n = wrote++;
      const text = JSON.stringify({
        object: 'whatsapp_business_account',
        entry: [
          {
            id: '118200000000777',
            changes: [
              {
                field: 'messages',
                value: {
                  messaging_product: 'whatsapp',
                  metadata: { display_phone_number: '15550100199', phone_number_id: phoneNumberId(0) },
                  messages: [
                    {
                      from: phoneOf(n % 1000),
                      id: `wamid.LATER${process.pid}.${n}`,
                      timestamp: String(Math.floor(Date.now() / 1000)),
                      type: 'text',
                      text: { body: 'and one more thing' },
                    },
                  ],
                },
              },
            ],
          },
        ],
      });
      second.push(performance.now());
      const signature = `sha256=${createHmac('sha256', SECRET).update(text).digest('hex')}`;
      http
        .request(
          { port, host: '127.0.0.1', path: '/webhooks/whatsapp', method: 'POST', agent, headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature } },
          (r) => r.resume(),
        )
        .end(text);
    }
  }, 1);
}
type Asked = { what: 'rules'; rules: Rules } | { what: 'inbound'; port: number; perSecond: number } | { what: 'told' };
process.on('message', (asked: Asked | 'count' | 'times') => {
  if (asked === 'count') return process.send?.({ count: taken.length });
  if (asked === 'times') return process.send?.({ times: taken });
  if (asked.what === 'rules') {
    rules = asked.rules;
    taken = [];
    refused = { rate: 0, pair: 0 };
    accepted.length = 0;
    buckets.clear();
    return process.send?.({});
  }
  if (asked.what === 'inbound') {
    if (inbound) clearInterval(inbound);
    inbound = null;
    if (asked.perSecond > 0) write(asked.port, asked.perSecond);
    return process.send?.({});
  }
  return process.send?.({ accepted, refused, wrote, now: performance.now() + CLOCK });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
process.on('disconnect', () => process.exit(0));
