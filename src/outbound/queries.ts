import { type Kysely, sql } from 'kysely';
import { FAILURES, type FailureCode } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import { idAt } from '../id.ts';
import { idsBefore } from '../store/message-chain.ts';
import type { Database } from '../store/tables.ts';

type Read = Kysely<Database>;
const iso = (ms: number) => new Date(ms).toISOString();
const parse = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
const errorOf = (m: { error_code: string | null; platform_code: string | null; platform_message: string | null }) => {
  const row = m.error_code && Object.hasOwn(FAILURES, m.error_code) ? FAILURES[m.error_code as FailureCode] : null;
  return m.error_code ? { code: m.error_code, title: row?.title, advice: row?.advice, platformCode: m.platform_code, platformMessage: m.platform_message } : null;
};

/** One message: state, timeline, parts, attempts and redacted exchanges; null where the tenant has none of this id. */
export async function getMessage(read: Read, id: string, tenant: string | null) {
  let query = read.selectFrom('messages').selectAll().where('id', '=', id);
  if (tenant !== null) query = query.where('tenant', '=', tenant);
  const m = await query.executeTakeFirst();
  if (!m) return null;
  const [timeline, calls, exchanges, fallbacks] = await Promise.all([
    read.selectFrom('timeline').selectAll().where('message', '=', id).orderBy('id').execute(),
    read
      .selectFrom('calls')
      .select(['attempt', 'part', 'state', 'status', 'platform_id', 'started_at', 'ended_at', 'failure'])
      .where('message', '=', id)
      .orderBy('attempt')
      .orderBy('part')
      .execute(),
    read.selectFrom('exchanges').selectAll().where('message', '=', id).orderBy('id').execute(),
    read.selectFrom('messages').select(['id', 'channel', 'state']).where('fallback_of', '=', id).orderBy('id').execute(),
  ]);
  const part = (c: (typeof calls)[number]) => ({
    part: c.part,
    state: c.state,
    status: c.status,
    platformId: c.platform_id,
    startedAt: c.started_at === null ? null : iso(c.started_at),
    endedAt: c.ended_at === null ? null : iso(c.ended_at),
    failure: parse(c.failure),
  });
  return {
    id: m.id,
    status: m.state,
    direction: m.direction,
    channel: m.channel,
    conversation: m.conversation,
    contact: m.contact,
    platformId: m.platform_id,
    content: parse(m.content),
    createdAt: iso(m.created_at),
    updatedAt: iso(m.updated_at),
    at: iso(m.at),
    commandId: m.command_id,
    metadata: parse(m.metadata),
    attempt: m.attempt,
    parts: calls.filter((c) => c.attempt === m.attempt).map(part),
    sendAt: m.send_at === null ? null : iso(m.send_at),
    expiresAt: m.expires_at === null ? null : iso(m.expires_at),
    error: errorOf(m),
    sentAs: m.mode,
    fallbackOf: m.fallback_of,
    fallbacks: fallbacks.map((f) => ({ id: f.id, channel: f.channel, status: f.state })),
    timeline: timeline.map((t) => ({ at: iso(t.at), recordedAt: iso(t.recorded_at), kind: t.kind, detail: parse(t.detail) })),
    attempts: [...new Set(calls.map((c) => c.attempt))].map((attempt) => ({ attempt, parts: calls.filter((c) => c.attempt === attempt).map(part) })),
    exchanges: exchanges.map((e) => ({
      at: iso(e.at),
      ms: e.ms,
      attempt: e.attempt,
      part: e.part,
      outcome: e.outcome,
      request: parse(e.request),
      status: e.status,
      response: e.response,
    })),
  };
}

export interface MessageFilter {
  tenant: string | null;
  channel?: string;
  direction?: string;
  status?: string;
  contact?: string;
  conversation?: string;
  error?: string;
  q?: string;
  from?: string;
  to?: string;
  cursor?: string;
  limit: number;
}
const time = (name: string, text: string): number => {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new GatewayError('invalid_request', `${name}: not a time; write it as 2026-11-22T09:20:24Z`, { pointer: `/${name}` });
  return ms;
};

/** States that are few where all goes well: see the index messages_troubled. */
const TROUBLED: readonly string[] = ['failed', 'unknown', 'expired'];
/** In the words of that index. */
const IN_TROUBLE = `(${TROUBLED.map((state) => `state = '${state}'`).join(' OR ')})`;
const CLOCK_BACK_MS = 86_400_000;
const idBefore = (to: string): string => idAt('ms_', time('to', to) + CLOCK_BACK_MS);

/** Looked at together. */
const SLICE = 250;
/** The ids of all messages of a conversation, of a contact's conversations, or of one that is his: slice by slice, newest first, from the cursor or the end of the time on. */
async function* idsOf(read: Read, { conversation, contact, cursor, from, to }: MessageFilter): AsyncGenerator<string[]> {
  const least = from === undefined ? '' : idAt('ms_', time('from', from));
  let wanted = read.selectFrom('conversations').select('id');
  if (conversation !== undefined) wanted = wanted.where('id', '=', conversation);
  if (contact !== undefined) wanted = wanted.where('contact', '=', contact);
  const conversations = await wanted.execute();
  const most = [cursor, to === undefined ? undefined : idBefore(to)].filter((id) => id !== undefined).sort();
  for (let before = most[0]; ; ) {
    const each = await Promise.all(conversations.map(({ id }) => idsBefore(read, id, { before, limit: SLICE })));
    const ids = each.flat().sort().reverse().slice(0, SLICE);
    before = ids.at(-1);
    if (before !== undefined) yield ids;
    if (before === undefined || ids.length < SLICE || before < least) return;
  }
}

/** The delivery log, newest first, by filters; `cursor` is what the page before gave as `next`. */
export async function listMessages(read: Read, filter: MessageFilter) {
  let query = read
    .selectFrom('messages')
    .select([
      'id',
      'channel',
      'conversation',
      'contact',
      'direction',
      'platform_id',
      'state',
      'content_type',
      'preview',
      'at',
      'created_at',
      'attempt',
      'error_code',
      'platform_code',
      'platform_message',
    ])
    .orderBy('id', 'desc');
  const troubled = filter.status !== undefined && TROUBLED.includes(filter.status);
  // Of several filters the one that leaves least is to be looked up; SQLite does not know which, so the others are put where no index is seen.
  const narrow = filter.conversation ?? filter.contact ?? filter.error ?? (troubled || undefined);
  const plain = (column: 'tenant' | 'channel', known: unknown) => (known === undefined ? sql.ref(column) : sql`coalesce(${sql.ref(column)}, '')`);
  if (filter.tenant !== null) query = query.where(plain('tenant', narrow ?? filter.channel), '=', filter.tenant);
  if (filter.channel !== undefined) query = query.where(plain('channel', narrow), '=', filter.channel);
  for (const [column, value] of [
    ['direction', filter.direction],
    ['state', filter.status],
    ['contact', filter.contact],
    ['error_code', filter.error],
  ] as const)
    if (value !== undefined) query = query.where(column, '=', value as never);
  if (troubled) query = query.where(sql.raw<boolean>(IN_TROUBLE));
  if (filter.q !== undefined) query = query.where('preview', 'like', `%${filter.q.slice(0, 100).replace(/[%_\0]/g, '')}%`);
  // Ids begin with the moment at which they were made, which is not before that of the row, and after it where the clock went back.
  if (filter.from !== undefined) query = query.where('created_at', '>=', time('from', filter.from)).where('id', '>=', idAt('ms_', time('from', filter.from)));
  if (filter.to !== undefined) query = query.where('created_at', '<', time('to', filter.to)).where('id', '<', idBefore(filter.to));
  if (filter.cursor !== undefined) {
    if (!/^ms_[0-9a-z]{26,32}$/.test(filter.cursor)) throw new GatewayError('invalid_request', 'cursor: use the "next" of the page before', { pointer: '/cursor' });
    query = query.where('id', '<', filter.cursor);
  }
  const rows: Awaited<ReturnType<typeof query.execute>> = [];
  const more = () => query.limit(filter.limit + 1 - rows.length);
  if (filter.conversation === undefined && filter.contact === undefined) rows.push(...(await more().execute()));
  else
    for await (const ids of idsOf(read, filter)) {
      rows.push(...(await more().where('id', 'in', ids).execute()));
      if (rows.length > filter.limit) break;
    }
  const page = rows.slice(0, filter.limit);
  return {
    messages: page.map((m) => ({
      id: m.id,
      status: m.state,
      direction: m.direction,
      channel: m.channel,
      conversation: m.conversation,
      contact: m.contact,
      platformId: m.platform_id,
      contentType: m.content_type,
      preview: m.preview,
      at: iso(m.at),
      createdAt: iso(m.created_at),
      attempt: m.attempt,
      error: errorOf(m),
    })),
    next: rows.length > filter.limit ? (page.at(-1)?.id ?? null) : null,
  };
}
