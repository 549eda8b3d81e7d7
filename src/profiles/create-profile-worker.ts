import type { Adapters, ChannelAdapter } from '../../adapters/contract.ts';
import type { Identity } from '../../schemas/index.ts';
import type { SendingChannel } from '../outbound/sending-channel.ts';
import { createTurns } from '../outbound/turns.ts';
import type { Store } from '../store/port.ts';

export interface ProfileWorkerDeps {
  readonly store: Store;
  readonly adapters: Adapters;
  channelOf(id: string): SendingChannel | null;
  channels(): readonly SendingChannel[];
  log(level: 'warn' | 'debug', message: string, fields: Readonly<Record<string, unknown>>): void;
}
const CURSOR = 'profiles';
const PAGE = 500;
/** So many customers wait at most; then reading waits. */
const MOST_PENDING = 5000;
const CALL_MS = 8000;
const DAY_MS = 24 * 3_600_000;
/** A nameless customer who writes again is asked about again: after a second, then after twice as long each time, an hour at most. */
const AGAIN_MS = 1000;
const AGAIN_MOST_MS = 3_600_000;
const NAMELESS_KEPT = 10_000;
const TRIES = 3;
/** Reads of one account; the Messenger API as a whole allows 200 calls a day for each person who may be written to (messenger.md 7). */
const PER_SECOND = 5;
const POLL_MS = 5000;
const REST_MS = 250;
/** The place is kept so often: what was read since is read again after a crash, and nobody is asked about twice for it. */
const KEEP_MS = 5000;
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());

interface Customer {
  readonly conversation: string;
  readonly channel: string;
  readonly name: string | null;
  readonly identities: readonly Identity[];
  readonly askedAt: number | null;
}

/**
 * Names and pictures of customers whose platform sends none with their messages: a cursor over the log, so that it is never in a
 * webhook's path and a crash forgets nobody. Each is asked for once a day; a refusal leaves the name absent.
 */
export function createProfileWorker(deps: ProfileWorkerDeps) {
  const { store } = deps;
  const state = { stopping: false, read: -1, saved: -1, keptAt: 0, more: false };
  /** Customers still to be asked for, each with the place in the log of the message that brought them. */
  const pending = new Map<string, number>();
  /** How often a customer stayed without a name since this start; the oldest are forgotten. */
  const nameless = new Map<string, number>();
  const lanes = new Map<string, { turn(): Promise<void>; last: Promise<void> }>();
  let rouse: (() => void) | null = null;
  let unsubscribe: (() => void) | null = null;
  let done: Promise<void> = Promise.resolve();

  function asking(id: string): { channel: SendingChannel; profile: NonNullable<ChannelAdapter['profile']>; adapter: ChannelAdapter } | null {
    const channel = deps.channelOf(id);
    const adapter = channel && deps.adapters.of(channel.type, channel.provider);
    return channel && adapter?.profile ? { channel, adapter, profile: adapter.profile.bind(adapter) } : null;
  }
  async function customerOf(conversation: string): Promise<Customer | null> {
    const row = await store.read
      .selectFrom('conversations as c')
      .innerJoin('contacts as t', 't.id', 'c.contact')
      .select(['c.id', 'c.channel', 'c.moved_to', 't.name', 't.identities', 't.profile_at', 't.erased_at'])
      .where('c.id', '=', conversation)
      .executeTakeFirst();
    if (!row || row.erased_at !== null) return null;
    if (row.moved_to !== null) return customerOf(row.moved_to);
    return {
      conversation: row.id,
      channel: row.channel,
      name: row.name,
      identities: JSON.parse(row.identities) as Identity[],
      askedAt: row.profile_at === null ? null : Number(row.profile_at),
    };
  }
  function stayedNameless(conversation: string, times: number): void {
    nameless.delete(conversation);
    nameless.set(conversation, times);
    const [oldest] = nameless.keys();
    if (nameless.size > NAMELESS_KEPT && oldest !== undefined) nameless.delete(oldest);
  }
  async function one(conversation: string): Promise<void> {
    const customer = await customerOf(conversation);
    const able = customer && asking(customer.channel);
    if (!customer || !able) return;
    const age = customer.askedAt === null ? Number.POSITIVE_INFINITY : Date.now() - customer.askedAt;
    const times = nameless.get(customer.conversation) ?? 0;
    if (age < (customer.name === null ? Math.min(AGAIN_MOST_MS, AGAIN_MS * 2 ** times) : DAY_MS)) return;
    const identity = customer.identities.find((i) => i.type === 'psid' || i.type === 'igsid');
    if (!identity) return;
    const { channel, adapter, profile } = able;
    for (let tries = 1; tries <= TRIES && !state.stopping; tries++) {
      await laneOf(channel.id).turn();
      try {
        const found = await profile(
          identity,
          { account: channel.account, settings: channel.settings },
          { baseUrl: channel.baseUrl, credentials: channel.credentials, signal: AbortSignal.timeout(CALL_MS) },
        );
        if (found?.name === undefined) stayedNameless(customer.conversation, times + 1);
        return await store.write('saveProfile', { conversation: customer.conversation, profile: found, nowMs: Date.now() });
      } catch (error) {
        const failure = adapter.classify(error);
        deps.log('debug', 'a profile could not be read', { channel: channel.id, code: failure.code, platformCode: failure.platformCode, tries });
        if (failure.scope === 'channel' && !failure.retryable && failure.outcome === 'not_sent') return; // the token is at fault: the customer is asked about when they write again
        await sleep(Math.max(failure.retryAfterMs ?? 0, 500 * 2 ** tries));
      }
    }
  }
  /** One account never waits for another. */
  function laneOf(channel: string) {
    const lane = lanes.get(channel) ?? { turn: createTurns(PER_SECOND), last: Promise.resolve() };
    lanes.set(channel, lane);
    return lane;
  }
  function queue(conversation: string, channel: string, off: number): void {
    if (pending.has(conversation)) return;
    pending.set(conversation, off);
    const lane = laneOf(channel);
    lane.last = lane.last
      .then(() => (state.stopping ? undefined : one(conversation)))
      .catch((error: Error) => deps.log('warn', 'a profile could not be kept', { error: error.message }))
      .then(() => void (state.stopping || pending.delete(conversation)));
  }
  /** Reads on in the log; true where there is more at once. */
  async function page(): Promise<boolean> {
    const channels = deps.channels().flatMap((c) => (asking(c.id) ? [c.id] : []));
    const last = await store.lastOffset();
    if (last <= state.read || pending.size > MOST_PENDING) return false;
    const rows = channels.length
      ? await store.read
          .selectFrom('events')
          .select(['off', 'subject', 'channel'])
          .where('off', '>', state.read)
          .where('off', '<=', last)
          .where('type', '=', 'message.received')
          .where('channel', 'in', channels)
          .orderBy('off')
          .limit(PAGE)
          .execute()
      : [];
    for (const row of rows) queue(row.subject, row.channel ?? '', Number(row.off));
    const more = rows.length === PAGE;
    state.read = more ? Number(rows.at(-1)?.off) : last;
    return more;
  }
  /** Everything up to here has been asked for: a start goes on after it. */
  async function keep(): Promise<void> {
    const to = pending.size ? Math.min(...pending.values()) - 1 : state.read;
    if (to <= state.saved || performance.now() - state.keptAt < KEEP_MS) return;
    state.keptAt = performance.now();
    await store.write('saveCursor', { name: CURSOR, off: to, detail: null, nowMs: Date.now() });
    state.saved = to;
  }
  async function loop(): Promise<void> {
    while (!state.stopping) {
      try {
        if (state.read < 0) {
          const cursor = await store.read.selectFrom('cursors').select('off').where('name', '=', CURSOR).executeTakeFirst();
          state.read = Number(cursor?.off ?? 0);
        }
        state.more = false;
        const more = await page();
        await keep();
        await sleep(REST_MS);
        if (more || state.more) continue;
      } catch (error) {
        deps.log('warn', 'the profile worker waits', { code: (error as { code?: string }).code });
        await sleep(1000);
      }
      if (state.stopping) break; // its rousing came while it was not at rest
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS).unref();
        rouse = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
  return {
    start(): void {
      unsubscribe = store.onEvents(() => {
        state.more = true;
        rouse?.();
      });
      done = loop();
    },
    async stop(): Promise<void> {
      state.stopping = true;
      unsubscribe?.();
      rouse?.();
      await Promise.race([Promise.all([done, ...[...lanes.values()].map((lane) => lane.last)]), sleep(CALL_MS)]);
    },
  };
}
