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
      const prepare = (typing?: boolean) =>
        deps.store.write('prepareSignal', { tenant: asked.caller.tenant, signal: { kind: 'read', message: { id }, ...(typing ? { typing } : {}) } });
      const read = await prepare(); // whose message it is, before what is wrong with the body
      const { typing } = parseBody(Read, asked.body ?? {});
      await deps.signal(typing ? await prepare(true) : read);
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
