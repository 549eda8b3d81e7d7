import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../gateway-error.ts';
import { newId } from '../../id.ts';
import { type MediaRow, mediaOf } from '../../media/operations.ts';
import { receiveUpload } from '../../media/receive-upload.ts';
import type { ApiDeps, Asked, Route } from '../deps.ts';
import { limitOf } from '../query.ts';

const iso = (ms: number) => new Date(Number(ms)).toISOString();
function shown(row: MediaRow, deps: ApiDeps) {
  const { platformRef, ...media } = mediaOf(row, deps.media.link(row.id, Date.now()));
  return {
    ...media,
    ...(row.direction === 'inbound' && platformRef ? { platformRef } : {}),
    direction: row.direction,
    kind: row.kind,
    tenant: row.tenant,
    channel: row.channel,
    messageId: row.message,
    ...(row.reason === null ? {} : { reason: row.reason }),
    ...(row.state === 'pending' ? { attempts: Number(row.attempts), nextAttemptAt: row.next_at === null ? null : iso(row.next_at) } : {}),
    createdAt: iso(row.created_at),
  };
}
async function find(deps: ApiDeps, asked: Asked): Promise<MediaRow> {
  let query = deps.store.read
    .selectFrom('media')
    .selectAll()
    .where('id', '=', asked.params.id ?? '');
  if (asked.caller.tenant !== null) query = query.where('tenant', '=', asked.caller.tenant);
  const row = await query.executeTakeFirst();
  if (!row) throw new GatewayError('not_found', 'There is no such medium.');
  return row;
}
/** Whose an upload is: the key's tenant; an installation admin names it where there are several. */
async function tenantOf(deps: ApiDeps, asked: Asked): Promise<string> {
  const { tenant } = asked.caller;
  const named = asked.query.tenant;
  if (tenant !== null && named !== undefined && named !== tenant) throw new GatewayError('forbidden', 'This key uploads for its own tenant only.');
  if (tenant !== null) return tenant;
  const all = (await deps.store.read.selectFrom('tenants').select('id').execute()).map((t) => t.id);
  const [only] = all;
  if (named === undefined && all.length === 1 && only !== undefined) return only;
  if (named === undefined) throw new GatewayError('invalid_request', 'An installation key says whose the file is: ?tenant=', { pointer: '/tenant' });
  if (!all.includes(named)) throw new GatewayError('invalid_request', `There is no tenant "${named.slice(0, 60)}".`, { pointer: '/tenant' });
  return named;
}

export const mediaRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/media',
    scope: 'send',
    streams: true,
    summary: 'Upload one file (multipart/form-data, part "file", 100 MB at most) to send it as media: { id }; ?tenant= for installation keys',
    async handle(asked, deps) {
      const tenant = await tenantOf(deps, asked);
      const id = newId('md_');
      await receiveUpload(asked.request as IncomingMessage, { id, tenant, ...deps.media, store: deps.store, signal: asked.signal });
      return { status: 201, body: shown(await find(deps, { ...asked, params: { id } }), deps) };
    },
  },
  {
    method: 'get',
    path: '/v1/media',
    scope: 'read',
    summary: 'Media, newest first; by state, channel and message',
    async handle(asked, deps) {
      let query = deps.store.read
        .selectFrom('media')
        .selectAll()
        .where('parent', 'is', null)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limitOf(asked.query.limit, 50, 500));
      if (asked.caller.tenant !== null) query = query.where('tenant', '=', asked.caller.tenant);
      const { state, channel, message, cursor } = asked.query;
      if (state !== undefined && state !== 'pending' && state !== 'ready' && state !== 'failed')
        throw new GatewayError('invalid_request', 'state: pending, ready or failed', { pointer: '/state' });
      if (state !== undefined) query = query.where('state', '=', state);
      if (channel !== undefined) query = query.where('channel', '=', channel);
      if (message !== undefined) query = query.where('message', '=', message);
      const [at = '', after = ''] = cursor?.split('.') ?? [];
      if (cursor !== undefined) query = query.where((e) => e.or([e('created_at', '<', Number(at)), e.and([e('created_at', '=', Number(at)), e('id', '<', after)])]));
      const rows = await query.execute();
      const last = rows.at(-1);
      return { body: { media: rows.map((row) => shown(row, deps)), next: last ? `${last.created_at}.${last.id}` : null } };
    },
  },
  {
    method: 'get',
    path: '/v1/media/:id',
    scope: 'read',
    summary: 'One file: a redirect to a fresh link to its bytes, and what is known of it; with Accept: application/json the latter alone',
    async handle(asked, deps) {
      const body = shown(await find(deps, asked), deps);
      const json = /\bapplication\/json\b/.test(String(asked.headers.accept ?? ''));
      return json ? { body } : { status: 302, headers: { location: body.url, 'cache-control': 'no-store' }, body };
    },
  },
  {
    method: 'post',
    path: '/v1/media/:id/retry',
    scope: 'send',
    summary: 'Fetch a file anew that could not be had, or at once where another attempt waits',
    async handle(asked, deps) {
      await deps.store.write('retryMedia', { id: asked.params.id ?? '', tenant: asked.caller.tenant, nowMs: Date.now() });
      deps.media.wake();
      return { status: 202, body: shown(await find(deps, asked), deps) };
    },
  },
  {
    method: 'delete',
    path: '/v1/media/:id',
    scope: 'send',
    summary: 'Erase a file for good: its bytes (where no other file has the same), what was made of it and its uploads; its links say so',
    async handle(asked, deps) {
      const { id } = await find(deps, asked);
      await deps.media.forget({ ids: [id], reason: 'The file was erased.', nowMs: Date.now() });
      return { body: shown(await find(deps, asked), deps) };
    },
  },
];
