/** A platform that has not answered has counted the call all the same, so long after it left at the latest. */
const COUNTED_BY_MS = 500;
/** Of one account, under way at once: what a platform that hangs may bind; a number's 1000 a second need 300 at 300 ms to an answer. */
const MOST_OPEN = 600;
/** Where there is no platform behind the channel, more at once only take memory and keep others waiting. */
const MOST_OPEN_ELSEWHERE = 200;
/** The shortest answer of the last minute or so tells how much of the time to an answer is only the way there and back. */
const ROUND_MS = 30_000;
/** Before answers have come for so long, the shortest is not known: the first are those of a burst, and late. */
const KNOWN_AFTER_MS = 2000;
/** Silence of customers who write steadily is taken for news that is late, so long. */
const SILENCE_MS = 1000;
/** What a platform has counted of inbound messages and we have not heard of yet can be this much more than before. */
const LAG_MS = 100;
/** What of a second's messages may be on its way to us, at least. */
const LATE_SHARE = 0.05;
const REMEMBERED_S = 5;

/** One call's places: `wire` waits until they are free and takes them, `answered` tells that the platform has counted it, or that it is not made. */
export interface Turn {
  wire(): Promise<void>;
  answered(): void;
}
interface Waiter {
  readonly ready: () => boolean;
  readonly go: () => void;
}

/**
 * Never more than `perSecond` in any second as the platform counts them. It counts a call at some moment between its leaving and its
 * answer, so a place is used from when the call leaves until a second after its answer (less the shortest way there and back: who leaves
 * then arrives that much later): exact, whatever bunches calls on the way or holds this process up, and only jitter costs room.
 */
export function createWireWindow(perSecond: number, now: () => number = () => performance.now()) {
  const most = Math.max(1, Math.floor(perSecond));
  const spanMs = (most * 1000) / perSecond;
  /** So many may be on the way from their turn to the wire while it is full: they are journalled meanwhile. */
  const ahead = Math.floor(most / 20);
  const under = new Set<{ readonly left: number; readonly units: number }>();
  const leaving: { readonly at: number; readonly units: number }[] = [];
  const used = { under: 0, leaving: 0, coming: 0, open: 0 };
  const mostOpen = perSecond > 1000 ? MOST_OPEN_ELSEWHERE : MOST_OPEN;
  const rounds = { now: Number.POSITIVE_INFINITY, before: Number.POSITIVE_INFINITY, since: now(), first: Number.POSITIVE_INFINITY };
  const gates: Waiter[] = [];
  const wires: Waiter[] = [];
  /** When inbound messages came, as far as we have heard, and how uneven they were, by second. */
  const heard = { times: [] as number[], last: Number.NEGATIVE_INFINITY, uneven: [] as { readonly second: number; n: number }[] };
  let timer: NodeJS.Timeout | null = null;

  const heldMs = (units: number) => spanMs * Math.max(1, units / most);
  function leave(at: number, units: number): void {
    let i = leaving.length;
    while (i > 0 && (leaving[i - 1]?.at ?? 0) > at) i--;
    leaving.splice(i, 0, { at, units });
    used.leaving += units;
  }
  function sweep(): void {
    const t = now();
    let gone = 0;
    for (const l of leaving) {
      if (l.at > t) break;
      used.leaving -= l.units;
      gone++;
    }
    if (gone) leaving.splice(0, gone);
    // The last second as far as we have heard, since what is late counts there already.
    const since = Math.max(heard.last - spanMs, t - spanMs - SILENCE_MS);
    while ((heard.times[0] ?? t) <= since) heard.times.shift();
    for (const u of under) {
      if (u.left + COUNTED_BY_MS + heldMs(u.units) > t) break;
      under.delete(u);
      used.under -= u.units;
    }
  }
  /** Places left free for what customers wrote and we have not heard of: as many more as lately came in such a time than left the second. */
  function reserve(): number {
    if (heard.times.length === 0) return 0;
    const second = Math.floor(now() / 1000);
    const uneven = heard.uneven.filter((u) => u.second >= second - REMEMBERED_S).map((u) => u.n);
    return Math.min(Math.max(Math.ceil(heard.times.length * LATE_SHARE), ...uneven), Math.floor(most / 8));
  }
  const total = () => used.under + used.leaving + heard.times.length;
  const fits = (units: number) => total() === 0 || total() + units + reserve() <= most;
  const passed = (): boolean => {
    const room = used.open < mostOpen && (used.coming + total() === 0 || total() + used.coming + 1 + reserve() <= most + ahead);
    if (room) used.coming++;
    if (room) used.open++;
    return room;
  };
  function next(): number {
    const [oldest] = under;
    const written = heard.times[0] === undefined ? Number.POSITIVE_INFINITY : heard.times[0] + spanMs + SILENCE_MS;
    return Math.min(written, leaving[0]?.at ?? Number.POSITIVE_INFINITY, oldest ? oldest.left + COUNTED_BY_MS + heldMs(oldest.units) : Number.POSITIVE_INFINITY, now() + spanMs);
  }
  function settle(): void {
    sweep();
    for (const line of [wires, gates]) while (line[0]?.ready()) line.shift()?.go();
    if (timer || wires.length + gates.length === 0) return;
    timer = setTimeout(
      () => {
        timer = null;
        settle();
      },
      Math.max(1, Math.ceil(next() - now())),
    );
  }
  const until = (line: Waiter[], ready: () => boolean): Promise<void> => {
    sweep();
    if (line.length === 0 && ready()) return Promise.resolve();
    return new Promise((go) => {
      line.push({ ready, go });
      settle();
    });
  };
  /** The shortest way there and back as far as it is known, in ms; 0 until it is. */
  function roundTrip(ms: number, t: number): number {
    rounds.first = Math.min(rounds.first, t);
    if (t - rounds.since > ROUND_MS) {
      rounds.before = rounds.now;
      rounds.now = Number.POSITIVE_INFINITY;
      rounds.since = t;
    }
    rounds.now = Math.min(rounds.now, ms);
    return t - rounds.first < KNOWN_AFTER_MS ? 0 : Math.min(rounds.now, rounds.before);
  }
  function answered(call: { readonly left: number; readonly units: number }): void {
    const t = now();
    const shortest = roundTrip(t - call.left, t);
    if (!under.delete(call)) return; // it took so long that it is out of the window
    used.under -= call.units;
    leave(Math.min(t - shortest, call.left + COUNTED_BY_MS) + heldMs(call.units), call.units);
  }
  function turn(units: number): Turn {
    let call: { readonly left: number; readonly units: number } | null = null;
    const its = { waits: true, open: true };
    used.coming += units - 1;
    const come = () => {
      if (its.waits) used.coming -= units;
      its.waits = false;
    };
    return {
      async wire() {
        await until(wires, () => fits(units) && taken());
      },
      answered() {
        come();
        if (call) answered(call);
        call = null;
        if (its.open) used.open--;
        its.open = false;
        settle();
      },
    };
    /** Counted in the moment in which it may go, so that two that wait never both get one place. */
    function taken(): boolean {
      come();
      call = { left: now(), units };
      under.add(call);
      used.under += units;
      return true;
    }
  }
  return {
    /** Resolves when one more call may be got ready: then `turn` is for it, or `noTurn` gives its place back. */
    gate: (): Promise<void> => until(gates, passed),
    turn,
    noTurn(): void {
      used.coming--;
      used.open--;
      settle();
    },
    /** Somebody else's, which counts: messages of customers just now, or calls of before a start (`ago` ms). */
    note(units: number, ago = 0): void {
      sweep();
      leave(now() - ago + heldMs(units), units);
    },
    /** Messages of customers, which the platform has counted already, came so many ms `ago` each. Only a second's worth can ever matter. */
    inbound(ago: readonly number[]): void {
      const t = now();
      for (const ms of ago.slice(-most)) {
        heard.last = Math.max(heard.last, t - ms);
        heard.times.push(t - ms);
      }
      heard.times.sort((a, b) => a - b).splice(0, heard.times.length - most);
      const came = heard.times.filter((h) => h > heard.last - LAG_MS).length;
      const left = heard.times.filter((h) => h <= heard.last - spanMs + LAG_MS).length;
      const second = Math.floor(t / 1000);
      const latest = heard.uneven.at(-1);
      if (latest?.second === second) latest.n = Math.max(latest.n, came - left);
      else heard.uneven.push({ second, n: came - left });
      heard.uneven.splice(0, heard.uneven.length - REMEMBERED_S - 1);
      settle();
    },
    /** Places in use. */
    size: (): number => {
      sweep();
      return total();
    },
  };
}
export type WireWindow = ReturnType<typeof createWireWindow>;
