import { GatewayError } from '../../gateway-error.ts';
import { parseSendCommand } from '../../outbound/admit.ts';
import { currentEta } from '../../outbound/current-eta.ts';
import { PreviewCommand } from '../../outbound/preview.ts';
import { getMessage, listMessages } from '../../outbound/queries.ts';
import type { Asked, Route } from '../deps.ts';
import { parseBody } from '../parse-body.ts';
import { limitOf } from '../query.ts';

export function keyOf(asked: Asked): string | null {
  const key = asked.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || key === '' || key.length > 255)
    throw new GatewayError('invalid_request', 'Idempotency-Key: 1 to 255 characters', { pointer: '/headers/idempotency-key' });
  return key;
}
const optional = (query: Asked['query'], names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((n) => (query[n] === undefined ? [] : [[n, query[n] as string]])));

export const messageRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/messages',
    scope: 'send',
    summary: 'Queue a message; the same Idempotency-Key repeats the same one',
    async handle(asked, deps) {
      const command = parseSendCommand(asked.body);
      const { id, status, eta, ready, preparing } = await deps.store.write('admit', { source: 'api', key: keyOf(asked), tenant: asked.caller.tenant, command, nowMs: Date.now() });
      deps.wakeDispatcher(command.channel, ready);
      if (preparing) deps.wakePreparer();
      return { status: 202, body: { id, status, eta } };
    },
  },
  {
    method: 'post',
    path: '/v1/messages/preview',
    scope: 'send',
    summary: 'The exact platform calls of a message, without sending it; without a channel, or with "*", on every channel',
    handle: async (asked, deps) => ({
      body: await deps.store.write('preview', { tenant: asked.caller.tenant, command: parseBody(PreviewCommand, asked.body), nowMs: Date.now() }),
    }),
  },
  {
    method: 'get',
    path: '/v1/messages',
    scope: 'read',
    summary: 'The delivery log, newest first',
    handle: async (asked, deps) => ({
      body: await listMessages(deps.store.read, {
        tenant: asked.caller.tenant,
        limit: limitOf(asked.query.limit, 50, 500),
        ...optional(asked.query, ['channel', 'direction', 'status', 'contact', 'conversation', 'error', 'q', 'from', 'to', 'cursor']),
      }),
    }),
  },
  {
    method: 'get',
    path: '/v1/messages/:id',
    scope: 'read',
    summary: 'One message: timeline, parts, attempts, redacted exchanges',
    async handle(asked, deps) {
      const message = await getMessage(deps.store.read, asked.params.id ?? '', asked.caller.tenant);
      if (!message) throw new GatewayError('not_found', 'There is no such message.');
      return { body: { ...message, eta: await currentEta(deps.store.read, message.id, { adapterOf: deps.adapterOf, nowMs: Date.now() }) } };
    },
  },
  {
    method: 'post',
    path: '/v1/messages/:id/cancel',
    scope: 'send',
    summary: 'Cancel a message that is queued here, or that its platform holds and lets go of (Twilio, scheduled)',
    handle: async (asked, deps) => ({ body: await deps.cancel({ id: asked.params.id ?? '', tenant: asked.caller.tenant }) }),
  },
  {
    method: 'post',
    path: '/v1/messages/:id/retry',
    scope: 'send',
    summary: 'Send a failed message again, as a new attempt',
    async handle(asked, deps) {
      const body = await deps.store.write('retryMessage', { id: asked.params.id ?? '', tenant: asked.caller.tenant, nowMs: Date.now() });
      deps.wakeDispatcher();
      return { status: 202, body };
    },
  },
];
