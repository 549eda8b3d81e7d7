import { sql } from 'kysely';
import type { Adapters, ChannelAdapter } from '../../adapters/contract.ts';
import type { ChannelType, Failure } from '../../schemas/index.ts';
import type { Store } from '../store/port.ts';
import type { Claimed } from './claim.ts';
import { createClockSteps } from './clock-steps.ts';
import { createLookUp } from './look-up.ts';
import { createPacing, MEMORY_MS } from './pacing.ts';
import { HOLD_MS, READY } from './queue.ts';
import type { CallOutcome } from './record-outcome.ts';
import { redact } from './redact.ts';
import type { SendingChannel } from './sending-channel.ts';
import { createSignalling } from './signal.ts';

export interface DispatcherDeps {
  readonly store: Store;
  readonly adapters: Adapters;
  channelOf(id: string): SendingChannel | null;
  log(level: 'warn' | 'error' | 'debug', message: string, fields: Readonly<Record<string, unknown>>): void;
  /** Bounded labels. */
  observe(type: ChannelType, outcome: string): void;
}
const CALL_MS = 15_000;
const MAX_SCHEDULED = 2000;
const POLL_MS = 1000;

/** Takes what is ready, paces it per account and per recipient, makes the call, and records how it ended. */
export function createDispatcher(deps: DispatcherDeps) {
  const { store } = deps;
  const pacing = createPacing();
  const scheduled = new Set<string>();
  const doubts = createLookUp(deps);
  const state = { stopping: false, looking: false, again: false, underWay: 0, steppedMs: 0 };
  const clockStep = createClockSteps();
  let timer: NodeJS.Timeout | null = null;

  /** A channel that can send, and its adapter. */
  function senderOf(id: string): { channel: SendingChannel; adapter: ChannelAdapter } | null {
    const channel = deps.channelOf(id);
    const adapter = channel && deps.adapters.of(channel.type, channel.provider);
    return channel && adapter ? { channel, adapter } : null;
  }

  async function call(claimed: Claimed, channel: SendingChannel, adapter: ChannelAdapter): Promise<void> {
    await pacing.lane(channel, adapter.capabilities.limits).atWire();
    const at = Date.now();
    const started = performance.now();
    let outcome: CallOutcome;
    let answer: { status: number | null; response: string | null };
    try {
      const sent = await adapter.send(claimed.call, { baseUrl: channel.baseUrl, credentials: channel.credentials, signal: AbortSignal.timeout(CALL_MS) });
      outcome = { kind: 'sent', platformId: sent.platformId, aliases: sent.aliases, final: adapter.capabilities.acceptedIsSent === true };
      answer = { status: sent.status, response: redact(sent.body) };
    } catch (error) {
      outcome = { kind: 'failed', failure: adapter.classify(error) };
      const refused = error as { status?: unknown; body?: unknown };
      answer = { status: typeof refused.status === 'number' ? refused.status : null, response: typeof refused.body === 'string' ? redact(refused.body) : null };
    }
    deps.observe(channel.type, outcome.kind === 'sent' ? 'sent' : outcome.failure.code);
    if (outcome.kind === 'failed') {
      pacing.refused(channel, adapter.capabilities.limits, { code: outcome.failure.code, conversation: claimed.conversation });
      tellRefusal(outcome.failure, channel, claimed);
    }
    const exchange = {
      at,
      ms: Math.round(performance.now() - started),
      request: JSON.stringify({ method: claimed.call.method, path: claimed.call.path, body: redact(claimed.call.body) }),
      ...answer,
    };
    await record({ message: claimed.message, attempt: claimed.attempt, part: claimed.part, outcome, exchange, random: Math.random(), nowMs: Date.now() });
  }
  function tellRefusal(failure: Failure, channel: SendingChannel, claimed: Claimed): void {
    deps.log('warn', 'a platform call did not succeed', {
      message: claimed.message,
      channel: channel.id,
      code: failure.code,
      outcome: failure.outcome,
      platformCode: failure.platformCode,
    });
  }
  /** The outcome must reach the store; while it is away it is tried until it does. */
  async function record(args: Parameters<typeof store.write<'recordOutcome'>>[1]): Promise<void> {
    for (let wait = 100; ; wait = Math.min(wait * 2, 5000)) {
      try {
        return await store.write('recordOutcome', args);
      } catch (error) {
        if (state.stopping) throw error;
        deps.log('error', 'an outcome could not be recorded yet', { message: args.message, code: (error as { code?: string }).code });
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  async function one(id: string, channel: SendingChannel, adapter: ChannelAdapter): Promise<void> {
    if (state.stopping) return;
    const epoch = store.lease.epoch(store.lease.shardOf(channel.id));
    if (epoch === null) return;
    state.underWay++;
    try {
      const claimed = await store.write('claim', { id, epoch, nowMs: Date.now() });
      if (claimed) await call(claimed, channel, adapter);
    } finally {
      state.underWay--;
    }
  }
  function schedule(row: { id: string; channel: string; conversation: string | null }): void {
    const sender = senderOf(row.channel);
    if (!sender || scheduled.has(row.id)) return;
    const { channel, adapter } = sender;
    const { limits } = adapter.capabilities;
    scheduled.add(row.id);
    const wait = pacing.recipient(channel, limits, row.conversation);
    if (wait > 0) {
      setTimeout(() => scheduled.delete(row.id) && wake(), wait).unref();
      return;
    }
    pacing
      .lane(channel, limits)
      .schedule(() => one(row.id, channel, adapter))
      .catch((error: Error) => deps.log('error', 'a message could not be dispatched', { message: row.id, error: error.message }))
      .finally(() => {
        scheduled.delete(row.id);
        wake();
      });
  }
  async function look(): Promise<void> {
    const now = Date.now();
    const ready = READY.replaceAll('$1', `${now}`).replaceAll('$2', `${now - HOLD_MS}`);
    const { rows } = await sql<{
      id: string;
      channel: string;
      conversation: string | null;
    }>`SELECT m.id, m.channel, m.conversation FROM messages m WHERE ${sql.raw(ready)} ORDER BY m.priority DESC, m.id LIMIT ${sql.lit(MAX_SCHEDULED)}`.execute(store.read);
    for (const row of rows) if (scheduled.size < MAX_SCHEDULED) schedule(row);
  }
  function wake(): void {
    if (state.stopping) return;
    if (state.looking) {
      state.again = true;
      return;
    }
    state.looking = true;
    look()
      .catch((error: Error) => deps.log('warn', 'the queue could not be read', { error: error.message }))
      .finally(() => {
        state.looking = false;
        if (!state.again) return;
        state.again = false;
        wake();
      });
  }
  /** Moves the deadlines along when the wall clock was stepped, before any of them is looked at. */
  async function followClock(): Promise<void> {
    const byMs = clockStep();
    if (byMs !== 0) deps.log('error', 'the wall clock was stepped; deadlines go on as if it had not been', { byMs });
    if (byMs < 0) pacing.clockWentBack();
    state.steppedMs += byMs;
    const due = state.steppedMs;
    if (due === 0) return;
    state.steppedMs = 0;
    await store.write('clockStepped', { byMs: due, nowMs: Date.now() }).catch((error: unknown) => {
      state.steppedMs += due; // the store is away: next second
      throw error;
    });
  }
  async function tick(): Promise<void> {
    pacing.sweep();
    void doubts.look();
    await followClock()
      .then(() => store.write('settleDoubts', { nowMs: Date.now() }))
      .catch(() => {}); // the store is away: next second
    wake();
  }

  /** What the process before this one sent in the last minutes still counts with the platforms. */
  async function remember(): Promise<void> {
    const nowMs = Date.now();
    const calls = await store.read
      .selectFrom('calls')
      .innerJoin('messages', 'messages.id', 'calls.message')
      .select(['calls.channel', 'messages.conversation', 'calls.started_at as startedAt'])
      .where('calls.started_at', '>', nowMs - MEMORY_MS)
      .orderBy('calls.started_at')
      .execute();
    for (const call of calls) {
      const sender = senderOf(call.channel);
      if (sender && call.startedAt !== null) pacing.past(sender.channel, sender.adapter.capabilities.limits, { ...call, startedAt: call.startedAt }, nowMs);
    }
  }

  return {
    /** Call once the store is ready: what was found calling counts as unknown. */
    async start(): Promise<void> {
      await store.write('recoverCalling', { nowMs: Date.now() });
      await remember();
      timer = setInterval(() => void tick(), POLL_MS);
      wake();
    },
    wake,
    signal: createSignalling({ senderOf, pacing }),
    /** Messages that customers sent just now, by channel id. */
    inbound(counts: Readonly<Record<string, number>>): void {
      for (const [id, n] of Object.entries(counts)) {
        const sender = senderOf(id);
        if (sender) pacing.inbound(sender.channel, sender.adapter.capabilities.limits, n);
      }
    },
    stats: () => ({ scheduled: scheduled.size, lanes: pacing.lanes() }),
    /** Begins no new call and waits for those under way. */
    async stop(): Promise<void> {
      state.stopping = true;
      if (timer) clearInterval(timer);
      for (let waited = 0; state.underWay > 0 && waited < CALL_MS; waited += 20) await new Promise((resolve) => setTimeout(resolve, 20));
      pacing.stop();
    },
  };
}
export type Dispatcher = ReturnType<typeof createDispatcher>;
