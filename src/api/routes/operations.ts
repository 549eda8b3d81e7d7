import { GatewayError } from '../../gateway-error.ts';
import { newId } from '../../id.ts';
import { readLedger } from '../../inbound/ledger.ts';
import { UNROUTED } from '../../inbound/tally.ts';
import { parseJournalRef } from '../../journal/port.ts';
import { acting } from '../acting.ts';
import type { ApiDeps, Asked, Route } from '../deps.ts';
import { firstOffsetSince, limitOf, timeOf } from '../query.ts';

const object = (body: unknown): Readonly<Record<string, unknown>> => (body && typeof body === 'object' && !Array.isArray(body) ? (body as Record<string, unknown>) : {});
const iso = (ms: number) => new Date(ms).toISOString();

async function tenantChannels(deps: ApiDeps, tenant: string): Promise<Set<string>> {
  return new Set((await deps.store.read.selectFrom('channels').select('id').where('tenant', '=', tenant).execute()).map((r) => r.id));
}

/** GET path of a JSON value: entry[0].changes[0].value.messages[0]; undefined where there is none. */
function at(value: unknown, path: string): unknown {
  let here = value;
  for (const [, name, index] of path.matchAll(/([A-Za-z_]\w*)|\[(\d+)\]/g)) {
    if (!here || typeof here !== 'object') return undefined;
    const key = name ?? index ?? '';
    here = Object.hasOwn(here, key) ? (here as Record<string, unknown>)[key] : undefined;
  }
  return here;
}

/** A tenant's key gets its own elements and their envelope, never the whole body. */
async function ownElements(deps: ApiDeps, ref: string, tenant: string): Promise<{ path: string; element: unknown }[]> {
  const parsed = parseJournalRef(ref);
  const row = parsed && parsed.journal === deps.journal.id ? deps.reader.get(parsed.offset) : null;
  if (!row) return [];
  const events = await deps.store.read
    .selectFrom('events')
    .select('body')
    .where('off', '>=', await firstOffsetSince(deps.store, row.receivedAt - 1000))
    .where('tenant', '=', tenant)
    .where('body', 'like', `%"journal":"${ref}"%`)
    .limit(1000)
    .execute();
  const paths = events.map((e) => (JSON.parse(e.body) as { data: { raw?: { path?: string } } }).data.raw?.path ?? '').filter(Boolean);
  const text = Buffer.from(row.body).toString('utf8');
  // A form is one element, whatever of it the path names.
  if (row.endpoint.startsWith('sms') && !text.startsWith('{')) return paths.length ? [{ path: paths[0] ?? '', element: Object.fromEntries(new URLSearchParams(text)) }] : [];
  const body: unknown = JSON.parse(text);
  return [...new Set(paths)].map((path) => ({ path, element: at(body, path) }));
}

/** A replay is answered when it is done, or after so long while it goes on. */
const REPLAY_WAIT_MS = 20_000;
const shownReplay = (r: { id: string; state: string; request: string; result: string | null; created_at: number }) => {
  const request = JSON.parse(r.request) as { publish?: boolean };
  return { id: r.id, state: r.state, dryRun: request.publish !== true, request, result: r.result ? (JSON.parse(r.result) as unknown) : null, createdAt: iso(r.created_at) };
};
async function replayOf(deps: ApiDeps, asked: Asked, id: string) {
  const row = await deps.store.read.selectFrom('replays').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row || (asked.caller.tenant !== null && row.tenant !== asked.caller.tenant)) throw new GatewayError('not_found', 'There is no such replay.');
  return shownReplay(row);
}

export const operatorRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/ledger',
    scope: 'read',
    summary: 'The books: elements by channel and day, bodies by journal',
    async handle(asked, deps) {
      const { channels, cursors } = await readLedger(deps.store.read);
      const { tenant } = asked.caller;
      if (tenant !== null) {
        const mine = await tenantChannels(deps, tenant);
        return { body: { channels: channels.filter((c) => mine.has(c.channel)), journals: [] } };
      }
      const own = cursors.find((c) => c.journal === deps.journal.id) ?? { journal: deps.journal.id, last: 0, split: 0 };
      const { received, pending } = deps.reader.counts(own.last);
      const others = cursors.filter((c) => c.journal !== deps.journal.id).map((c) => ({ journal: c.journal, received: c.split, split: c.split, pending: 0 }));
      return { body: { channels, journals: [{ journal: own.journal, received, split: own.split, pending }, ...others] } };
    },
  },
  {
    method: 'get',
    path: '/v1/usage',
    scope: 'read',
    summary: 'Elements by channel and day',
    async handle(asked, deps) {
      const { channels } = await readLedger(deps.store.read);
      const mine = asked.caller.tenant === null ? null : await tenantChannels(deps, asked.caller.tenant);
      return {
        body: {
          usage: channels
            .filter((c) => c.channel !== UNROUTED && (mine === null || mine.has(c.channel)))
            .map((c) => ({ channel: c.channel, day: c.day, elements: c.elements, published: c.published })),
        },
      };
    },
  },
  {
    method: 'get',
    path: '/v1/raw/:id',
    scope: 'read',
    summary: "The platform's own bytes",
    async handle(asked, deps) {
      const ref = asked.params.id ?? '';
      const parsed = parseJournalRef(ref);
      const row = parsed && parsed.journal === deps.journal.id ? deps.reader.get(parsed.offset) : null;
      if (!row) throw new GatewayError('not_found', 'The journal holds no such body (any more).');
      if (asked.caller.tenant !== null) {
        const elements = await ownElements(deps, ref, asked.caller.tenant);
        if (!elements.length) throw new GatewayError('not_found', 'The journal holds no such body (any more).');
        return { body: { id: ref, receivedAt: iso(row.receivedAt), elements } };
      }
      const body = Buffer.from(row.body);
      return {
        body: {
          id: ref,
          receivedAt: iso(row.receivedAt),
          method: row.method,
          url: row.url,
          headers: row.headers,
          keyId: row.keyId,
          endpoint: row.endpoint,
          origin: row.origin,
          body: body.toString('utf8'),
          bodyBase64: body.toString('base64'),
        },
      };
    },
  },
  {
    method: 'get',
    path: '/v1/dead-letters',
    scope: 'read',
    summary: 'What could not be turned into an event, and why',
    async handle(asked, deps) {
      let query = deps.store.read
        .selectFrom('dead_letters')
        .select(['id', 'tenant', 'channel', 'code', 'reason', 'journal', 'path', 'state', 'created_at'])
        .orderBy('id', 'desc')
        .limit(limitOf(asked.query.limit, 100, 1000));
      if (asked.caller.tenant !== null) query = query.where('tenant', '=', asked.caller.tenant);
      if (asked.query.state !== undefined) query = query.where('state', '=', asked.query.state as 'open');
      if (asked.query.cursor !== undefined) query = query.where('id', '<', asked.query.cursor);
      const rows = await query.execute();
      return {
        body: {
          deadLetters: rows.map((r) => ({
            id: r.id,
            tenant: r.tenant,
            channel: r.channel,
            code: r.code,
            reason: r.reason,
            state: r.state,
            raw: { journal: r.journal, path: r.path },
            createdAt: iso(r.created_at),
          })),
          next: rows.at(-1)?.id ?? null,
        },
      };
    },
  },
  {
    method: 'post',
    path: '/v1/dead-letters/:id/retry',
    scope: 'admin',
    summary: "Read it again with today's adapter and channels",
    handle: async (asked, deps) => ({ body: await deps.store.write('retryDeadLetter', { id: asked.params.id ?? '', ...acting(asked) }) }),
  },
  {
    method: 'post',
    path: '/v1/dead-letters/:id/discard',
    scope: 'admin',
    summary: 'Close it without retrying',
    handle: async (asked, deps) => ({ body: await deps.store.write('discardDeadLetter', { id: asked.params.id ?? '', ...acting(asked) }) }),
  },
  {
    method: 'get',
    path: '/v1/replays',
    scope: 'admin',
    summary: 'Replays and their results',
    async handle(asked, deps) {
      let query = deps.store.read.selectFrom('replays').selectAll().orderBy('id', 'desc').limit(100);
      if (asked.caller.tenant !== null) query = query.where('tenant', '=', asked.caller.tenant);
      const rows = await query.execute();
      return {
        body: {
          replays: rows.map(shownReplay),
        },
      };
    },
  },
  {
    method: 'get',
    path: '/v1/replays/:id',
    scope: 'admin',
    summary: 'One replay: how far it is, what it found',
    handle: async (asked, deps) => ({ body: await replayOf(deps, asked, asked.params.id ?? '') }),
  },
  {
    method: 'post',
    path: '/v1/replays',
    scope: 'admin',
    summary: 'Normalise a period of the journal again: dry run (diff), or publish corrections',
    async handle(asked, deps) {
      const body = object(asked.body);
      const [from, to] = [timeOf(body.from), body.to === undefined ? Date.now() : timeOf(body.to)];
      if (Number.isNaN(from) || Number.isNaN(to)) throw new GatewayError('invalid_request', 'from and to: times, as 2026-11-22T09:20:24Z', { pointer: '/from' });
      const publish = body.publish === true;
      const id = newId('rp_');
      await deps.store.write('startReplay', { id, fromMs: from, toMs: to, publish, tenant: asked.caller.tenant, nowMs: Date.now() });
      await Promise.race([deps.runReplay(id), new Promise((resolve) => setTimeout(resolve, REPLAY_WAIT_MS).unref())]);
      const replay = await replayOf(deps, asked, id);
      return { status: replay.state === 'done' ? 201 : 202, body: replay };
    },
  },
  {
    method: 'get',
    path: '/v1/health',
    scope: 'read',
    summary: 'State of journal, store, Kafka and queue',
    handle: async (_asked, deps) => ({ body: await deps.health() }),
  },
  {
    method: 'post',
    path: '/v1/republish',
    scope: 'admin',
    summary: 'Send the log to Kafka again from an offset, under the same ids',
    async handle(asked, deps) {
      if (asked.caller.tenant !== null) throw new GatewayError('forbidden', 'This needs the installation admin.');
      const told = object(asked.body).from;
      const from = typeof told === 'number' || typeof told === 'string' ? Number(told) : Number.NaN;
      if (!Number.isInteger(from) || from < 0) throw new GatewayError('invalid_request', 'from: an offset, 0 or more', { pointer: '/from' });
      return { body: { republished: await deps.republish(from) } };
    },
  },
];
