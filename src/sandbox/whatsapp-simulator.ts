import { createHmac, randomBytes } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A WhatsApp Cloud API on loopback, by Meta's own rules and wire formats. It shares no code with the gateway, so that what the
 * gateway believes of the platform is checked by something that does not believe it.
 */
export interface SimulatorOptions {
  /** Where webhooks go, signed exactly as given. */
  readonly webhookUrl: string;
  readonly appSecret: string;
  readonly accessToken: string;
  readonly phoneNumberId: string;
  readonly businessAccountId: string;
  readonly displayNumber: string; // digits
  log(message: string): void;
}
export interface Shown {
  readonly at: string;
  readonly from: 'customer' | 'business';
  readonly text: string;
  readonly id: string;
}
const WINDOW_MS = 24 * 3_600_000;
const RETRIES_MS = [500, 1000, 2000, 4000, 8000, 16_000, 30_000];
const MAX_BODY = 1024 * 1024;
const MAX_SHOWN = 500;

const wamid = () => `wamid.${Buffer.from(randomBytes(21)).toString('base64')}`;
const seconds = () => String(Math.floor(Date.now() / 1000));
const metaError = (code: number, message: string, details?: string) => ({
  error: {
    message: `(#${code}) ${message}`,
    type: 'OAuthException',
    code,
    ...(details ? { error_data: { messaging_product: 'whatsapp', details } } : {}),
    fbtrace_id: randomBytes(8).toString('hex'),
  },
});

export function createWhatsappSimulator(options: SimulatorOptions) {
  const windows = new Map<string, number>();
  const phones = new Map<string, Shown[]>();
  const timers = new Set<NodeJS.Timeout>();
  const userId = (phone: string) =>
    `GB.${createHmac('sha256', 'sandbox')
      .update(phone)
      .digest('hex')
      .slice(0, 16)
      .replace(/[a-f]/g, (c) => String(c.charCodeAt(0) % 10))}`;
  const show = (phone: string, entry: Shown) => {
    const all = phones.get(phone) ?? [];
    all.push(entry);
    phones.set(phone, all.slice(-MAX_SHOWN));
  };
  const stopped = new AbortController();
  const later = (ms: number, work: () => void) => {
    if (stopped.signal.aborted) return; // a webhook that fails while we stop must not hold the process with its retries
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  };

  /** Delivers a webhook, signed; not answered 2xx, it comes again with back-off, as Meta's do. */
  function deliver(value: object, attempt = 0): void {
    const body = JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: options.businessAccountId,
          changes: [
            {
              field: 'messages',
              value: { messaging_product: 'whatsapp', metadata: { display_phone_number: options.displayNumber, phone_number_id: options.phoneNumberId }, ...value },
            },
          ],
        },
      ],
    });
    const signature = `sha256=${createHmac('sha256', options.appSecret).update(body).digest('hex')}`;
    const again = (why: string) => {
      const wait = RETRIES_MS[attempt];
      options.log(`webhook not taken (${why})`);
      if (wait !== undefined) later(wait, () => deliver(value, attempt + 1));
    };
    const request = http.request(
      options.webhookUrl,
      {
        method: 'POST',
        timeout: 10_000,
        signal: stopped.signal,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'x-hub-signature-256': signature, 'user-agent': 'facebookexternalua' },
      },
      (response) => {
        response.resume();
        if ((response.statusCode ?? 0) >= 300) again(String(response.statusCode));
      },
    );
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', (error) => again(error.message));
    request.end(body);
  }

  /** A customer writes: opens the 24-hour window and sends the webhook. */
  function customerWrites({ from, text, name = 'Sandbox customer' }: { from: string; text: string; name?: string }): string {
    const phone = from.replace(/\D/g, '');
    const id = wamid();
    windows.set(phone, Date.now() + WINDOW_MS);
    show(phone, { at: new Date().toISOString(), from: 'customer', text, id });
    deliver({
      contacts: [{ profile: { name }, wa_id: phone, user_id: userId(phone) }],
      messages: [{ from: phone, from_user_id: userId(phone), id, timestamp: seconds(), type: 'text', text: { body: text } }],
    });
    return id;
  }
  function statuses(id: string, to: string, opaque: unknown): void {
    for (const [i, status] of ['sent', 'delivered', 'read'].entries()) {
      later(30 + i * 60, () =>
        deliver({
          contacts: [{ wa_id: to, user_id: userId(to) }],
          statuses: [
            {
              id,
              status,
              timestamp: seconds(),
              recipient_id: to,
              recipient_user_id: userId(to),
              ...(typeof opaque === 'string' ? { biz_opaque_callback_data: opaque } : {}),
              ...(status === 'sent' ? { pricing: { billable: false, pricing_model: 'PMP', type: 'free_customer_service', category: 'service' } } : {}),
            },
          ],
        }),
      );
    }
  }

  type Body = Readonly<Record<string, unknown>>;
  function send(body: Body): { status: number; body: object } {
    if (body.messaging_product !== 'whatsapp') return { status: 400, body: metaError(100, 'Invalid parameter', 'messaging_product must be whatsapp') };
    const to = typeof body.to === 'string' ? body.to : undefined;
    const recipient = typeof body.recipient === 'string' ? body.recipient : undefined;
    if (!to && !recipient) return { status: 400, body: metaError(131008, 'Required parameter is missing', 'to or recipient') };
    const phone = to ? to.replace(/\D/g, '') : [...windows.keys()].find((p) => userId(p) === recipient);
    if (!phone) return { status: 400, body: metaError(131009, 'Parameter value is not valid', 'recipient') };
    const text = (body.text as { body?: unknown } | undefined)?.body;
    if (body.type !== 'text') return { status: 400, body: metaError(131051, 'Message type is not supported') };
    if (typeof text !== 'string' || text === '') return { status: 400, body: metaError(131008, 'Required parameter is missing', 'text.body') };
    if (text.length > 4096) return { status: 400, body: metaError(100, 'Invalid parameter', 'text.body must be at most 4096 characters') };
    if ((windows.get(phone) ?? 0) < Date.now())
      return {
        status: 400,
        body: metaError(131047, 'Re-engagement message', 'Message failed to send because more than 24 hours have passed since the customer last replied to this number.'),
      };
    const id = wamid();
    show(phone, { at: new Date().toISOString(), from: 'business', text, id });
    statuses(id, phone, body.biz_opaque_callback_data);
    return { status: 200, body: { messaging_product: 'whatsapp', contacts: [to ? { input: to, wa_id: phone } : { input: recipient, user_id: recipient }], messages: [{ id }] } };
  }
  function answer(request: IncomingMessage, text: string): { status: number; body: object } {
    if (request.headers.authorization !== `Bearer ${options.accessToken}`) return { status: 401, body: metaError(190, 'Invalid OAuth access token') };
    const path = /^\/v\d+\.\d+\/(\d+)\/messages$/.exec((request.url ?? '').split('?')[0] ?? '');
    if (request.method !== 'POST' || path?.[1] !== options.phoneNumberId) return { status: 404, body: metaError(803, 'Some of the aliases you requested do not exist') };
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      return { status: 400, body: metaError(100, 'Invalid parameter', 'the body is not JSON') };
    }
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return { status: 400, body: metaError(100, 'Invalid parameter', 'the body is not an object') };
    return send(body as Body);
  }
  const server = http.createServer((request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    let size = 0;
    request.on('data', (part: Buffer) => {
      size += part.length;
      if (size <= MAX_BODY) parts.push(part);
    });
    request.on('end', () => {
      const { status, body } = answer(request, Buffer.concat(parts).toString('utf8'));
      const json = JSON.stringify(body);
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) });
      response.end(json);
    });
  });
  return {
    start: (): Promise<string> => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))),
    customerWrites,
    shown: (phone: string): readonly Shown[] => phones.get(phone.replace(/\D/g, '')) ?? [],
    stop: (): Promise<void> =>
      new Promise((resolve) => {
        stopped.abort();
        for (const timer of timers) clearTimeout(timer);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
export type WhatsappSimulator = ReturnType<typeof createWhatsappSimulator>;
