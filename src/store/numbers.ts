import { TOPICS } from '../../schemas/index.ts';
import { isLate } from './is-late.ts';

/** Where an event stands: its offset, its number in its subject and topic, whether something younger went before, and the offset of the event before it there. */
export interface Place {
  readonly off: number;
  readonly seq: number;
  readonly late: boolean;
  readonly before: number | null;
}
interface Counter {
  readonly subject: string;
  readonly topic: string;
  last: number;
  lastTime: number;
  lastOff: number | null;
  /** The first event that the row of `seqs` does not count, and when it was counted here (monotonic ms); null where it counts all. */
  behind: { readonly off: number; readonly at: number } | null;
}
interface Before {
  readonly counter: Counter;
  readonly last: number;
  readonly lastTime: number;
  readonly lastOff: number | null;
  readonly behind: Counter['behind'];
}
/** Events of a subject and topic that its row does not count. */
interface Uncounted {
  readonly subject: string;
  readonly topic: string;
  readonly last: number;
  readonly last_time: number;
  readonly last_off: number;
  readonly first_off: number;
}
/** How far the rows of `seqs` may be behind the log: what a start after a crash has to read. `kept`: counters in memory, at least twice as many as `events`. */
export interface Lag {
  readonly events: number;
  readonly ms: number;
  readonly kept: number;
}
export const LAG: Lag = { events: 10_000, ms: 10_000, kept: 20_000 };
/** This part of the lag is written at once, so that the cursor is not written for each row. */
const SLICE = 1 / 20;
export interface NumbersOptions {
  readonly lag: Lag;
  all(sql: string, params: readonly unknown[]): unknown[];
  run(sql: string, params: readonly unknown[]): void;
}

const CURSOR = 'numbers';
/** The first schema whose `seqs` are behind; before it they were not. */
export const NUMBERS_BEHIND = 17;
export const NUMBERS_ARE_THERE = `INSERT INTO cursors (name, off, detail, updated_at) SELECT '${CURSOR}', coalesce(max(off), 0), NULL, 0 FROM events`;
const TO = 'INSERT INTO cursors (name, off, detail, updated_at) VALUES ($1,$2,NULL,$3) ON CONFLICT (name) DO UPDATE SET off = excluded.off, updated_at = excluded.updated_at';
const READ = 'SELECT last, last_time, last_off FROM seqs WHERE subject = $1 AND topic = $2';
const WRITE = `INSERT INTO seqs (subject, topic, last, last_time, last_off) VALUES ($1,$2,$3,$4,$5)
  ON CONFLICT (subject, topic) DO UPDATE SET last = excluded.last, last_time = excluded.last_time, last_off = excluded.last_off`;
/** What was counted to may be above the events: offsets that were undone. */
const LAST = 'SELECT max(coalesce((SELECT max(off) FROM events), 0), coalesce((SELECT off FROM cursors WHERE name = $1), 0)) AS last';
const UNCOUNTED = `SELECT subject, topic, max(seq) AS last, max(time) AS last_time, max(off) AS last_off, min(off) AS first_off FROM events
  WHERE off > coalesce((SELECT off FROM cursors WHERE name = $1), 0) GROUP BY subject, topic ORDER BY first_off`;

/**
 * Numbers events for the one writer of the embedded store: offsets, and `seq` per subject and topic. The counters live here; the rows
 * of `seqs` follow behind, since an event that changes one more page costs a tenth more. An event carries its own number, so what the
 * rows lack is read from the log when the store is opened: a cursor over the log says from where, and keeps retention off.
 */
export function createNumbers({ lag, all, run }: NumbersOptions) {
  const counters = new Map<string, Counter>();
  /** Those whose row is behind, the one that is most so first. */
  let behind = new Set<Counter>();
  /** What the transaction changed, so that it can be undone. */
  const undo: Before[] = [];
  const [top] = all(LAST, [CURSOR]) as { last: number }[];
  let last = top?.last ?? 0;

  function counterOf(subject: string, topic: string): Counter {
    const key = `${topic} ${subject}`;
    let counter = counters.get(key);
    if (!counter) {
      const [row] = all(READ, [subject, topic]) as { last: number; last_time: number; last_off: number | null }[];
      counter = { subject, topic, last: row?.last ?? 0, lastTime: row?.last_time ?? 0, lastOff: row?.last_off ?? null, behind: null };
      counters.set(key, counter);
    }
    return counter;
  }
  for (const row of all(UNCOUNTED, [CURSOR]) as Uncounted[]) {
    const counter = counterOf(row.subject, row.topic);
    const lastTime = Math.max(counter.lastTime, row.last_time);
    behind.add(Object.assign(counter, { last: row.last, lastTime, lastOff: row.last_off, behind: { off: row.first_off, at: performance.now() } }));
  }
  function change(counter: Counter): void {
    undo.push({ counter, last: counter.last, lastTime: counter.lastTime, lastOff: counter.lastOff, behind: counter.behind });
  }
  /** The events after this one are not all counted in `seqs`. */
  function countedTo(): number {
    const [first] = behind;
    return first?.behind ? first.behind.off - 1 : last;
  }
  function write(which: (since: NonNullable<Counter['behind']>) => boolean): void {
    for (const counter of behind) {
      if (!counter.behind || !which(counter.behind)) break;
      change(counter);
      run(WRITE, [counter.subject, counter.topic, counter.last, counter.lastTime, counter.lastOff]);
      counter.behind = null;
      behind.delete(counter);
    }
    run(TO, [CURSOR, countedTo(), Date.now()]);
  }

  return {
    place(subject: string, topic: string, time: number): Place {
      const counter = counterOf(subject, topic);
      change(counter);
      const off = ++last;
      const place = { off, seq: ++counter.last, late: isLate(time, counter.lastTime), before: counter.lastOff };
      counter.lastTime = Math.max(counter.lastTime, time);
      counter.lastOff = off;
      if (!counter.behind) {
        counter.behind = { off, at: performance.now() };
        behind.add(counter);
      }
      return place;
    },
    /** Offsets of the newest event of each topic that a subject has. */
    newest: (subject: string): number[] => Object.keys(TOPICS).flatMap((topic) => counterOf(subject, topic).lastOff ?? []),
    /** The highest offset given. */
    last: () => last,
    /** How much can be undone so far. */
    mark: () => undo.length,
    /** Forgets what was counted and written since `mark` (offsets are not given again); call it as the database undoes the same. */
    undo(mark = 0): void {
      if (undo.length === mark) return;
      for (let i = undo.length - 1; i >= mark; i--) {
        const { counter, last, lastTime, lastOff, behind: since } = undo[i] as Before;
        Object.assign(counter, { last, lastTime, lastOff, behind: since });
        if (since) behind.add(counter);
        else behind.delete(counter);
      }
      undo.length = mark;
      behind = new Set([...behind].sort((a, b) => (a.behind?.off ?? 0) - (b.behind?.off ?? 0)));
    },
    /** In the transaction, at its end: writes the rows that are furthest behind. */
    settle(): void {
      const [first] = behind;
      if (!first?.behind) return;
      const [longAgo, before] = [performance.now() - lag.ms, last - lag.events];
      if (first.behind.off < before) write(({ off }) => off < before + lag.events * SLICE);
      else if (first.behind.at < longAgo) write(({ at }) => at < longAgo + lag.ms * SLICE);
    },
    /** In a transaction: writes all that are behind. */
    settleAll: () => write(() => true),
    committed(): void {
      undo.length = 0;
      let looks = (counters.size - lag.kept) * 4;
      for (const [key, counter] of counters) {
        if (counters.size <= lag.kept || looks-- <= 0) break;
        counters.delete(key);
        if (counter.behind) counters.set(key, counter); // to the end
      }
    },
  };
}
