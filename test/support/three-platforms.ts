import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listed } from './twilio-api.ts';

type Platform = 'whatsapp' | 'messenger' | 'sms';
export interface Taken {
  readonly platform: Platform;
  /** From which account: phone_number_id, page id or number. */
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly at: number;
  readonly accepted: boolean;
}
export interface Exchange {
  readonly platform: Platform;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The n-th call to this recipient from this account, from 1. */
  readonly n: number;
  /** The message is taken, whatever is answered. */
  accept(): string;
  /** The platform's own acceptance. */
  answer(id: string): void;
}
export type Script = (exchange: Exchange) => void;

function read(request: IncomingMessage, body: string): { platform: Platform; from: string; to: string; text: string } {
  const path = new URL(request.url ?? '/', 'http://x').pathname;
  if (path.startsWith('/2010-04-01/')) {
    const form = new URLSearchParams(body);
    return { platform: 'sms', from: form.get('From') ?? form.get('MessagingServiceSid') ?? '', to: form.get('To') ?? '', text: form.get('Body') ?? '' };
  }
  const from = path.split('/').at(-2) ?? '';
  const json = JSON.parse(body) as { to?: string; text?: { body?: string }; recipient?: { id?: string }; message?: { text?: string } };
  return json.to === undefined
    ? { platform: 'messenger', from, to: json.recipient?.id ?? '', text: json.message?.text ?? '' }
    : { platform: 'whatsapp', from, to: json.to, text: json.text?.body ?? '' };
}
const ANSWERS: Readonly<Record<Platform, (id: string, to: string) => [number, object]>> = {
  whatsapp: (id) => [200, { messaging_product: 'whatsapp', messages: [{ id }] }],
  messenger: (id, to) => [200, { recipient_id: to, message_id: id }],
  sms: (id) => [201, { sid: id, status: 'queued' }],
};

/** Cloud API, Send API and Twilio on one port, each call scripted by its recipient. Every call is kept, and whether it was taken: what a customer would have got is counted here, by nobody else's word. */
export async function startThreePlatforms(scriptOf: (to: string) => Script) {
  const calls: (Taken & { accepted: boolean })[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (d) => {
      body += d;
    });
    request.on('end', () => {
      const json = (status: number, value: object) => void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      if (request.method === 'GET') {
        const to = new URL(request.url ?? '/', 'http://x').searchParams.get('To');
        const sent = calls.flatMap((c, i) =>
          c.platform === 'sms' && c.accepted && c.to === to ? [listed(`SM${i}`, { direction: 'outbound-api', status: 'sent', from: c.from, to: c.to, body: c.text })] : [],
        );
        return json(200, request.url?.startsWith('/2010-04-01/') ? { messages: sent, next_page_uri: null } : { data: [] });
      }
      const call = { ...read(request, body), at: Date.now(), accepted: false };
      const n = calls.filter((c) => c.to === call.to && c.from === call.from).length + 1;
      const id = `${call.platform === 'sms' ? 'SM' : 'id.'}${calls.push(call) - 1}`;
      scriptOf(call.to)({
        platform: call.platform,
        request,
        response,
        n,
        accept() {
          call.accepted = true;
          return id;
        },
        answer: (given) => json(...ANSWERS[call.platform](given, call.to)),
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: calls as readonly Taken[],
    /** How many calls there were from this account to this recipient, and how many of them were taken. */
    count(from: string, to: string): [calls: number, accepted: number] {
      const mine = calls.filter((c) => c.from === from && c.to === to);
      return [mine.length, mine.filter((c) => c.accepted).length];
    },
    async end() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type ThreePlatforms = Awaited<ReturnType<typeof startThreePlatforms>>;
