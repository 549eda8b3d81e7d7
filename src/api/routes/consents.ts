import { z } from 'zod';
import { GatewayError } from '../../gateway-error.ts';
import { acting } from '../acting.ts';
import type { ApiDeps, Asked, Route } from '../deps.ts';
import { parseBody } from '../parse-body.ts';

const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
const Consent = z
  .strictObject({
    state: z.enum(['opted_in', 'opted_out']),
    scope: z.enum(['all', 'marketing', 'sender', 'service']).default('all'),
    channel: z.string().min(1).optional(),
    source: z.string().min(1).max(100).default('api'),
    detail: z.string().max(500).optional(),
  })
  .refine((c) => c.scope === 'all' || c.channel !== undefined, { message: 'name the channel that scope speaks of', path: ['channel'] });

async function entries(deps: ApiDeps, asked: Asked) {
  const contact = await deps.store.read
    .selectFrom('contacts')
    .select(['id', 'tenant'])
    .where('id', '=', asked.params.id ?? '')
    .executeTakeFirst();
  if (!contact || (asked.caller.tenant !== null && contact.tenant !== asked.caller.tenant)) throw new GatewayError('not_found', 'There is no such contact.');
  const rows = await deps.store.read.selectFrom('consents').selectAll().where('contact', '=', contact.id).orderBy('at', 'desc').execute();
  return rows.map((c) => ({
    state: c.state,
    scope: c.scope,
    channel: c.channel || null,
    service: c.service || null,
    source: c.source,
    keyword: c.keyword,
    detail: c.detail,
    at: iso(c.at),
    until: iso(c.until),
  }));
}

export const consentRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/contacts/:id/consent',
    scope: 'read',
    summary: 'What a contact agreed to, newest first',
    handle: async (asked, deps) => ({ body: { contact: asked.params.id, consents: await entries(deps, asked) } }),
  },
  {
    method: 'post',
    path: '/v1/contacts/:id/consent',
    scope: 'send',
    summary: 'Record an opt-in or opt-out { state, scope: all|marketing|sender|service, channel?, source?, detail? }',
    async handle(asked, deps) {
      await entries(deps, asked); // whose contact it is, before what is wrong with the body
      const consent = parseBody(Consent, asked.body);
      await deps.store.write('setConsent', { contact: asked.params.id ?? '', ...acting(asked), ...consent });
      return { body: { contact: asked.params.id, consents: await entries(deps, asked) } };
    },
  },
];
