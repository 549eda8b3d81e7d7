/** How long everything takes: the core of the bench within 15 minutes and `--quick` within 2. */
export interface Plan {
  readonly quick: boolean;
  readonly rounds: number;
  readonly warmMs: number;
  readonly runMs: number;
  readonly connections: readonly number[];
  /** Bodies signed for one closed-loop run at most; a faster server ends early. */
  readonly bodies: number;
  readonly sustainMs: number;
  /** Rates are tried so long before one is taken for the long run. */
  readonly probeMs: number;
  readonly openWarmMs: number;
  readonly openMs: number;
  readonly stageMessages: number;
  readonly memoryMessages: number;
  readonly pacingMs: number;
  readonly outboundMessages: number;
  /** Calls to a platform that closes idle connections. */
  readonly unknownCalls: number;
  /** Lengths of an outbound queue, and how much of it is sent to see what that costs. */
  readonly queue: readonly number[];
  readonly queueSample: number;
  /** A fifth of what goes out without limits. */
  readonly lightPerSecond: number;
  readonly mediaImages: number;
  readonly mediaVoices: number;
  /** Voice notes; a third as many pictures, a twentieth as many films. */
  readonly conversions: number;
  /** Messages stored, one step after the other; the last ones on demand. */
  readonly growth: { readonly messages: readonly number[]; readonly channels: readonly number[]; readonly conversations: readonly number[]; readonly measure: number };
}

export const FULL: Plan = {
  quick: false,
  rounds: 5,
  warmMs: 600,
  runMs: 2000,
  connections: [8, 32, 128],
  bodies: 160_000,
  sustainMs: 60_000,
  probeMs: 4000,
  openWarmMs: 1000,
  openMs: 4000,
  stageMessages: 20_000,
  memoryMessages: 1_000_000,
  pacingMs: 60_000,
  outboundMessages: 6000,
  unknownCalls: 12_000,
  queue: [1000, 100_000],
  queueSample: 4000,
  lightPerSecond: 200,
  mediaImages: 200,
  mediaVoices: 500,
  conversions: 120,
  growth: { messages: [10_000, 1_000_000], channels: [10, 10_000], conversations: [100, 1_000_000], measure: 15_000 },
};
/** `--growth`: every step, as long as it takes. */
export const GROWTH: Pick<Plan, 'growth' | 'unknownCalls' | 'queue'> = {
  unknownCalls: 99_000,
  queue: [1000, 100_000, 1_000_000],
  growth: { ...FULL.growth, messages: [...FULL.growth.messages, 10_000_000] },
};
export const QUICK: Plan = {
  ...FULL,
  quick: true,
  mediaImages: 20,
  mediaVoices: 50,
  rounds: 1,
  warmMs: 300,
  runMs: 1000,
  bodies: 20_000,
  sustainMs: 5000,
  probeMs: 1000,
  openWarmMs: 400,
  openMs: 1000,
  stageMessages: 5000,
  memoryMessages: 30_000,
  pacingMs: 5000,
  outboundMessages: 600,
  unknownCalls: 3000,
  queue: [1000, 10_000],
  queueSample: 1000,
  lightPerSecond: 50,
  conversions: 20,
  growth: { messages: [10_000, 30_000], channels: [10, 1000], conversations: [100, 10_000], measure: 5000 },
};
