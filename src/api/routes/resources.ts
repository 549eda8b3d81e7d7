import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { GatewayError } from '../../gateway-error.ts';
import { newId } from '../../id.ts';
import { idsAfter } from '../../store/message-chain.ts';
import { acting } from '../acting.ts';
import { allow, hashKey, SCOPES } from '../auth.ts';
import type { ApiDeps, Asked, Route } from '../deps.ts';
import { parseBody } from '../parse-body.ts';
import { limitOf } from '../query.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const NewKey = z.strictObject({
  name: z.string().min(1).max(200),
  tenant: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .nullish(),
  scopes: z.array(z.enum(SCOPES as ['send', 'read', 'admin'])).min(1, 'at least one of send, read, admin'),
});

const keyRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/keys',
    scope: 'admin',
    summary: 'API keys, without their secrets',
    async handle(asked, deps) {
      let query = deps.store.read.selectFrom('api_keys').select(['id', 'name', 'tenant', 'scopes', 'created_at', 'revoked_at']).orderBy('id');
      if (asked.caller.tenant !== null) query = query.where('tenant', '=', asked.caller.tenant);
      const rows = await query.execute();
      return {
        body: {
          keys: rows.map((k) => ({
            id: k.id,
            name: k.name,
            tenant: k.tenant,
            scopes: JSON.parse(k.scopes) as string[],
            createdAt: iso(k.created_at),
            revokedAt: k.revoked_at === null ? null : iso(k.revoked_at),
          })),
        },
      };
    },
  },
  {
    method: 'post',
    path: '/v1/keys',
    scope: 'admin',
    summary: 'Make a key; it is shown once',
    async handle(asked, deps) {
      const { name, tenant = null, scopes } = parseBody(NewKey, asked.body);
      const keyTenant = asked.caller.tenant ?? tenant;
      if (tenant !== null && tenant !== keyTenant) throw new GatewayError('forbidden', 'This key can make keys of its own tenant only.');
      allow(asked.caller, 'admin');
      const key = `pk_${randomBytes(24).toString('base64url')}`;
      const id = newId('key_');
      await deps.store.write('createKey', { id, name, keyTenant, scopes, hash: hashKey(key), ...acting(asked) });
      return { status: 201, body: { id, key, name, tenant: keyTenant, scopes } };
    },
  },
  {
    method: 'delete',
    path: '/v1/keys/:id',
    scope: 'admin',
    summary: 'Revoke a key, at once',
    async handle(asked, deps) {
      await deps.store.write('revokeKey', { id: asked.params.id ?? '', ...acting(asked) });
      deps.auth.forget();
      return { body: { id: asked.params.id, revoked: true } };
    },
  },
];

const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
interface ConversationRow {
  id: string;
  tenant: string;
  channel: string;
  contact: string;
  window_expires_at: number | null;
  created_at: number;
  moved_to: string | null;
  name: string | null;
  identities: string;
}
const conversation = (c: ConversationRow) => ({
  id: c.id,
  channel: c.channel,
  contact: { id: c.contact, name: c.name, identities: json(c.identities) },
  windowExpiresAt: c.window_expires_at === null ? null : iso(c.window_expires_at),
  createdAt: iso(c.created_at),
  movedTo: c.moved_to,
});
async function conversations(deps: ApiDeps, asked: Asked, id?: string) {
  let query = deps.store.read
    .selectFrom('conversations as c')
    .innerJoin('contacts as t', 't.id', 'c.contact')
    .select(['c.id', 'c.tenant', 'c.channel', 'c.contact', 'c.window_expires_at', 'c.created_at', 'c.moved_to', 't.name', 't.identities'])
    .orderBy('c.id', 'desc')
    .limit(limitOf(asked.query.limit, 50, 500));
  if (asked.caller.tenant !== null) query = query.where('c.tenant', '=', asked.caller.tenant);
  if (id !== undefined) query = query.where('c.id', '=', id);
  else if (asked.query.cursor !== undefined) query = query.where('c.id', '<', asked.query.cursor);
  return (await query.execute()).map(conversation);
}
async function oneConversation(deps: ApiDeps, asked: Asked) {
  const [found] = await conversations(deps, asked, asked.params.id ?? '');
  if (!found) throw new GatewayError('not_found', 'There is no such conversation.');
  return found;
}

const customerRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/conversations',
    scope: 'read',
    summary: 'Conversations, newest first',
    async handle(asked, deps) {
      const rows = await conversations(deps, asked);
      return { body: { conversations: rows, next: rows.at(-1)?.id ?? null } };
    },
  },
  { method: 'get', path: '/v1/conversations/:id', scope: 'read', summary: 'One conversation', handle: async (asked, deps) => ({ body: await oneConversation(deps, asked) }) },
  {
    method: 'get',
    path: '/v1/conversations/:id/messages',
    scope: 'read',
    summary: 'Its messages, oldest first',
    async handle(asked, deps) {
      const { id } = await oneConversation(deps, asked);
      const ids = await idsAfter(deps.store.read, id, { after: asked.query.cursor ?? '', limit: limitOf(asked.query.limit, 100, 1000) });
      if (!ids.length) return { body: { messages: [], next: null } };
      const rows = await deps.store.read.selectFrom('messages').select(['id', 'direction', 'platform_id', 'state', 'content', 'at']).where('id', 'in', ids).orderBy('id').execute();
      return {
        body: {
          messages: rows.map((m) => ({ id: m.id, direction: m.direction, platformId: m.platform_id, status: m.state, content: json(m.content), at: iso(m.at) })),
          next: rows.at(-1)?.id ?? null,
        },
      };
    },
  },
  {
    method: 'get',
    path: '/v1/contacts',
    scope: 'read',
    summary: 'Contacts, newest first',
    async handle(asked, deps) {
      let query = deps.store.read
        .selectFrom('contacts')
        .selectAll()
        .orderBy('id', 'desc')
        .limit(limitOf(asked.query.limit, 50, 500));
      if (asked.caller.tenant !== null) query = query.where('tenant', '=', asked.caller.tenant);
      if (asked.query.cursor !== undefined) query = query.where('id', '<', asked.query.cursor);
      const rows = await query.execute();
      return { body: { contacts: rows.map((c) => ({ id: c.id, name: c.name, identities: json(c.identities), createdAt: iso(c.created_at) })), next: rows.at(-1)?.id ?? null } };
    },
  },
  { method: 'get', path: '/v1/subscriptions', scope: 'read', summary: 'Signed webhooks out (none can be made yet)', handle: async () => ({ body: { subscriptions: [] } }) },
];

export const resourceRoutes: readonly Route[] = [...keyRoutes, ...customerRoutes];
