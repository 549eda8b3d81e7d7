import { appliesTo, type FaultKind } from './fault-kinds.ts';
import { createRandom } from './random.ts';

export interface FaultAsked {
  readonly kind: FaultKind;
  /** One platform's word; null: every platform that can have it. */
  readonly channel: string | null;
  /** Of the traffic that it can strike, from 0 to 1. */
  readonly share: number;
  readonly seconds: number;
  readonly seed: number;
}
export interface Fault extends FaultAsked {
  readonly id: string;
  readonly endsAt: string;
  /** How often it struck. */
  readonly struck: number;
}
/** The faults that are on. A simulator asks once for each webhook, call or message that a kind can strike. */
export interface Faults {
  /** Whether it strikes this time: one draw from the seed of each fault of this kind. */
  strikes(kind: FaultKind, channel: string): boolean;
  /** How hard, from 0 up to 1, by the same seed; null: it does not strike. */
  force(kind: FaultKind, channel: string): number | null;
  begin(asked: FaultAsked): Fault;
  list(): readonly Fault[];
  /** All, or the one named; how many ended. */
  end(id?: string): number;
  /** Is told of each that begins. */
  watch(told: (fault: Fault) => void): void;
}
type Running = { -readonly [K in keyof Fault]: Fault[K] } & { draw: () => number; until: number };

/** Faults last by the machine's clock: they belong to the trial, so advancing the platform's clock must not end them. */
export function createFaults(now: () => number = Date.now): Faults {
  let running: Running[] = [];
  let made = 0;
  const watchers: ((fault: Fault) => void)[] = [];
  const active = () => {
    if (running.length) running = running.filter((f) => f.until > now());
    return running;
  };
  const show = ({ draw: _draw, until: _until, ...fault }: Running): Fault => fault;
  /** Those that strike this time; each of the kind draws once. */
  function struck(kind: FaultKind, channel: string): Running[] {
    const meant = active().filter((f) => f.kind === kind && (f.channel === null || f.channel === channel) && appliesTo(kind, channel));
    const hit = meant.filter((f) => f.draw() < f.share);
    for (const fault of hit) fault.struck += 1;
    return hit;
  }
  return {
    strikes: (kind, channel) => struck(kind, channel).length > 0,
    force(kind, channel) {
      const [first] = struck(kind, channel);
      return first ? first.draw() : null;
    },
    begin(asked) {
      made += 1;
      const until = now() + asked.seconds * 1000;
      const fault: Running = { id: `fault_${made}`, ...asked, endsAt: new Date(until).toISOString(), struck: 0, draw: createRandom(asked.seed), until };
      running.push(fault);
      for (const told of watchers) told(show(fault));
      return show(fault);
    },
    list: () => active().map(show),
    end(id) {
      const before = active().length;
      running = id === undefined ? [] : running.filter((f) => f.id !== id);
      return before - running.length;
    },
    watch: (told) => void watchers.push(told),
  };
}
