import { sql } from 'kysely';
import type { Failure } from '../../../schemas/index.ts';
import { createTurnstile } from '../../media/convert/turnstile.ts';
import type { Store } from '../../store/port.ts';
import type { SendingChannel } from '../sending-channel.ts';
import type { Meet } from './create-meeting.ts';
import { workOf } from './meet-need.ts';
import type { Task } from './prepare-media.ts';

export interface PreparerDeps {
  readonly store: Pick<Store, 'write' | 'read' | 'lease'>;
  readonly meet: Meet;
  channelOf(id: string): SendingChannel | null;
  /** The calls of a message of this channel became final. */
  onReady(channel: string): void;
  log(level: 'warn' | 'error' | 'debug', message: string, fields: Readonly<Record<string, unknown>>): void;
}
const POLL_MS = 1000;
/** Messages of one channel under way at once: many, since those that wait for a slow conversion cost nothing and must keep no other from its turn. */
const PER_CHANNEL = 500;
/** An address that was refused is not asked again so soon. */
const REFUSED_MS = 60_000;
/** Where the store did not take what came of it. */
const UNABLE_MS = 5000;
/** Uploads and fetches at once, of one account. */
const WIRES = 4;
/** Fetch, look, convert, upload: each shows the next. */
const MOST_ROUNDS = 8;

/** Gets the files of queued messages ready: fetches, converts, uploads, and makes the calls final. Off the path of everything else; what was done is kept, so a killed process goes on where it was. */
export function createPreparer(deps: PreparerDeps) {
  const stop = new AbortController();
  const busy = new Map<string, Set<string>>();
  const works = new Map<string, Promise<Failure | null>>();
  const refused = new Map<string, { readonly failure: Failure; readonly until: number }>();
  const wires = new Map<string, ReturnType<typeof createTurnstile>>();
  const state = { looking: false, again: false };
  let timer: NodeJS.Timeout | null = null;

  /** Conversions wait for one another in the converter, the rest by account. */
  function queued(task: Task, work: () => Promise<Failure | null>): Promise<Failure | null> {
    if (task.step === 'convert' || task.step === 'probe') return work();
    const wire = wires.get(task.account) ?? createTurnstile(WIRES);
    wires.set(task.account, wire);
    return wire.pass({ party: task.channel, signal: stop.signal }, work);
  }
  function once(task: Task, channel: SendingChannel): Promise<Failure | null> {
    const key = workOf(task);
    const known = works.get(key);
    if (known) return known;
    const refusal = refused.get(key);
    if (refusal && refusal.until > performance.now()) return Promise.resolve(refusal.failure);
    const work = queued(task, () => deps.meet(task, channel, stop.signal)).finally(() => works.delete(key));
    works.set(key, work);
    return work;
  }
  /** What an address was refused for holds for the rest of a campaign too. */
  function remember(task: Task, failure: Failure): void {
    if (task.step !== 'fetch' || failure.retryable) return;
    for (const [key, { until }] of refused) if (until <= performance.now()) refused.delete(key);
    refused.set(workOf(task), { failure, until: performance.now() + REFUSED_MS });
  }
  async function one(message: string, channel: SendingChannel): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const prepared = await deps.store.write('prepareMedia', { message, nowMs: Date.now() });
      if (prepared.state === 'ready') return deps.onReady(prepared.channel);
      if (prepared.state === 'gone') return;
      const ends = await Promise.all(prepared.tasks.map(async (task) => ({ task, failure: await once(task, channel) })));
      if (stop.signal.aborted) return;
      const failed = ends.find((end) => end.failure !== null);
      if (!failed?.failure) continue;
      const { task, failure } = failed;
      remember(task, failure);
      deps.log('warn', 'a file could not be got ready', { message, channel: channel.id, step: task.step, code: failure.code, detail: failure.platformMessage });
      return deps.store.write('preparationFailed', { message, failure, fetching: task.step === 'fetch', random: Math.random(), nowMs: Date.now() });
    }
    deps.log('error', 'a file needs more and more', { message });
  }

  async function fill(id: string): Promise<void> {
    const channel = deps.channelOf(id);
    if (!channel || deps.store.lease.epoch(deps.store.lease.shardOf(id)) === null) return;
    const mine = busy.get(id) ?? new Set<string>();
    busy.set(id, mine);
    const room = PER_CHANNEL - mine.size;
    if (room <= 0) return;
    const rows = await deps.store.read
      .selectFrom('preparations')
      .select('message')
      .where(sql<boolean>`state = 'pending'`) // as text: a bound value finds no partial index
      .where('channel', '=', id)
      .where('next_at', '<=', Date.now())
      .orderBy('next_at')
      .limit(PER_CHANNEL * 2)
      .execute();
    for (const { message } of rows.filter((r) => !mine.has(r.message)).slice(0, room)) {
      mine.add(message);
      void one(message, channel)
        .catch((error: Error) => {
          deps.log('error', 'the files of a message could not be got ready yet', { message, error: error.message });
          return new Promise((resolve) => setTimeout(resolve, UNABLE_MS).unref());
        })
        .finally(() => {
          mine.delete(message);
          if (rows.length > PER_CHANNEL) wake(); // there are more than were taken
        });
    }
  }
  async function look(): Promise<void> {
    const { rows } = await sql<{ channel: string }>`SELECT id AS channel FROM channels h WHERE h.state = 'active'
      AND EXISTS (SELECT 1 FROM preparations p WHERE p.channel = h.id AND p.state = 'pending' AND p.next_at <= ${Date.now()})`.execute(deps.store.read);
    for (const { channel } of rows) await fill(channel);
  }
  /** Something is to be got ready. */
  function wake(): void {
    if (stop.signal.aborted) return;
    state.again = true;
    if (state.looking) return;
    state.looking = true;
    void (async () => {
      while (state.again && !stop.signal.aborted) {
        state.again = false;
        await look().catch((error: Error) => deps.log('debug', 'what is to be got ready could not be read', { error: error.message })); // the store is away: next second
      }
      state.looking = false;
    })();
  }
  return {
    start(): void {
      timer = setInterval(wake, POLL_MS);
      wake();
    },
    wake,
    /** Messages whose files are being got ready. */
    running: () => [...busy.values()].reduce((n, messages) => n + messages.size, 0),
    /** Ends conversions and uploads under way: they are begun anew at the next start. */
    async stop(): Promise<void> {
      if (timer) clearInterval(timer);
      stop.abort(new Error('the gateway stops'));
      await Promise.allSettled([...works.values()]);
    },
  };
}
export type Preparer = ReturnType<typeof createPreparer>;
