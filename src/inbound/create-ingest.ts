import type { VerifiedRequest } from '../../adapters/contract.ts';
import { type Adapters, providerOf } from '../../adapters/contract.ts';
import { dayOf } from '../iso-time.ts';
import { createJournalReader } from '../journal/journal-reader.ts';
import { type JournalReader, type JournalRow, journalRef } from '../journal/port.ts';
import type { Ingest } from '../store/ingest-port.ts';
import type { Tx } from '../store/port.ts';
import type { IngestSettings } from '../store/worker-protocol.ts';
import { isStoreFault } from '../store/writer.ts';
import type { Context } from './context.ts';
import { deadLetter } from './dead-letters.ts';
import { createDirectory } from './directory.ts';
import { countEarly } from './early-changes.ts';
import { verifiedRequest } from './journalled-request.ts';
import { createMakeWay } from './make-way.ts';
import { createMediaLinks } from './media-links.ts';
import { resolveFact } from './resolve.ts';
import { retain } from './retention.ts';
import { Tally } from './tally.ts';
import { releaseOverdue } from './waiting.ts';

export interface IngestDeps extends IngestSettings {
  readonly adapters: Adapters;
  /** Whether the HTTP thread is busy. */
  httpBusy(): boolean;
  log(level: 'warn' | 'error', message: string, detail?: string): void;
}
const MAX_BODIES = 500;
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_MS = 40;
/** A thread that gets little of the processor would otherwise commit a few bodies at a time, which costs more for each, and so get on even less. */
const AT_LEAST = { bodies: 200, ms: 200 };
/** Read at a time, so that little is read in vain when the time of a batch is over. */
const SLICE = 50;
/** A batch that comes to so many is behind: at a rate that is kept up with, fewer wait. */
const BEHIND = 50;
/** A body that fails so often is parked with its bytes and costs only itself. */
const MAX_FAILURES = 5;
const RETENTION_EVERY_MS = 60_000;
/** What is past its days is dropped for so long at a time. */
const RETAIN_MS = 20;

/** Splits one body into its elements and resolves each. */
export async function processBody(ctx: Context, adapters: Adapters, request: VerifiedRequest): Promise<void> {
  const adapter = adapters.webhooks(providerOf(ctx.row.endpoint));
  if (!adapter) throw new Error('no adapter for this endpoint');
  const { facts, rejects } = adapter.normalize(request);
  for (const fact of facts) await resolveFact(ctx, fact);
  for (const r of rejects) {
    const found = r.account === undefined || r.channelType === undefined ? undefined : ctx.directory.byAccount(r.channelType, r.account);
    const channel = found?.keyIds.includes(ctx.row.keyId) ? found : null;
    await deadLetter(ctx, { code: r.code, reason: r.reason, path: r.path, element: r.element ?? null, channel });
  }
}

/**
 * The inbound path of the store's thread: journal in, events out. A batch is one transaction without savepoints, which cost a quarter
 * of the writer's time (SQLite copies every page that a savepoint touches first); only where a body fails is the batch taken again with
 * one savepoint a body, so that a poison body costs only itself.
 */
export function createIngest(deps: IngestDeps): Ingest {
  const reader: JournalReader = createJournalReader(deps.dataDir);
  const directory = createDirectory();
  const links = createMediaLinks({ publicUrl: deps.publicUrl, key: deps.mediaKey, days: deps.mediaLinkDays });
  const failures = new Map<number, number>();
  const early = { pending: -1 };
  const makeWay = createMakeWay({ busy: deps.httpBusy });
  /**
   * Apart: each body in a savepoint of its own, after a batch without any failed. `most`: so many bodies a batch, half of what the last one
   * had come to where the store failed in its midst (a connection that is cut again and again would never see a whole one), and twice as
   * many after each that was committed.
   */
  const mode = { apart: false, most: MAX_BODIES };
  let reached = 0;
  let inbound = new Map<string, number[]>();
  let retainAt = 0;

  const contextOf = (tx: Tx, row: JournalRow, tally: Tally): Context => {
    const nowMs = Date.now();
    return {
      tx,
      directory,
      row,
      ref: journalRef(deps.journalId, row.offset),
      nowMs,
      day: dayOf(row.receivedAt),
      tally,
      mediaUrl: (id) => links.make(id, nowMs),
      early,
      inbound,
      again: false,
    };
  };
  /** Whether the batch may go on after this body. */
  async function apart(tx: Tx, row: JournalRow, tally: Tally): Promise<boolean> {
    const mine = new Tally();
    try {
      await tx.savepoint(() => processBody(contextOf(tx, row, mine), deps.adapters, verifiedRequest(row, deps.publicUrl)));
      failures.delete(row.offset);
      tally.merge(mine);
      return true;
    } catch (error) {
      if (isStoreFault(error)) throw error; // the whole batch again
      const times = (failures.get(row.offset) ?? 0) + 1;
      failures.set(row.offset, times);
      if (times < MAX_FAILURES) return false;
      deps.log('error', `a webhook body failed ${times} times and is parked as a dead letter (${journalRef(deps.journalId, row.offset)})`, (error as Error).stack);
      const parked = new Tally();
      await tx.savepoint(() => deadLetter(contextOf(tx, row, parked), { code: 'poison', reason: `processing failed ${times} times`, path: '', element: null, channel: null }));
      failures.delete(row.offset);
      tally.merge(parked);
      return true;
    }
  }
  async function readCursor(tx: Tx): Promise<{ last: number; split: number }> {
    const [row] = await tx.all<{ last: number; split: number }>('SELECT last, split FROM journal_cursors WHERE journal = $1', [deps.journalId]);
    return row ?? { last: 0, split: 0 };
  }
  async function prepare(tx: Tx): Promise<void> {
    await directory.refresh(tx);
    if (early.pending >= 0) return;
    early.pending = await countEarly(tx);
  }

  /** The books and the cursor of a batch, in its transaction. */
  async function finish(tx: Tx, { tally, taken, offset, more }: { tally: Tally; taken: number; offset: number; more: boolean }) {
    await tally.write(tx);
    await tx.run(
      'INSERT INTO journal_cursors (journal, last, split) VALUES ($1,$2,$3) ON CONFLICT (journal) DO UPDATE SET last = excluded.last, split = journal_cursors.split + excluded.split',
      [deps.journalId, offset, taken],
    );
    return { taken, more, offset, inbound: Object.fromEntries(inbound) };
  }

  return {
    async batch(tx) {
      const cursor = await readCursor(tx);
      const started = performance.now();
      const tally = new Tally();
      inbound = new Map();
      reached = 0;
      let [taken, bytes, offset] = [0, 0, cursor.last];
      const goOn = () => taken < mode.most && bytes < MAX_BYTES && performance.now() - started < (taken < AT_LEAST.bodies ? AT_LEAST.ms : MAX_MS);
      let drained = false;
      while (!drained && (!taken || goOn())) {
        const rows = reader.read(offset, SLICE, MAX_BYTES);
        drained = rows.length < SLICE && rows.reduce((sum, row) => sum + row.body.length, 0) < MAX_BYTES;
        if (!rows.length) break;
        if (!taken) await prepare(tx);
        for (const row of rows) {
          if (taken && !goOn()) {
            drained = false;
            break;
          }
          makeWay(taken >= BEHIND);
          if (!mode.apart) await processBody(contextOf(tx, row, tally), deps.adapters, verifiedRequest(row, deps.publicUrl));
          else if (!(await apart(tx, row, tally))) return finish(tx, { tally, taken, offset, more: true });
          reached = ++taken;
          bytes += row.body.length;
          offset = row.offset;
        }
      }
      if (!taken) return { taken: 0, more: false, offset, inbound: {} };
      return finish(tx, { tally, taken, offset, more: !drained });
    },
    committed() {
      mode.apart = failures.size > 0;
      mode.most = Math.min(MAX_BODIES, mode.most * 2);
      reached = 0;
    },
    undone(error) {
      early.pending = -1;
      if (reached && isStoreFault(error)) mode.most = Math.max(1, Math.floor(reached / 2));
      reached = 0;
      if (mode.apart || isStoreFault(error)) return false;
      mode.apart = true;
      return true;
    },
    async tick(tx, nowMs) {
      await releaseOverdue(tx, nowMs);
      if (performance.now() < retainAt) return false;
      const end = performance.now() + RETAIN_MS;
      const more = await retain(tx, deps.retention, { nowMs, goOn: () => performance.now() < end });
      if (!more) {
        retainAt = performance.now() + RETENTION_EVERY_MS;
        early.pending = -1; // counted again: those that were taken or dropped wait no more
      }
      return more;
    },
    close: () => reader.close(),
  };
}
