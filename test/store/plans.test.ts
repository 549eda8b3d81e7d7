import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Kysely } from 'kysely';
import { conversationFor } from '../../src/inbound/conversations.ts';
import { publishedContent } from '../../src/inbound/published-content.ts';
import { retain } from '../../src/inbound/retention.ts';
import { releaseOverdue } from '../../src/inbound/waiting.ts';
import { mediaOperations } from '../../src/media/operations.ts';
import { nextDue, readDue } from '../../src/media/read-due.ts';
import { pastRetention } from '../../src/media/retention.ts';
import type { OutboundEnvironment } from '../../src/outbound/admit.ts';
import { recoverCalling } from '../../src/outbound/doubts.ts';
import { keepQueue } from '../../src/outbound/keep-queue.ts';
import type { Pacing } from '../../src/outbound/pacing.ts';
import { listMessages, type MessageFilter } from '../../src/outbound/queries.ts';
import { channelsReady, readyOf } from '../../src/outbound/ready.ts';
import { remember } from '../../src/outbound/remember.ts';
import { unsettledOf } from '../../src/reconcile/unsettled.ts';
import { idsAfter, unchain } from '../../src/store/message-chain.ts';
import type { Store, Tx } from '../../src/store/port.ts';
import { readLog } from '../../src/store/read-log.ts';
import { sqliteDialect } from '../../src/store/sqlite-dialect.ts';
import { openSqliteWriter } from '../../src/store/sqlite-writer.ts';
import type { Database } from '../../src/store/tables.ts';
import { INGEST_SETTINGS } from '../support/ingest-settings.ts';
import { message, put, putMessage } from './rows.ts';

/** Tables that grow with the traffic: what is done every second or minute, or at a start, must not read one of them whole. */
const GROWING =
  'messages calls events exchanges timeline seen conversations contacts aliases seqs media media_blobs message_marks media_uploads media_insides idempotency menus dead_letters suspected_gaps early_changes waiting_statuses audit consents preparations';
/** Partial indexes hold what is under way alone; an index read in its order up to a LIMIT ends early. */
const SMALL =
  /USING (COVERING )?INDEX (messages_(troubled|error|order|ready|due|doubt|expiry|fallback|again|stand_ins|fallback_of)|media_due|media_blobs_removing|dead_letters_closed|preparations_due)\b/;
const IN_ORDER = /USING COVERING INDEX (idempotency_created|media_fetches_age|suspected_gaps_named|early_changes_at)$/;
/** For the delivery log alone: where a statement asks for a state of the queue too, its own index is the small one. */
const OF_THE_LIST = /INDEX messages_(tenant|channel)\b/;
const NOW = Date.now();

/** A transaction and a reader that ask SQLite how it would go about each statement before it runs. */
function explaining(path: string, tx: Tx) {
  const db = new DatabaseSync(path, { readOnly: true });
  const scans: string[] = [];
  const found: string[] = [];
  const explain = (sql: string, params: readonly unknown[]) => {
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql.replace(/\$(\d+)/g, '?$1')}`).all(...(params as SQLInputValue[])) as { detail: string }[];
    // Names in a plan are the aliases of the statement.
    const names = new Map([...sql.matchAll(/\b(?:FROM|JOIN|UPDATE|INTO)\s+"?(\w+)"?(?:\s+(?:AS\s+)?"?(\w+)"?)?/gi)].map((m) => [m[2] ?? m[1] ?? '', m[1] ?? '']));
    for (const { detail } of plan) {
      found.push(detail);
      if (OF_THE_LIST.test(detail) && !sql.includes('"preview"')) scans.push(`${detail}: ${sql}`);
      const [, name = ''] = /^SCAN (\w+)/.exec(detail) ?? [];
      if (GROWING.split(' ').includes(names.get(name) ?? name) && !SMALL.test(detail) && !IN_ORDER.test(detail)) scans.push(`${detail}: ${sql}`);
    }
  };
  const run = <T>(sql: string, params: readonly unknown[] = []): T[] => {
    explain(sql, params);
    return db.prepare(sql).all(...(params as SQLInputValue[])) as T[];
  };
  const explained: Tx = {
    ...tx,
    all: async <T>(sql: string, params: readonly unknown[] = []) => {
      explain(sql, params);
      return tx.all<T>(sql, params);
    },
    async run(sql, params = []) {
      explain(sql, params);
      return tx.run(sql, params);
    },
  };
  const read = new Kysely<Database>({ dialect: sqliteDialect(async ({ sql, parameters }) => ({ rows: run(sql, parameters) })) });
  return { scans, found, tx: explained, store: { read } as Store, end: () => db.close() };
}
type At = Pick<ReturnType<typeof explaining>, 'tx' | 'store'>;
const outbound = { outbound: {}, publicUrl: '', adapters: {} } as unknown as OutboundEnvironment;
const media = mediaOperations({ mediaUrl: () => '' }) as unknown as { dropMedia(tx: Tx, args: object): Promise<unknown> };
const PERSON = { addresses: [{ type: 'phone', value: '+447700900111' }], name: undefined, nowMs: NOW } as const;

async function explained(work: (at: ReturnType<typeof explaining>) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-plans-'));
  const path = join(dir, 'store.sqlite');
  const writer = openSqliteWriter(path);
  await writer.transaction(async (tx) => {
    await put(tx, 'conversations', { id: 'cv_1', tenant: 'acme', channel: 'ch_1', contact: 'ct_1', created_at: NOW });
    await putMessage(tx, { ...message('ms_1', NOW, { channel: 'ch_1', contact: 'ct_1' }), conversation: 'cv_1' });
  });
  await writer.transaction(async (plain) => {
    const at = explaining(path, plain);
    await work(at);
    at.end();
  });
  await writer.close();
  rmSync(dir, { recursive: true, force: true });
}

test.each<[string, (at: At) => Promise<unknown>]>([
  ['what is past its days', ({ tx }) => retain(tx, INGEST_SETTINGS.retention, { nowMs: NOW, goOn: () => false })],
  ['statuses that waited long enough', ({ tx }) => releaseOverdue(tx, NOW)],
  ['a customer', ({ tx }) => conversationFor(tx, { id: 'ch', tenant: 'acme' }, PERSON)],
  ['the queue by the clock', ({ tx }) => keepQueue(tx, { nowMs: NOW }, outbound)],
  ['what was found calling at a start', ({ tx }) => recoverCalling(tx, { nowMs: NOW }, { doubtWaitMs: 1 } as OutboundEnvironment['outbound'])],
  ['what was sent before a start', ({ store }) => remember(store, {} as Pacing, () => null)],
  ['channels with something to send', ({ store }) => channelsReady(store.read)],
  ['the next of a channel', ({ store }) => readyOf(store.read, 'ch', 20)],
  ['files that are due', ({ store }) => readDue(store, NOW, 10)],
  ['when the next file is due', ({ store }) => nextDue(store, NOW)],
  ['files past their days', ({ store }) => pastRetention(store, 90, NOW)],
  ['rows of files past their days', ({ tx }) => media.dropMedia(tx, { before: NOW })],
  ['sends without a final state', ({ store }) => unsettledOf(store, 'ch', { after: NOW - 60_000, now: NOW })],
  ...[{ status: 'failed' }, { status: 'unknown' }, { error: 'window_closed' }, { contact: 'ct_1' }, { conversation: 'cv_1' }, { from: '2026-11-22T09:20:24Z' }].map(
    (filter): [string, (at: At) => Promise<unknown>] => [
      `the delivery log by ${JSON.stringify(filter)}`,
      ({ store }) => listMessages(store.read, { tenant: 'acme', limit: 50, ...filter }),
    ],
  ),
  ['a page of a conversation', ({ store }) => idsAfter(store.read, 'cv_1', { after: '', limit: 100 })],
  ['a message that is dropped from among its conversation', ({ tx }) => unchain(tx, { conversation: 'cv_1', id: 'ms_2' })],
  ['a page of the log', ({ store }) => readLog(store.read, { after: 5, limit: 500 })],
  [
    'the content of an event, for a replay',
    async ({ tx }) => {
      await conversationFor(tx, { id: 'ch', tenant: 'acme' }, PERSON);
      await publishedContent(tx, { id: 'e', channel: 'ch', addresses: PERSON.addresses });
    },
  ],
])('%s: no table that grows is read whole', (_, work) =>
  explained(async (at) => {
    await work(at);
    expect(at.scans).toEqual([]);
  }),
);

test.each<[string, Omit<MessageFilter, 'limit' | 'tenant'>]>([
  ['tenant', {}],
  ['tenant', { direction: 'inbound', q: 'hello', status: 'read' }],
  ['tenant', { from: '2026-11-22T09:20:24Z' }],
  ['channel', { channel: 'ch_1' }],
  ['channel', { channel: 'ch_1', to: '2026-11-22T09:20:24Z', cursor: `ms_${'0'.repeat(26)}` }],
  ['error', { channel: 'ch_1', error: 'window_closed' }],
  ['troubled', { channel: 'ch_1', status: 'failed' }],
])('the delivery log of a tenant is looked up by the %s for %j', (index, filter) =>
  explained(async (at) => {
    await listMessages(at.store.read, { tenant: 'acme', limit: 50, ...filter });
    expect(at.found.filter((detail) => / messages /.test(detail))).toEqual([expect.stringContaining(`INDEX messages_${index} `)]);
  }),
);

test.each<Omit<MessageFilter, 'limit' | 'tenant'>>([
  { channel: 'ch_1', conversation: 'cv_1' },
  { conversation: 'cv_1', status: 'failed' },
  { channel: 'ch_1', contact: 'ct_1' },
])('the delivery log of a tenant is looked up by the ids of the messages for %j', (filter) =>
  explained(async (at) => {
    await listMessages(at.store.read, { tenant: 'acme', limit: 50, ...filter });
    // the newest one, along the chain, and the slice that it makes
    expect(at.found.filter((detail) => /^SEARCH (messages|m) /.test(detail))).toEqual(Array(3).fill(expect.stringMatching(/ USING PRIMARY KEY \(id=\?\)/)));
  }),
);
