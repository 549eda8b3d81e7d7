import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { GatewayError } from '../gateway-error.ts';
import { utilization } from '../utilization.ts';
import { watchSilence } from '../watch-silence.ts';
import { packRecords } from './packed-records.ts';
import type { Journal, JournalRecord } from './port.ts';
import type { JournalAnswer, JournalRequest, JournalWorkerData } from './protocol.ts';

export interface JournalOptions {
  readonly dataDir: string;
  readonly retentionDays: number;
  readonly maxBytes: number;
  /** A thread that ended, is silent for 10 s, or a sync that failed: the process must end; no 200 may follow. */
  onFatal(reason: string): void;
  /** After each group commit and its answers: the highest durable offset. */
  onAppend(lastOffset: number): void;
  onDropped?(files: readonly string[]): void;
  readonly synchronous?: 'FULL' | 'OFF';
}
interface Waiting {
  record: JournalRecord;
  resolve(offset: number): void;
  reject(error: Error): void;
}

/** What V8 keeps for young objects is 48 MB a thread by default, far more than a batch makes. */
const YOUNG = { maxYoungGenerationSizeMb: 12 };

/**
 * A commit costs several times what a record does: while this thread is at work for more than `busy` of its time, fewer than `records`
 * wait for one another, about `ms`. On an idle machine they would wait for nothing; on a busy one they leave more to all threads.
 */
const COMPANY = { records: 6, ms: 1, busy: 0.33 };
/** So many are worth a commit of their own: they go while another is under way, and the next one begins when that one ends, not when this thread has time to hear of it. */
const ENOUGH = 8;

/** Names this journal for ever: 10 characters, kept beside the files. */
function journalId(dir: string): string {
  const path = join(dir, 'id');
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  const id = [...randomBytes(10)].map((b) => '0123456789abcdefghjkmnpqrstvwxyz'[b & 31]).join('');
  writeFileSync(path, id, { mode: 0o600 });
  return id;
}

/** The journal, HTTP side: gathers what arrives and hands it to the journal's thread, which commits what it has been handed. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const dir = join(options.dataDir, 'journal');
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const id = journalId(dir);
  const workerData: JournalWorkerData = { dir, retentionDays: options.retentionDays, maxBytes: options.maxBytes, synchronous: options.synchronous ?? 'FULL' };
  const worker = new Worker(new URL('./journal-worker.ts', import.meta.url), { workerData, execArgv: [], name: 'journal', resourceLimits: YOUNG });
  const state = { last: 0, received: 0, writable: true, closing: false };
  let queue: Waiting[] = [];
  /** Handed over and not durable yet, in order. */
  let flying: Waiting[] = [];
  let scheduled: 'no' | 'now' | 'soon' = 'no';
  let timer: NodeJS.Timeout | undefined;
  const once = new Map<JournalAnswer['type'], (answer: JournalAnswer) => void>();
  const post = (request: JournalRequest) => worker.postMessage(request);

  function flush(): void {
    clearTimeout(timer);
    scheduled = 'no';
    if (!queue.length) return;
    const records = packRecords(queue.map((w) => w.record));
    flying = flying.length ? [...flying, ...queue] : queue;
    queue = [];
    worker.postMessage({ type: 'append', records } satisfies JournalRequest, [records.bodies.buffer]);
  }
  /** What waits goes at once, or in a moment where this thread is busy and only a few wait; while a commit is under way, once enough do. */
  function schedule(): void {
    const busy = utilization(); // whatever follows: it looks at windows as short as it is asked
    if (scheduled === 'now' || !queue.length || (flying.length && queue.length < ENOUGH)) return;
    if (queue.length >= COMPANY.records || busy < COMPANY.busy) {
      scheduled = 'now';
      setImmediate(flush); // what this turn of the loop brings shares one commit
    } else if (scheduled === 'no') {
      scheduled = 'soon';
      timer = setTimeout(flush, COMPANY.ms);
    }
  }
  function settle(answer: JournalAnswer & { type: 'appended' }): void {
    const batch = flying.slice(0, answer.count);
    flying = flying.slice(answer.count);
    state.received = answer.received;
    if ('error' in answer) {
      state.writable = false;
      const error = new GatewayError('journal_unavailable', 'The journal can not be written.', { cause: new Error(answer.error) });
      for (const w of batch) w.reject(error);
      if (answer.fatal) options.onFatal(`journal: ${answer.error}`);
    } else {
      state.writable = true;
      state.last = answer.first + answer.count - 1;
      for (const [i, w] of batch.entries()) w.resolve(answer.first + i);
      setImmediate(options.onAppend, state.last); // after the answers, which are written when this turn of the loop ends: it wakes the store, which would take a core of theirs
    }
    schedule();
  }
  function failAll(reason: string): void {
    state.writable = false;
    for (const w of [...flying, ...queue]) w.reject(new GatewayError('journal_unavailable', reason));
    flying = [];
    queue = [];
  }

  const watch = watchSilence('journal', () => options.onFatal('the journal thread is silent for 10 s'));
  worker.on('message', (answer: JournalAnswer) => {
    watch.heard();
    if (answer.type === 'appended') settle(answer);
    else if (answer.type === 'retained' && answer.dropped.length) options.onDropped?.(answer.dropped);
    once.get(answer.type)?.(answer);
    once.delete(answer.type);
  });

  const ready = await new Promise<JournalAnswer & { type: 'ready' }>((resolve, reject) => {
    once.set('ready', (a) => resolve(a as JournalAnswer & { type: 'ready' }));
    worker.once('error', reject);
    worker.once('exit', (code) => {
      watch.end();
      failAll('The journal thread has ended.');
      reject(new Error(`journal thread exit ${code}`));
      if (!state.closing) options.onFatal(`the journal thread ended (${code})`);
    });
  }).catch((cause: Error) => {
    throw new GatewayError('journal_unavailable', `The journal in ${dir} can not be opened: ${cause.message}.`, { cause });
  });
  state.last = ready.last;
  state.received = ready.received;

  return {
    id,
    append(record) {
      if (state.closing) return Promise.reject(new GatewayError('journal_unavailable', 'The gateway is stopping.'));
      return new Promise((resolve, reject) => {
        queue.push({ record, resolve, reject });
        schedule();
      });
    },
    lastOffset: () => state.last,
    received: () => Promise.resolve(state.received),
    writable: () => state.writable && !state.closing,
    async retain(processed, nowMs) {
      post({ type: 'retain', processed, now: nowMs });
    },
    async close() {
      while (flying.length || queue.length) await new Promise((resolve) => setTimeout(resolve, 5));
      state.closing = true;
      await new Promise<void>((resolve) => {
        once.set('closed', () => resolve());
        worker.once('exit', () => resolve());
        post({ type: 'close' });
      });
      watch.end();
    },
  };
}
