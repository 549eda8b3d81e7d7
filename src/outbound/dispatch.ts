import type { Adapters, ChannelAdapter } from '../../adapters/contract.ts';
import type { ChannelType } from '../../schemas/index.ts';
import type { InboundTimes } from '../store/ingest-port.ts';
import type { Store } from '../store/port.ts';
import { CALL_MS, callPlatform } from './call-platform.ts';
import { createCancelling } from './cancelling.ts';
import { createClockSteps } from './clock-steps.ts';
import { createLookUp } from './look-up.ts';
import { createPacing } from './pacing.ts';
import { createProber } from './probe-channels.ts';
import { channelsReady, type ReadyMessage, readyOf } from './ready.ts';
import type { OutcomeArgs } from './record-outcome.ts';
import { remember } from './remember.ts';
import type { SendingChannel } from './sending-channel.ts';
import { createSignalling } from './signal.ts';
import { createSteps } from './steps.ts';
import type { Turn } from './wire-window.ts';

export interface DispatcherDeps {
  readonly store: Store;
  readonly adapters: Adapters;
  channelOf(id: string): SendingChannel | null;
  /** How long after a channel was stopped by its platform it is tried for the first time. */
  readonly probeFirstMs: number;
  log(level: 'warn' | 'error' | 'debug', message: string, fields: Readonly<Record<string, unknown>>): void;
  /** Bounded labels. */
  observe(type: ChannelType, outcome: string): void;
}
/** A channel that can send, its adapter, and what of it is scheduled or waits for its recipient's turn. */
interface Sender {
  readonly channel: SendingChannel;
  readonly adapter: ChannelAdapter;
}
interface Desk {
  readonly scheduled: Set<string>;
  readonly parked: Set<string>;
  looking: boolean;
  /** Asked for while it was looking: what it reads may be from before. */
  again: 'no' | 'yes' | 'urgent';
  /** There may be more in the store than is scheduled. */
  more: boolean;
  resume: NodeJS.Timeout | null;
}
const POLL_MS = 1000;
/** So much of a channel is scheduled ahead: a second's worth, and enough to keep a slow one busy. */
const LEAST_AHEAD = 20;
const MOST_AHEAD = 1000;
const UNABLE_MS = 5000;
/** Of what is due at one moment, in one second. */
const MOST_SLICES = 20;
const aheadOf = (lane: { readonly perSecond: number }): number => Math.min(MOST_AHEAD, Math.max(LEAST_AHEAD, Math.ceil(lane.perSecond)));
/** A reply has room beside a campaign that fills the look-ahead. */
const hasRoom = ({ scheduled }: Desk, row: ReadyMessage, { ahead, urgent }: { ahead: number; urgent: boolean }): boolean =>
  scheduled.size < ahead || (urgent && row.priority > 0 && scheduled.size < 2 * ahead);

/** Takes what is ready, channel by channel, paces it per account and per recipient, makes the call, and records how it ended. One channel's queue costs no other anything. */
export function createDispatcher(deps: DispatcherDeps) {
  const { store } = deps;
  const pacing = createPacing();
  const desks = new Map<string, Desk>();
  const doubts = createLookUp(deps);
  const steps = createSteps(store);
  const state = { stopping: false, ticking: false, underWay: 0, steppedMs: 0 };
  const clockStep = createClockSteps();
  let timer: NodeJS.Timeout | null = null;

  function senderOf(id: string): Sender | null {
    const channel = deps.channelOf(id);
    const adapter = channel && deps.adapters.of(channel.type, channel.provider);
    return channel && adapter ? { channel, adapter } : null;
  }
  function deskOf(id: string): Desk {
    const known: Desk = desks.get(id) ?? { scheduled: new Set(), parked: new Set(), looking: false, again: 'no', more: true, resume: null };
    desks.set(id, known);
    return known;
  }

  /** The outcome must reach the store; while it is away it is tried until it does. */
  async function record(args: OutcomeArgs): Promise<boolean> {
    for (let wait = 100; ; wait = Math.min(wait * 2, 5000)) {
      try {
        return await steps.outcome(args);
      } catch (error) {
        if (state.stopping) throw error;
        deps.log('error', 'an outcome could not be recorded yet', { message: args.message, code: (error as { code?: string }).code });
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }
  /** One call, from its claim to its recorded end; whether something of its channel became ready by it. */
  async function one(row: ReadyMessage, { channel, adapter }: Sender, turn: Turn): Promise<boolean> {
    const { limits } = adapter.capabilities;
    const epoch = store.lease.epoch(store.lease.shardOf(channel.id));
    const may = !state.stopping && epoch !== null && pacing.lane(channel, limits).pausedFor() === 0;
    const claimed = may ? await steps.claim(channel.id, { id: row.id, epoch, nowMs: Date.now() }) : null;
    if (!claimed) {
      pacing.giveBack(channel, limits, row.conversation);
      return true; // what it is held by may go
    }
    await turn.wire();
    const args = await callPlatform(claimed, channel, adapter);
    turn.answered();
    pacing.recipientAnswered(channel, limits, row.conversation); // as it was taken
    const { outcome } = args;
    deps.observe(channel.type, outcome.kind === 'sent' ? 'sent' : outcome.failure.code);
    if (outcome.kind === 'failed') {
      const { failure } = outcome;
      pacing.refused(channel, limits, { failure, conversation: claimed.conversation });
      deps.log('warn', 'a platform call did not succeed', {
        message: claimed.message,
        channel: channel.id,
        code: failure.code,
        outcome: failure.outcome,
        platformCode: failure.platformCode,
      });
    }
    return record(args);
  }

  /** A planned stop waits for what is under way, not for what is scheduled. */
  function counted<T>(work: Promise<T>): Promise<T> {
    state.underWay++;
    return work.finally(() => state.underWay--);
  }
  const prober = createProber({ ...deps, counted, record: async (args) => void (await record(args)), resumed: (id) => void look(id, true) }, { firstMs: deps.probeFirstMs });
  function schedule(row: ReadyMessage, sender: Sender, desk: Desk): void {
    const { channel, adapter } = sender;
    const { limits } = adapter.capabilities;
    const park = (ms: number) => {
      desk.parked.add(row.id);
      setTimeout(() => desk.parked.delete(row.id) && void look(channel.id), ms).unref();
    };
    const wait = pacing.recipient(channel, limits, row.conversation);
    if (wait > 0) return park(wait);
    desk.scheduled.add(row.id);
    const work = async (turn: Turn) => {
      if (await counted(one(row, sender, turn))) desk.more = true;
    };
    pacing
      .schedule(channel, limits, { priority: row.priority, units: row.units, media: row.media === 1, work })
      .catch((error: Error) => {
        deps.log('error', 'a message could not be dispatched', { message: row.id, error: error.message });
        pacing.giveBack(channel, limits, row.conversation);
        park(UNABLE_MS); // it must not spin, nor keep the others of its channel from their turn
      })
      .finally(() => {
        desk.scheduled.delete(row.id);
        if (desk.more) void look(channel.id);
      });
  }
  /** Schedules a channel's next messages. `urgent`: something was asked for just now and may go before what is scheduled. */
  async function fill(id: string, urgent: boolean): Promise<void> {
    const sender = senderOf(id);
    if (!sender || store.lease.epoch(store.lease.shardOf(id)) === null) return;
    const desk = deskOf(id);
    const lane = pacing.lane(sender.channel, sender.adapter.capabilities.limits);
    const pause = lane.pausedFor();
    if (pause > 0) {
      desk.resume ??= setTimeout(() => {
        desk.resume = null;
        void look(id);
      }, pause).unref();
      return;
    }
    const ahead = aheadOf(lane);
    if (desk.scheduled.size > ahead / 2 && !urgent) return;
    desk.more = false;
    const limit = ahead + desk.parked.size;
    const rows = await readyOf(store.read, id, limit);
    if (rows.length >= limit) desk.more = true;
    for (const row of rows) {
      if (desk.scheduled.has(row.id) || desk.parked.has(row.id)) continue;
      if (hasRoom(desk, row, { ahead, urgent })) schedule(row, sender, desk);
      else desk.more = true;
    }
  }
  /** A message that was admitted just now and may go is scheduled without being read again, where there is room. */
  function take(row: ReadyMessage, id: string): boolean {
    const sender = senderOf(id);
    if (!sender || store.lease.epoch(store.lease.shardOf(id)) === null) return false;
    const desk = deskOf(id);
    const lane = pacing.lane(sender.channel, sender.adapter.capabilities.limits);
    if (lane.pausedFor() > 0 || !hasRoom(desk, row, { ahead: aheadOf(lane), urgent: true })) {
      desk.more = true;
      return desk.scheduled.size > 0; // the end of one of those looks again
    }
    if (!desk.scheduled.has(row.id) && !desk.parked.has(row.id)) schedule(row, sender, desk);
    return true;
  }
  async function look(id: string, urgent = false): Promise<void> {
    const desk = deskOf(id);
    if (state.stopping) return;
    if (desk.looking) {
      desk.again = urgent || desk.again === 'urgent' ? 'urgent' : 'yes';
      return;
    }
    desk.looking = true;
    await fill(id, urgent).catch((error: Error) => deps.log('warn', 'the queue could not be read', { channel: id, error: error.message }));
    desk.looking = false;
    const { again } = desk;
    desk.again = 'no';
    if (again !== 'no') void look(id, again === 'urgent');
  }
  async function lookAll(): Promise<void> {
    const ids = await channelsReady(store.read).catch((error: Error) => {
      deps.log('warn', 'the queue could not be read', { error: error.message });
      return [];
    });
    for (const id of ids) void look(id);
  }
  /** Something was queued on this channel (`ready`: this, and it may go); without one, on any. */
  function wake(channel?: string, ready?: ReadyMessage | null): void {
    if (state.stopping) return;
    if (channel === undefined) void lookAll();
    else if (ready === null) return;
    else if (ready === undefined || !take(ready, channel)) void look(channel, true);
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
  async function keepQueue(): Promise<void> {
    for (let slice = 0; slice < MOST_SLICES && (await store.write('keepQueue', { nowMs: Date.now() })); slice++) wake();
  }
  async function tick(): Promise<void> {
    if (state.ticking) return; // the store is slow: the next second does
    state.ticking = true;
    pacing.sweep();
    void doubts.look();
    void prober.look();
    await followClock()
      .then(keepQueue)
      .catch((error: Error) => deps.log('debug', 'the queue could not be kept', { error: error.message })); // the store is away: next second
    state.ticking = false;
    wake();
  }

  return {
    /** Call once the store is ready: what was found calling counts as unknown. */
    async start(): Promise<void> {
      await store.write('recoverCalling', { nowMs: Date.now() });
      await remember(store, pacing, senderOf);
      timer = setInterval(() => void tick(), POLL_MS);
      wake();
    },
    wake,
    cancel: createCancelling({ store, senderOf }),
    signal: createSignalling({ senderOf, pacing }),
    inbound(times: InboundTimes): void {
      for (const [id, at] of Object.entries(times)) {
        const sender = senderOf(id);
        if (sender) pacing.inbound(sender.channel, sender.adapter.capabilities.limits, at);
      }
    },
    stats: () => ({ scheduled: [...desks.values()].reduce((n, d) => n + d.scheduled.size, 0), lanes: pacing.lanes() }),
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
