import type { SendingChannel } from '../outbound/sending-channel.ts';
import type { Store } from '../store/port.ts';
import { createFetcher } from './create-fetcher.ts';
import type { Examination } from './examine.ts';
import type { Forgotten } from './forget-media.ts';
import { createKeyLocks } from './key-locks.ts';
import { readMediaNews } from './media-in.ts';
import { createMediaThread } from './media-thread.ts';
import type { MediaStore } from './port.ts';
import { pastRetention } from './retention.ts';
import type { MediaSettings } from './settings.ts';

export interface MediaWorkerDeps {
  readonly store: Store;
  readonly media: MediaStore;
  readonly settings: MediaSettings;
  readonly rowsKeptDays: number;
  channelOf(id: string): SendingChannel | null;
  observe(channelType: string, outcome: string, bytes: number): void;
  /** Bytes in the media store. */
  stored(bytes: number): void;
  log(level: 'info' | 'warn' | 'debug' | 'error', message: string, fields: Readonly<Record<string, unknown>>): void;
}
const CURSOR = 'media';
/** News of the log are read in bundles; a file waits so long at most. */
const REST_MS = 100;
const POLL_MS = 5000;
/** The place is kept so often where there was nothing for us; what is read again after a crash is there already. */
const KEEP_MS = 5000;
const RETAIN_MS = 60_000;
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());

/**
 * Media that customers send: a cursor over the log turns what events name into rows, together with its place, so that a crash loses
 * none; the rows are the queue of the fetcher. It also takes bytes out of the store that nobody refers to any more.
 */
export function createMediaWorker(deps: MediaWorkerDeps) {
  const { store, settings } = deps;
  const thread = createMediaThread({ folder: settings.folder, s3: settings.s3, scanCommand: settings.scanCommand }, deps.log);
  const locks = createKeyLocks();
  const state = { stopping: false, read: -1, keptAt: 0, more: false, retaining: false };
  const waiting = new Map<string, Set<() => void>>();
  let rouse: (() => void) | null = null;
  let unsubscribe: (() => void) | null = null;
  let retaining: NodeJS.Timeout | undefined;
  let done: Promise<void> = Promise.resolve();

  const settled = (id: string): void => {
    for (const tell of waiting.get(id) ?? []) tell();
    waiting.delete(id);
  };
  /** Takes bytes that nobody refers to out of the store. */
  async function remove(key: string): Promise<void> {
    await locks(key, async () => {
      const marked = await store.read.selectFrom('media_blobs').select('removing').where('key', '=', key).executeTakeFirst();
      if (Number(marked?.removing ?? 0) === 0) return;
      await deps.media.remove(key);
      await store.write('blobGone', { key });
    });
  }
  async function removeAll(keys: readonly string[]): Promise<void> {
    for (const key of keys) await remove(key).catch((error: Error) => deps.log('warn', 'bytes could not be removed; they are at the next start', { key, error: error.message }));
  }
  const fetcher = createFetcher({ ...deps, thread, locks, parallel: settings.parallel, settled, remove });

  async function page(): Promise<boolean> {
    const { news, next, more } = await readMediaNews(store, state.read);
    const keep = news.length || (next > state.read && performance.now() - state.keptAt > KEEP_MS);
    state.read = next;
    if (!keep) return more;
    state.keptAt = performance.now();
    const keys = await store.write('noteMedia', { news, next, nowMs: Date.now() });
    if (news.length) fetcher.wake();
    for (const one of news) if ('media' in one) for (const m of one.media) settled(m.id);
    await removeAll(keys);
    return more;
  }
  async function loop(): Promise<void> {
    while (!state.stopping) {
      try {
        if (state.read < 0) {
          await removeAll((await store.read.selectFrom('media_blobs').select('key').where('removing', '=', 1).execute()).map((b) => b.key)); // begun before a crash
          const cursor = await store.read.selectFrom('cursors').select('off').where('name', '=', CURSOR).executeTakeFirst();
          state.read = Number(cursor?.off ?? 0);
          fetcher.wake();
        }
        state.more = false;
        const more = await page();
        await sleep(REST_MS);
        if (more || state.more) continue;
      } catch (error) {
        deps.log('warn', 'the media worker waits', { code: (error as { code?: string }).code });
        state.read = -1; // what was read may not have been noted
        await sleep(1000);
      }
      if (state.stopping) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS).unref();
        rouse = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
  async function forget(what: Forgotten): Promise<void> {
    await removeAll(await store.write('forgetMedia', what));
  }
  /** All that is past its days, a slice at a time. */
  async function retain(): Promise<void> {
    let kept = settings.retentionDays;
    while (!state.stopping) {
      const { days, ids } = await pastRetention(store, settings.retentionDays, Date.now());
      kept = days;
      if (!ids.size) break;
      for (const [reason, some] of ids) await forget({ ids: some, reason, nowMs: Date.now() });
    }
    const stored = await store.read
      .selectFrom('media_blobs')
      .select((e) => e.fn.sum<number>('bytes').as('n'))
      .executeTakeFirst();
    deps.stored(Number(stored?.n ?? 0));
    const before = Date.now() - Math.max(deps.rowsKeptDays, kept) * 86_400_000;
    while (!state.stopping && (await store.write('dropMedia', { before })));
  }
  /** Unless the one before is still at it. */
  async function retainOnce(): Promise<void> {
    if (state.retaining) return;
    state.retaining = true;
    await retain().catch((error: Error) => deps.log('warn', 'media past their days could not be removed', { error: error.message }));
    state.retaining = false;
  }
  return {
    start(): void {
      unsubscribe = store.onEvents(() => {
        state.more = true;
        rouse?.();
      });
      done = loop();
      retaining = setInterval(() => void retainOnce(), RETAIN_MS);
      retaining.unref();
    },
    /** Resolves when something became of it, or after `ms`; hurries its fetch. */
    async settled(id: string, ms: number, signal: AbortSignal): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const all = waiting.get(id) ?? new Set();
      waiting.set(id, all.add(resolve));
      const timer = setTimeout(resolve, ms);
      signal.addEventListener('abort', () => resolve(), { once: true });
      void fetcher.hurry(id).catch(() => {}); // the store is away: it is fetched when it is back
      await promise;
      clearTimeout(timer);
      all.delete(resolve);
      if (!all.size && waiting.get(id) === all) waiting.delete(id);
    },
    /** Looks at a file that came by API; throws MediaFault. */
    examine: (file: Examination) => thread.examine(file),
    /** With the bytes of a key to oneself: between keeping them and referring to them. */
    hold: locks,
    wake: fetcher.wake,
    forget,
    remove,
    retain,
    running: fetcher.running,
    async stop(): Promise<void> {
      state.stopping = true;
      clearInterval(retaining);
      unsubscribe?.();
      rouse?.();
      for (const id of [...waiting.keys()]) settled(id);
      await fetcher.stop();
      await Promise.race([done, sleep(3000)]);
      await thread.close();
      await deps.media.close();
    },
  };
}
export type MediaWorker = ReturnType<typeof createMediaWorker>;
