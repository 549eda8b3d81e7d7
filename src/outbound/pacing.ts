import type { Limits } from '../../adapters/contract.ts';
import type { Failure } from '../../schemas/index.ts';
import { CALL_MS } from './call-platform.ts';
import { createLane, type Job, type Lane, type Work } from './lane.ts';
import { laneKey, perSecondOf } from './pace.ts';
import { createPairLimits, type PairLimits } from './pair-limits.ts';
import type { SendingChannel } from './sending-channel.ts';
import type { Turn } from './wire-window.ts';

/** A call of the last minutes, made before this process began. */
export interface PastCall {
  readonly channel: string;
  readonly conversation: string | null;
  readonly startedAt: number;
  readonly units: number;
}
/** So long a platform remembers a pair: 45 calls at one per 6 s are 270 s. */
export const MEMORY_MS = 300_000;
/** A call arrived so long after it was written down, at most. */
const LATE_MS = 500;
/** A platform's clock and ours are not the same, and how long a call of before a start was on its way is not known. */
const PAIR_HEADROOM_MS = 250;

/** A call that uses two allowances. */
const both = (a: Turn, b: Turn): Turn => ({
  async wire() {
    await a.wire();
    await b.wire();
  },
  answered() {
    a.answered();
    b.answered();
  },
});

/** The lanes of all sending accounts and the buckets of their recipients. Limits are the adapter's data; settings.messagesPerSecond raises or lowers a channel's. */
export function createPacing() {
  const lanes = new Map<string, Lane & { readonly of: string }>();
  const pairs = new Map<string, PairLimits>();
  /** Of several numbers of one messaging service the first sets the pace; where its settings change, the lane is made anew, and what the old one holds still goes. */
  const laneFor = (key: string, perSecond: number, of: string): Lane => {
    const known = lanes.get(key);
    if (known && (known.perSecond === perSecond || known.of !== of)) return known;
    known?.stop();
    const lane = { ...createLane(perSecond), of };
    lanes.set(key, lane);
    return lane;
  };
  const laneOf = (channel: SendingChannel, limits: Limits): Lane => laneFor(laneKey(channel), perSecondOf(limits, channel), channel.id);
  const pairsOf = (limits: Limits): PairLimits | null => {
    if (!limits.recipient) return null;
    const key = `${limits.recipient.everyMs} ${limits.recipient.burst}`;
    const known = pairs.get(key) ?? createPairLimits({ ...limits.recipient, everyMs: limits.recipient.everyMs + PAIR_HEADROOM_MS, longestMs: CALL_MS });
    pairs.set(key, known);
    return known;
  };
  const pairKey = (channel: SendingChannel, conversation: string | null) => `${channel.type} ${channel.account} ${conversation}`;
  return {
    lane: laneOf,
    /** Runs `work` in its turn: audio and video have a lane of their own before that of the account. */
    schedule(channel: SendingChannel, limits: Limits, asked: Job & { media: boolean; work: Work }): Promise<void> {
      const { work, media, ...job } = asked;
      const inLane = (ofMedia?: Turn) => laneOf(channel, limits).schedule(ofMedia ? (turn) => work(both(ofMedia, turn)) : work, job);
      return media && limits.media ? laneFor(`${laneKey(channel)} media`, limits.media.perSecond, channel.id).schedule(inLane, { ...job, units: 1 }) : inLane();
    },
    /** 0 where the recipient may be written to now (and is counted); else milliseconds to wait. */
    recipient: (channel: SendingChannel, limits: Limits, conversation: string | null): number => pairsOf(limits)?.take(pairKey(channel, conversation), performance.now()) ?? 0,
    /** A call to the recipient has its answer, or will get none. */
    recipientAnswered: (channel: SendingChannel, limits: Limits, conversation: string | null): void => pairsOf(limits)?.answered(pairKey(channel, conversation), performance.now()),
    /** A call that was counted and is not made. */
    giveBack: (channel: SendingChannel, limits: Limits, conversation: string | null): void => pairsOf(limits)?.giveBack(pairKey(channel, conversation)),
    /** The platform refused for its rate, or for a while: the account slows down and waits, or the recipient's bucket is empty. */
    refused(channel: SendingChannel, limits: Limits, at: { failure: Failure; conversation: string | null }): void {
      const { failure } = at;
      if (failure.code === 'recipient_throttled') pairsOf(limits)?.drain(pairKey(channel, at.conversation), performance.now());
      if (failure.scope !== 'channel' || !failure.retryable) return;
      const lane = laneOf(channel, limits);
      if (failure.code === 'platform_throttled') lane.throttled();
      if (failure.retryAfterMs) lane.pause(failure.retryAfterMs);
    },
    /** Customers wrote, at these times of the wall clock: on some platforms that uses the number's allowance. */
    inbound(channel: SendingChannel, limits: Limits, times: readonly number[]): void {
      if (!limits.account.inboundCounts) return;
      const nowMs = Date.now();
      laneOf(channel, limits).inbound(times.map((at) => Math.max(0, nowMs - at)));
    },
    /** A start goes on where the process before it stopped, not with full buckets. */
    past(channel: SendingChannel, limits: Limits, call: PastCall, nowMs: number): void {
      const ago = Math.max(0, nowMs - call.startedAt - LATE_MS);
      pairsOf(limits)?.made(pairKey(channel, call.conversation), performance.now() - ago);
      laneOf(channel, limits).used(call.units, ago);
    },
    sweep(): void {
      for (const p of pairs.values()) p.sweep(performance.now());
    },
    clockWentBack(): void {
      for (const lane of lanes.values()) lane.clockWentBack();
    },
    lanes: () => lanes.size,
    stop(): void {
      for (const lane of lanes.values()) lane.stop();
    },
  };
}
export type Pacing = ReturnType<typeof createPacing>;
