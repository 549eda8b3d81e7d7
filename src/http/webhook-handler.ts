import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Keys, VerifiedRequest, WebhookAdapter } from '../../adapters/contract.ts';
import type { Journal } from '../journal/port.ts';
import type { Keyring } from '../secrets/keyring.ts';
import { answer, refuse } from './answers.ts';
import type { Endpoint } from './endpoints.ts';
import { keysFor } from './keys-for.ts';
import { createBudget, MAX_BODY, readBody } from './read-body.ts';
import { ReceivedRequest } from './received-request.ts';
import type { RefusedRing } from './refused-ring.ts';

export interface WebhookDeps {
  /** The adapter that verifies and acknowledges for a provider; null where no such adapter is there. */
  adapterOf(provider: 'meta' | 'twilio'): WebhookAdapter | null;
  keyring(): Keyring;
  readonly journal: Journal;
  readonly publicUrl: URL;
  readonly refused: RefusedRing;
  /** Bounded labels: endpoint, outcome; seconds from the first byte to the answer. */
  observe(endpoint: string, outcome: string, seconds: number): void;
  /** ACK_AFTER=store: resolves once the effects of this offset are committed; rejects in time. */
  readonly afterStore: ((offset: number) => Promise<void>) | null;
}

/** Headers kept with the raw request. */
const KEPT = ['content-type', 'x-hub-signature-256', 'x-twilio-signature', 'i-twilio-idempotency-token', 'user-agent'] as const;
const headersOf = (request: IncomingMessage): Record<string, string> => {
  const kept: Record<string, string> = {};
  for (const name of KEPT) {
    const value = request.headers[name];
    if (typeof value === 'string') kept[name] = value;
  }
  return kept;
};

/** GET: the platform's handshake. POST: verify on the raw bytes, journal, 200. Nothing is parsed here. */
export function createWebhookHandler(deps: WebhookDeps) {
  const budget = createBudget();
  const keysOf = (endpoint: Endpoint): Keys => keysFor(deps.keyring(), endpoint);
  const requestOf = (request: IncomingMessage, body: Buffer) => new ReceivedRequest(request, body, deps.publicUrl);

  function shake(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse): void {
    const reply = deps.adapterOf(endpoint.provider)?.handshake(requestOf(request, Buffer.alloc(0)), keysOf(endpoint));
    if (reply) answer(response, reply);
    else refuse(response, 'method_not_allowed', { headers: { allow: 'POST' } });
  }
  async function keep(endpoint: Endpoint, verified: VerifiedRequest, request: IncomingMessage): Promise<void> {
    const offset = await deps.journal.append({
      receivedAt: verified.receivedAt.getTime(),
      method: 'POST',
      url: request.url ?? '/',
      headers: headersOf(request),
      body: verified.body,
      keyId: verified.keyId,
      endpoint: endpoint.name,
      channel: endpoint.channel,
      origin: 'webhook',
    });
    if (deps.afterStore) await deps.afterStore(offset);
  }
  function take(endpoint: Endpoint, exchange: { request: IncomingMessage; response: ServerResponse; started: number }, body: Buffer): void {
    const { request, response, started } = exchange;
    const adapter = deps.adapterOf(endpoint.provider);
    const done = (outcome: string) => deps.observe(endpoint.name, outcome, (performance.now() - started) / 1000);
    const verdict = adapter?.verify(requestOf(request, body), keysOf(endpoint));
    if (!adapter || !verdict?.ok) {
      deps.refused.add({
        at: Date.now(),
        url: request.url ?? '',
        endpoint: endpoint.name,
        channel: endpoint.channel,
        why: verdict && !verdict.ok ? verdict.error : 'no_adapter',
        headers: headersOf(request),
        body,
      });
      refuse(response, 'signature_invalid');
      return done('refused');
    }
    const { value } = verdict;
    keep(endpoint, value, request).then(
      () => {
        answer(response, adapter.ack(value));
        done('accepted');
      },
      () => {
        refuse(response, 'journal_unavailable', { headers: { 'retry-after': '5' } });
        done('unavailable');
      },
    );
  }
  function receive(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse): void {
    const started = performance.now();
    const stop = (code: 'payload_too_large' | 'overloaded' | 'unsupported_encoding') => {
      refuse(response, code, { headers: { connection: 'close' } });
      request.resume(); // what still comes is thrown away until the socket closes
      setTimeout(() => request.socket.destroy(), 2000).unref();
      deps.observe(endpoint.name, code, (performance.now() - started) / 1000);
    };
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') return stop('unsupported_encoding');
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) return stop('payload_too_large');
    readBody(request, budget, (fault, body) => {
      if (fault === 'aborted') return deps.observe(endpoint.name, 'aborted', (performance.now() - started) / 1000);
      if (fault === 'too_large') return stop('payload_too_large');
      if (fault === 'overloaded') return stop('overloaded');
      take(endpoint, { request, response, started }, body);
    });
  }
  return (endpoint: Endpoint, request: IncomingMessage, response: ServerResponse): void => {
    if (request.method === 'POST') receive(endpoint, request, response);
    else if (request.method === 'GET') shake(endpoint, request, response);
    else {
      request.resume();
      refuse(response, 'method_not_allowed', { headers: { allow: 'GET, POST' } });
    }
  };
}
