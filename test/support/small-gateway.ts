import { createHmac } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Row } from '../../src/conformance/scenarios.ts';

/**
 * A gateway of one number, as small as one can be that passes the conformance table, and with one defect for each of its rows, so that
 * no row is for show. It shares nothing with Parlance but the surface.
 */
export interface SmallGatewayOptions {
  readonly platform: string;
  readonly secrets: readonly string[];
  readonly token: string;
  readonly phoneNumberId: string;
  readonly defects: ReadonlySet<Row>;
}
interface Message {
  readonly id: string;
  readonly phone: string;
  readonly text: string;
}
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const [PER_SECOND, PAIR_MS, BURST, RETRY_MS, TRIES] = [60, 6500, 45, 300, 200];

export async function startSmallGateway({ platform, secrets, token, phoneNumberId, defects }: SmallGatewayOptions) {
  const broken = (row: Row) => defects.has(row);
  const log: { topic: string; event: object }[] = [];
  const seqs = new Map<string, number>();
  const seen = new Set<string>();
  const known = new Set<string>();
  const keys = new Map<string, Message>();
  const queues = new Map<string, Promise<void>>();
  const pairs = new Map<string, number>();
  let times: number[] = [];
  let made = 0;
  let lastAt = 0;
  const book = { channel: 'ch_wa', day: 'today', elements: 0, published: 0, duplicate: 0, absorbed: {}, deadLettered: 0, waiting: 0 };
  const stop = new AbortController();

  function publish(topic: string, subject: string, event: object, data: object): void {
    const key = `${subject} ${topic}`;
    seqs.set(key, (seqs.get(key) ?? 0) + 1);
    log.push({ topic, event: { ...event, subject, data: { seq: seqs.get(key), channel: { id: 'ch_wa' }, ...data } } });
  }
  function take(message: { id: string; from: string; type: string }): void {
    book.elements += 1;
    made += 1;
    if (seen.has(message.id) && !broken('one effect')) {
      book.duplicate += 1;
      return;
    }
    seen.add(message.id);
    known.add(`+${message.from}`);
    times.push(Date.now());
    if (!broken('books balance')) book.published += 1;
    if (broken('nothing lost') && made % 3 === 0) return;
    if (message.type !== 'text' && broken('unknown kept')) return;
    const tell = () => publish('messages.v1', `cv_${message.from}`, { type: 'message.received' }, { message: { platformId: message.id } });
    if (broken('order') && made % 2 === 0) setTimeout(tell, 300);
    else tell();
  }
  function webhook(request: IncomingMessage, body: string): number {
    const good = secrets.some((s) => request.headers['x-hub-signature-256'] === `sha256=${createHmac('sha256', s).update(body).digest('hex')}`);
    if (!good && !broken('forged refused')) return 401;
    const { entry } = JSON.parse(body) as { entry: { changes: { value: { messages?: { id: string; from: string; type: string }[]; statuses?: unknown[] } }[] }[] };
    for (const { value } of entry.flatMap((e) => e.changes)) for (const message of value.messages ?? []) take(message);
    return 200;
  }
  /** A place in the number's second and in the recipient's six. */
  async function place(phone: string): Promise<void> {
    if (broken('limits')) return;
    while (!stop.signal.aborted) {
      const now = Date.now();
      times = times.filter((t) => t > now - 1000);
      const paid = Math.max(pairs.get(phone) ?? 0, now);
      if (times.length < PER_SECOND && now - lastAt >= 1000 / PER_SECOND && paid - now <= (BURST - 1) * PAIR_MS) {
        lastAt = now;
        times.push(now);
        pairs.set(phone, paid + PAIR_MS);
        return;
      }
      await sleep(5);
    }
  }
  async function send({ id, phone, text }: Message): Promise<void> {
    for (let tries = 0; tries < TRIES && !stop.signal.aborted; tries++) {
      await place(phone);
      const answer = await call({ messaging_product: 'whatsapp', to: phone, type: 'text', text: { body: text }, biz_opaque_callback_data: id });
      if (answer === 'in doubt' && !broken('one effect')) return; // it may stand on the phone already
      if (answer === 'sent') return;
      if (answer === 131047 && !broken('window')) return publish('statuses.v1', `cv_${phone.slice(1)}`, { type: 'message.status' }, { messageId: id, status: 'failed' });
      await sleep(RETRY_MS);
    }
  }
  async function call(body: object): Promise<number | 'sent' | 'in doubt' | 'not sent'> {
    try {
      const response = await fetch(`${platform}/v26.0/${phoneNumberId}/messages`, {
        method: 'POST',
        headers: { authorization: 'Bearer wa-token' },
        body: JSON.stringify(body),
        signal: stop.signal,
      });
      const json = (await response.json()) as { error?: { code: number } };
      return json.error?.code ?? 'sent';
    } catch (error) {
      return (error as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED' ? 'not sent' : 'in doubt';
    }
  }
  function hand(body: { to: { phone?: string; conversation?: string }; content: { text: string } }, key: string): { status: number; json: object } {
    const phone = body.to.phone ?? `+${(body.to.conversation ?? '').slice(3)}`;
    if (!known.has(phone) && !broken('window')) return { status: 422, json: { code: 'window_closed' } };
    const before = keys.get(key);
    if (before) return { status: 202, json: { id: before.id } };
    const message = { id: `ms_${keys.size + 1}`, phone, text: body.content.text };
    keys.set(key, message);
    const lane = broken('limits') || broken('order') ? message.id : phone; // one after the other to each
    queues.set(
      lane,
      (queues.get(lane) ?? Promise.resolve()).then(() => send(message)),
    );
    return { status: 202, json: { id: message.id } };
  }
  async function events(query: URLSearchParams): Promise<object> {
    const after = query.get('after') ?? '0';
    const from = after === 'latest' ? log.length : Number(after);
    for (const end = Date.now() + Number(query.get('wait') ?? 0) * 1000; log.length <= from && Date.now() < end && !stop.signal.aborted; ) await sleep(20);
    const page = log.slice(from, from + 1000);
    return { events: page, next: String(from + page.length) };
  }
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => void answer(request, body, response));
  });
  async function answer(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    const json = (status: number, value: object) => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (pathname === '/webhooks/whatsapp') return void response.writeHead(webhook(request, body)).end();
    if (request.headers.authorization !== `Bearer ${token}`) return json(401, {});
    if (pathname === '/v1/events') return json(200, await events(searchParams));
    if (pathname === '/v1/ledger') return json(200, { channels: [book], journals: [{ journal: 'jr_1', received: made, split: made, pending: 0 }] });
    const done = hand(JSON.parse(body) as never, String(request.headers['idempotency-key']));
    return json(done.status, done.json);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      stop.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
