import type { Adapters, ChannelAdapter } from '../../adapters/contract.ts';
import type { SendingChannel } from '../outbound/sending-channel.ts';
import { createTurns } from '../outbound/turns.ts';
import { markKey } from './operations.ts';
import { OVERLAP_MS, type Pass, type ReconcileDeps, reconcileChannel } from './reconcile-channel.ts';

export interface ReconcilerDeps extends ReconcileDeps {
  readonly adapters: Adapters;
  /** Every connected channel, with what a call needs. */
  channels(): readonly SendingChannel[];
  log(level: 'info' | 'warn', message: string, fields: Readonly<Record<string, unknown>>): void;
  /** Bounded labels. */
  observe(type: string, missed: number): void;
}
export type Outcome = Pass | { readonly channel: string; readonly error: string };
const EVERY_MS = 15 * 60_000;
const PAGE_MS = 30_000;
const TRIES = 5;
const MOST_WAIT_MS = 60_000;
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());

/**
 * Promise 1: what we could not acknowledge we fetch. At the start, every 15 minutes and on demand, each channel whose platform keeps a
 * list is compared with what came; the mark moves only after a whole pass, so a pass that is cut begins again where it began.
 */
export function createReconciler(deps: ReconcilerDeps) {
  const running = new Map<string, Promise<Outcome>>();
  const last = new Map<string, { at: number; outcome: Outcome }>();
  const state = { stopping: false };
  let timer: NodeJS.Timeout | null = null;

  const adapterOf = (channel: SendingChannel): ChannelAdapter | undefined => {
    const adapter = deps.adapters.of(channel.type, channel.provider);
    return adapter?.list && adapter.capabilities.limits.listPerSecond ? adapter : undefined;
  };
  /** Where the last whole pass began (with the overlap off); a channel that had none begins where it was connected. */
  async function markOf(channel: string): Promise<number> {
    const kept = await deps.store.read.selectFrom('meta').select('value').where('key', '=', markKey(channel)).executeTakeFirst();
    if (kept) return Number(kept.value);
    const row = await deps.store.read.selectFrom('channels').select('created_at').where('id', '=', channel).executeTakeFirst();
    return Number(row?.created_at ?? Date.now());
  }
  async function pass(channel: SendingChannel, adapter: ChannelAdapter, from: number | null): Promise<Outcome> {
    const mark = await markOf(channel.id);
    const turn = createTurns(adapter.capabilities.limits.listPerSecond ?? 1);
    for (let tries = 1; ; tries++) {
      const now = Date.now();
      const options = {
        baseUrl: channel.baseUrl,
        credentials: channel.credentials,
        turn,
        get signal() {
          return AbortSignal.timeout(PAGE_MS); // of one request, not of the whole pass
        },
      };
      try {
        const done = await reconcileChannel(channel, { adapter, since: from ?? mark, settledAfter: mark, now, options }, deps);
        await deps.store.write('saveReconciled', { channel: channel.id, through: now - OVERLAP_MS });
        deps.observe(channel.type, done.missed);
        if (done.missed) deps.log('info', 'messages that came by no webhook were fetched', { ...done });
        return done;
      } catch (error) {
        const failure = adapter.classify(error);
        const passing = failure.code === 'platform_throttled' || failure.code === 'platform_unavailable' || failure.outcome === 'unknown';
        deps.log('warn', 'a channel could not be reconciled', {
          channel: channel.id,
          code: failure.code,
          platformCode: failure.platformCode,
          error: (error as Error).message.slice(0, 200),
          tries,
        });
        if (!passing || tries >= TRIES || state.stopping) return { channel: channel.id, error: failure.code };
        await sleep(Math.min(MOST_WAIT_MS, Math.max(failure.retryAfterMs ?? 0, 1000 * 2 ** tries)));
      }
    }
  }
  function one(channel: SendingChannel, from: number | null): Promise<Outcome> {
    const adapter = adapterOf(channel);
    if (!adapter) return Promise.resolve({ channel: channel.id, error: 'the platform keeps no list' });
    const known = running.get(channel.id);
    if (known && from === null) return known;
    const going = (known ?? Promise.resolve())
      .then(() => pass(channel, adapter, from))
      .catch((error: Error): Outcome => ({ channel: channel.id, error: error.message })) // the store is away: the next pass
      .then((outcome) => {
        last.set(channel.id, { at: Date.now(), outcome });
        return outcome;
      })
      .finally(() => running.get(channel.id) === going && running.delete(channel.id));
    running.set(channel.id, going);
    return going;
  }
  const keepsList = (channel: SendingChannel): boolean => adapterOf(channel) !== undefined;
  /** Those channels now; `from` lists from an earlier moment than the mark. */
  const run = (wanted: (channel: SendingChannel) => boolean = keepsList, from: number | null = null): Promise<Outcome[]> =>
    Promise.all(deps.channels().flatMap((c) => (wanted(c) ? [one(c, from)] : [])));

  return {
    run,
    /** What the last pass of a channel did since this start. */
    last: (channel: string) => last.get(channel) ?? null,
    keepsList,
    start(): void {
      void run();
      timer = setInterval(() => void run(), EVERY_MS).unref();
    },
    async stop(): Promise<void> {
      state.stopping = true;
      if (timer) clearInterval(timer);
      await Promise.race([Promise.all(running.values()), sleep(3000)]);
    },
  };
}
export type Reconciler = ReturnType<typeof createReconciler>;
