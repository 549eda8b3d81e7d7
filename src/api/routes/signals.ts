import { z } from 'zod';
import type { Route } from '../deps.ts';
import { parseBody } from '../parse-body.ts';

const Read = z.strictObject({ typing: z.boolean().optional() });

export const signalRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/messages/:id/read',
    scope: 'send',
    summary: 'Show the customer that a message of theirs was read; { typing: true } that somebody writes too',
    async handle(asked, deps) {
      const id = asked.params.id ?? '';
      const typing = (asked.body as { typing?: unknown } | undefined)?.typing === true;
      const prepared = await deps.store.write('prepareSignal', { tenant: asked.caller.tenant, signal: { kind: 'read', message: { id }, ...(typing ? { typing } : {}) } });
      parseBody(Read, asked.body ?? {}); // whose message it is comes before what is wrong with the body
      await deps.signal(prepared);
      return { body: { id, read: true } };
    },
  },
  {
    method: 'post',
    path: '/v1/conversations/:id/typing',
    scope: 'send',
    summary: 'Show the customer that somebody writes, for some 20 seconds or until the answer',
    async handle(asked, deps) {
      const id = asked.params.id ?? '';
      await deps.signal(await deps.store.write('prepareSignal', { tenant: asked.caller.tenant, signal: { kind: 'typing', conversation: id } }));
      return { body: { id, typing: true } };
    },
  },
];
