import { z } from 'zod';
import type { BatchItem, BatchResult } from '../../outbound/batch.ts';
import type { Asked, Route } from '../deps.ts';
import { parseBody } from '../parse-body.ts';
import { keyOf } from './messages.ts';

/** A slice is one transaction of the store: short, so that a batch of 1,000 delays nobody's reply. */
const SLICE = 50;
const Batch = z.strictObject({ messages: z.array(z.unknown()).min(1).max(1000, 'at most 1,000 messages') });

/** `idempotencyKey` stands beside the command; without one, the batch's own key and the position. */
function itemOf(message: unknown, i: number, key: string | null): BatchItem {
  if (typeof message !== 'object' || message === null || !('idempotencyKey' in message)) return { key: key === null ? null : `${key}/${i}`, command: message };
  const { idempotencyKey, ...command } = message as Record<string, unknown>;
  // What is no key stays in the body, whose schema refuses it.
  return typeof idempotencyKey === 'string' && idempotencyKey !== '' && idempotencyKey.length <= 255 ? { key: idempotencyKey, command } : { key: null, command: message };
}

export const batchRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/messages/batch',
    scope: 'send',
    summary: 'Queue up to 1,000 messages { messages: [...] }, each with a result of its own',
    async handle(asked: Asked, deps) {
      const { messages } = parseBody(Batch, asked.body);
      const batchKey = keyOf(asked);
      const items = messages.map((m, i) => itemOf(m, i, batchKey));
      const results: BatchResult[] = [];
      for (let i = 0; i < items.length; i += SLICE)
        results.push(...(await deps.store.write('admitBatch', { source: 'api', tenant: asked.caller.tenant, items: items.slice(i, i + SLICE), nowMs: Date.now() })));
      deps.wakeDispatcher();
      deps.wakePreparer();
      const accepted = results.filter((r) => r.status === 202).length;
      return { body: { accepted, refused: results.length - accepted, results: results.map((r, index) => ({ index, ...r })) } };
    },
  },
];
