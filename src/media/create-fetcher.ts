import type { SendingChannel } from '../outbound/sending-channel.ts';
import type { Store } from '../store/port.ts';
import { backOff } from './back-off.ts';
import type { FetchJob } from './fetch-file.ts';
import type { createKeyLocks } from './key-locks.ts';
import { MediaFault, type MediaFaultKind } from './media-fault.ts';
import type { MediaThread } from './media-thread.ts';
import { type DueRow, nextDue, readDue, readPending } from './read-due.ts';

export interface FetcherDeps {
  readonly store: Store;
  readonly thread: MediaThread;
  readonly locks: ReturnType<typeof createKeyLocks>;
  readonly parallel: number;
  channelOf(id: string): SendingChannel | null;
  /** What became of an attempt: outcome is ready, failed or later. */
  observe(channelType: string, outcome: string, bytes: number): void;
  log(level: 'info' | 'warn' | 'debug', message: string, fields: Readonly<Record<string, unknown>>): void;
  /** Something became of it. */
  settled(id: string): void;
  /** Nobody refers to the bytes of this key. */
  remove(key: string): Promise<void>;
}
const WINDOW = 500;
const POLL_MS = 5000;
/** The webhook's own link dies in 5 minutes (whatsapp.md 6.1); a little sooner, its request would only be lost. */
const LINK_MS = 4.5 * 60_000;
/** Someone at a link hurries a file that waits for its next attempt: not sooner than so, and not what has failed so often, or readers would use up its attempts. */
const HURRY_MS = 2000;
const HURRIED = 3;

/** Fetches what is due, so many at a time, of no channel more than half of them while others wait. */
export function createFetcher(deps: FetcherDeps) {
  const { store, thread } = deps;
  const perChannel = Math.max(1, Math.ceil(deps.parallel / 2));
  const running = new Map<string, { channel: string; abort: AbortController; done: Promise<void> }>();
  const otherBytes = new Map<string, string>();
  const state = { stopping: false, woken: false, filling: false };
  let queue: DueRow[] = [];
  let timer: NodeJS.Timeout | undefined;

  function jobOf(row: DueRow): FetchJob {
    const channel = row.channel === null ? null : deps.channelOf(row.channel);
    if (!channel) throw new MediaFault('later', 'The channel is not connected any more.');
    const { type, provider, account, baseUrl, credentials, settings } = channel;
    return {
      channel: { type, provider, account, baseUrl, credentials, settings },
      ref: {
        platformRef: row.platform_ref ?? '',
        message: row.platform_message,
        index: Number(row.id.slice(35)), // md_ and 32 hex digits, then which one of its message
        url: Date.now() - Number(row.created_at) < LINK_MS ? row.link : null,
      },
      kind: row.kind,
      declaredType: row.declared_type,
      sha256: row.platform_sha256,
      before: otherBytes.get(row.id) ?? null,
    };
  }
  async function bring(row: DueRow, signal: AbortSignal): Promise<void> {
    const file = await thread.fetch(jobOf(row), signal);
    const { id: _id, ...rest } = file;
    const kept = await deps.locks(file.key, async () => {
      try {
        await thread.keep(file);
        return await store.write('mediaReady', { ...rest, id: row.id, nowMs: Date.now() });
      } catch (error) {
        await thread.discard(file).catch(() => {}); // the thread may be gone, and its file is swept at the next start
        throw error;
      }
    });
    if (kept === 'again') throw new MediaFault('later', 'The same bytes are just being removed.');
    if (kept === 'gone') return deps.remove(file.key);
    if (row.platform_sha256 !== null && row.platform_sha256 !== file.sha256)
      deps.log('warn', 'a file is twice not what the platform announced, and the same each time: taken', { media: row.id });
    deps.observe(typeOf(row), 'ready', file.bytes);
    deps.log('info', 'media ready', { media: row.id, kind: row.kind, bytes: file.bytes, mimeType: file.mimeType, attempts: Number(row.attempts) + 1 });
  }
  const typeOf = (row: DueRow) => (row.channel === null ? null : deps.channelOf(row.channel))?.type ?? 'none';

  async function missed(row: DueRow, fault: MediaFault & { sha256?: string }): Promise<void> {
    const kind: MediaFaultKind = fault.kind;
    if (fault.sha256 !== undefined) otherBytes.set(row.id, fault.sha256);
    const wait = backOff(Number(row.attempts) + 1, kind);
    const nowMs = Date.now();
    deps.observe(typeOf(row), wait === null ? 'failed' : 'later', 0);
    deps.log(wait === null ? 'warn' : 'debug', wait === null ? 'media failed' : 'media later', {
      media: row.id,
      kind: row.kind,
      reason: fault.message,
      attempts: Number(row.attempts) + 1,
    });
    if (wait === null) await store.write('mediaFailed', { id: row.id, reason: fault.message, nowMs });
    else await store.write('mediaLater', { id: row.id, reason: fault.message, nextAt: nowMs + wait, nowMs });
    if (wait === null) otherBytes.delete(row.id);
  }
  async function one(row: DueRow, signal: AbortSignal): Promise<void> {
    try {
      await bring(row, signal);
      otherBytes.delete(row.id);
    } catch (error) {
      if (state.stopping || signal.aborted) return; // it is still due, and is fetched at the next start
      if (error instanceof MediaFault) return missed(row, error);
      deps.log('warn', 'a file could not be noted; it is fetched again', { media: row.id, error: (error as Error).message });
      await new Promise((resolve) => setTimeout(resolve, 1000)); // the store is away: not at once again
    }
  }
  function begin(row: DueRow): void {
    const abort = new AbortController();
    const done = one(row, abort.signal)
      .catch((error: Error) => deps.log('warn', 'what became of a file could not be noted', { media: row.id, error: error.message }))
      .finally(() => {
        running.delete(row.id);
        deps.settled(row.id);
        wake();
      });
    running.set(row.id, { channel: row.channel ?? '', abort, done });
  }
  /** The next that may begin: of a channel that has a place, or the first where nobody else waits. */
  function next(): DueRow | undefined {
    queue = queue.filter((row) => !running.has(row.id));
    const busy = (channel: string | null) => [...running.values()].filter((r) => r.channel === channel).length;
    const at = queue.findIndex((row) => busy(row.channel) < perChannel);
    const alone = new Set(queue.map((row) => row.channel)).size === 1;
    return at < 0 ? (alone ? queue.shift() : undefined) : queue.splice(at, 1)[0];
  }
  async function fill(): Promise<void> {
    state.woken = true;
    if (state.filling || state.stopping) return;
    state.filling = true;
    clearTimeout(timer);
    try {
      do {
        state.woken = false;
        while (running.size < deps.parallel && !state.stopping) {
          const row = next();
          if (row) {
            begin(row);
            continue;
          }
          if (queue.length) break; // their channels have no place
          const due = (await readDue(store, Date.now(), WINDOW)).filter((r) => !running.has(r.id));
          if (!due.length) break;
          queue = due;
        }
      } while (state.woken && !state.stopping);
      const wait = await nextDue(store, Date.now());
      arm(Math.min(POLL_MS, wait ?? POLL_MS));
    } catch (error) {
      deps.log('warn', 'the media worker waits', { code: (error as { code?: string }).code });
      arm(1000);
    } finally {
      state.filling = false;
    }
  }
  function arm(ms: number): void {
    clearTimeout(timer);
    if (!state.stopping) timer = setTimeout(wake, ms).unref();
  }
  const wake = () => void fill();
  return {
    wake,
    /** Someone waits for it: it is fetched next. */
    async hurry(id: string): Promise<void> {
      if (running.has(id)) return;
      const row = await readPending(store, id);
      const attempts = Number(row?.attempts ?? 0);
      if (!row || running.has(id) || attempts > HURRIED || (attempts > 0 && Date.now() - Number(row.updated_at) < HURRY_MS)) return;
      queue = [row, ...queue.filter((r) => r.id !== id)];
      wake();
    },
    running: () => running.size,
    async stop(): Promise<void> {
      state.stopping = true;
      clearTimeout(timer);
      for (const { abort } of running.values()) abort.abort();
      await Promise.race([Promise.all([...running.values()].map((r) => r.done)), new Promise((resolve) => setTimeout(resolve, 3000).unref())]);
    },
  };
}
