import { createHmac } from 'node:crypto';
import { residentMbOfLiving } from '../../bench/proc.ts';
import { channel, SECRET, startGateway, type TestGateway, text, webhook } from '../../support/gateway.ts';
import { type Piece, type RawAnswer, speak } from '../../support/raw-http.ts';
import { smsChannel } from '../../support/twilio-api.ts';

export const ONE = '207700000000123';
export const CUSTOMER = '447700900101';
export const WORDS = 'zebra-crossing-at-midnight';
export const OTHER_SECRET = 'globex-app-secret';
const TWILIO_TOKEN = 'twilio-token';

export const meta = (body: Buffer | string, secret = SECRET): string => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
let made = 0;
/** A message of a customer as Meta would send it. */
export const hello = (words = WORDS): string => JSON.stringify(webhook(ONE, { messages: [text(CUSTOMER, `wamid.H${++made}`, words)] }));

export interface Shape {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: readonly (readonly [string, string])[];
  /** Signed as Meta does, unless `headers` carry a signature. */
  readonly signed?: boolean;
  readonly length?: number | null;
}
/** The bytes of a request, with whatever headers, twice if need be. */
export function requestOf(body: Buffer | string, shape: Shape = {}): Buffer {
  const { method = 'POST', path = '/webhooks/whatsapp', headers = [], signed = true, length = Buffer.byteLength(body) } = shape;
  const has = (name: string) => headers.some(([n]) => n.toLowerCase() === name);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...(has('host') ? [] : ['Host: 127.0.0.1']),
    ...(has('content-type') ? [] : ['Content-Type: application/json']),
    ...(length === null ? [] : [`Content-Length: ${length}`]),
    ...(signed && !has('x-hub-signature-256') ? [`X-Hub-Signature-256: ${meta(body)}`] : []),
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body)]);
}
export interface Target {
  readonly gateway: TestGateway;
  readonly port: number;
  readonly operatorPort: number;
  /** Every status that any case was answered with. */
  readonly seen: Map<number, number>;
  say(pieces: readonly Piece[], options?: { ms?: number; answers?: number; half?: boolean; operator?: boolean }): Promise<RawAnswer>;
  /** POST with fetch; the status. */
  post(body: Buffer | string, headers?: Readonly<Record<string, string>>, path?: string): Promise<number>;
  /** A form at the SMS webhook, signed as Twilio does over the parameters in wire order. */
  form(params: readonly (readonly [string, string])[], headers?: Readonly<Record<string, string>>): Promise<number>;
  /** A key that may do nothing but read and send in its tenant. */
  readonly key: string;
  memoryMb(): number;
}

export async function startTarget(): Promise<Target> {
  const gateway = await startGateway({
    channels: [
      channel('ch_wa', ONE),
      channel('ch_b', '207700000000999', { tenant: 'globex', appSecret: OTHER_SECRET, businessAccountId: '2' }),
      smsChannel({ authToken: TWILIO_TOKEN }),
    ],
  });
  const seen = new Map<number, number>();
  const note = (status: number) => void seen.set(status, (seen.get(status) ?? 0) + 1);
  const [port, operatorPort] = [Number(new URL(gateway.url).port), Number(new URL(gateway.api).port)];
  const { json } = await gateway.call('/v1/keys', { method: 'POST', body: { name: 'fuzz', tenant: 'acme', scopes: ['read', 'send', 'admin'] } });
  async function post(body: Buffer | string, headers: Readonly<Record<string, string>> = {}, path = '/webhooks/whatsapp'): Promise<number> {
    const response = await fetch(gateway.url + path, {
      method: 'POST',
      body: Buffer.from(body),
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': meta(body), ...headers },
    });
    await response.arrayBuffer();
    note(response.status);
    return response.status;
  }
  return {
    gateway,
    port,
    operatorPort,
    seen,
    post,
    async say(pieces, { operator = false, ...options } = {}) {
      const answer = await speak(operator ? operatorPort : port, pieces, options);
      for (const status of answer.statuses) note(status);
      return answer;
    },
    form(params, headers = {}) {
      const body = new URLSearchParams(params.map(([k, v]): [string, string] => [k, v])).toString();
      const values = new Map<string, Set<string>>();
      for (const [k, v] of new URLSearchParams(body)) values.set(k, (values.get(k) ?? new Set()).add(v));
      const covered = [...values.keys()]
        .sort()
        .map((k) =>
          [...(values.get(k) ?? [])]
            .sort()
            .map((v) => k + v)
            .join(''),
        )
        .join('');
      const signature = createHmac('sha1', TWILIO_TOKEN).update(`${gateway.url}/webhooks/sms${covered}`).digest('base64');
      return post(body, { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature, ...headers }, '/webhooks/sms');
    },
    key: (json as { key: string }).key,
    memoryMb: () => residentMbOfLiving(gateway.child.pid),
  };
}
