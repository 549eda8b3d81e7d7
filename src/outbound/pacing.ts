import type { Limits } from '../../adapters/contract.ts';
import { createLane, type Lane } from './lane.ts';
import { createPairLimits, type PairLimits } from './pair-limits.ts';
import type { SendingChannel } from './sending-channel.ts';

/** A call of the last minutes, made before this process began. */
export interface PastCall {
  readonly channel: string;
  readonly conversation: string | null;
  readonly startedAt: number;
}
/** So long a platform remembers a pair: 45 calls at one per 6 s are 270 s. */
export const MEMORY_MS = 300_000;
const WINDOW_MS = 1000;
/** What any platform permits a number; a channel with a base URL of its own speaks to something else (a proxy, a test), whose limits only its owner knows. */
const MOST_PER_SECOND = 1000;
const MOST_ELSEWHERE = 100_000;
/** Calls that leave evenly arrive bunched, and the platform counts on arrival: the last eighth of its rate is left for that (70 of 80 a second). */
const HEADROOM = 7 / 8;
/** The first call of a pair may take longer to arrive than the one that waits for its place. */
const PAIR_HEADROOM_MS = 250;

/** The lanes of all sending accounts and the buckets of their recipients. Limits are the adapter's data; settings.messagesPerSecond raises or lowers a channel's. */
export function createPacing() {
  const lanes = new Map<string, Lane>();
  const pairs = new Map<string, PairLimits>();
  const keyOf = (channel: SendingChannel) => `${channel.type} ${channel.account}`;
  const laneOf = (channel: SendingChannel, limits: Limits): Lane => {
    const known = lanes.get(keyOf(channel));
    if (known) return known;
    const given = Number(channel.settings.messagesPerSecond);
    const most = typeof channel.settings.baseUrl === 'string' ? MOST_ELSEWHERE : MOST_PER_SECOND;
    const lane = createLane(given > 0 && given <= most ? given : limits.account.perSecond * HEADROOM);
    lanes.set(keyOf(channel), lane);
    return lane;
  };
  const pairsOf = (limits: Limits): PairLimits | null => {
    if (!limits.recipient) return null;
    const key = `${limits.recipient.everyMs} ${limits.recipient.burst}`;
    const known = pairs.get(key) ?? createPairLimits({ ...limits.recipient, everyMs: limits.recipient.everyMs + PAIR_HEADROOM_MS });
    pairs.set(key, known);
    return known;
  };
  const pairKey = (channel: SendingChannel, conversation: string | null) => `${keyOf(channel)} ${conversation}`;
  return {
    lane: laneOf,
    /** 0 where the recipient may be written to now (and is counted); else milliseconds to wait. */
    recipient: (channel: SendingChannel, limits: Limits, conversation: string | null): number => pairsOf(limits)?.take(pairKey(channel, conversation), performance.now()) ?? 0,
    /** The platform refused for its rate: the account slows down, or the recipient's bucket is empty. */
    refused(channel: SendingChannel, limits: Limits, at: { code: string; conversation: string | null }): void {
      if (at.code === 'platform_throttled') laneOf(channel, limits).throttled();
      if (at.code === 'recipient_throttled') pairsOf(limits)?.drain(pairKey(channel, at.conversation), performance.now());
    },
    /** Customers wrote `n` messages: on some platforms they use the number's allowance. */
    inbound(channel: SendingChannel, limits: Limits, n: number): void {
      if (limits.account.inboundCounts) laneOf(channel, limits).used(n);
    },
    /** A start goes on where the process before it stopped, not with full buckets. */
    past(channel: SendingChannel, limits: Limits, call: PastCall, nowMs: number): void {
      const ago = Math.max(0, nowMs - call.startedAt);
      pairsOf(limits)?.made(pairKey(channel, call.conversation), performance.now() - ago);
      if (ago < WINDOW_MS) laneOf(channel, limits).used(1);
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
