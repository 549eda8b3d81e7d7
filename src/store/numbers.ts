import { TOPICS, type Topic } from '../../schemas/index.ts';
import { isLate } from './is-late.ts';

/** Where an event stands: its offset, its number in its subject and topic, whether something younger went before, and the offset of the event before it there. */
export interface Place {
  readonly off: number;
  readonly seq: number;
  readonly late: boolean;
  readonly before: number | null;
}
/** What a row counts, named as a conversation's has it for its messages: the number, time (ms) and offset of the newest event. */
export interface Count {
  readonly seq: number;
  readonly seq_time: number;
  readonly seq_off: number | null;
}
/** The writer's own numbers. */
export interface Numbers {
  /** Counts an event; `timeMs` by the platform's clock. */
  place(subject: string, topic: Topic, timeMs: number): Place;
  /** The row of a conversation was read, so that its count need not be. */
  know(conversation: string, count: Count): void;
  /** What the row of a conversation is to say of its count, for one who writes that row in any case: it counts as written from here on. */
  countFor(conversation: string): Count;
}
interface Counter {
  readonly subject: string;
  readonly topic: string;
  /** It is kept in the conversation's row, else in `seqs`. */
  readonly inRow: boolean;
  /** It has not counted since it was read: the page of its row is at hand. A conversation's never: a message writes that row itself. */
  fresh: boolean;
  last: number;
  lastTime: number;
  lastOff: number | null;
  /** The first event that its row does not count, and when it was counted here (monotonic ms); null where it counts all. */
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
/** How far the rows may be behind the log: what a start after a crash has to read. `kept`: counters in memory, at least twice as many as `events`. */
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
const OF_MESSAGES: Topic = 'messages.v1';
/** The first schema whose `seqs` are behind; before it they were not. */
export const NUMBERS_BEHIND = 17;
export const NUMBERS_ARE_THERE = `INSERT INTO cursors (name, off, detail, updated_at) SELECT '${CURSOR}', coalesce(max(off), 0), NULL, 0 FROM events`;
const TO = 'INSERT INTO cursors (name, off, detail, updated_at) VALUES ($1,$2,NULL,$3) ON CONFLICT (name) DO UPDATE SET off = excluded.off, updated_at = excluded.updated_at';
const COUNT = 'SELECT seq, seq_time, seq_off FROM conversations WHERE id = $1';
/** A conversation's messages are counted in its own row, which every one of them reads and writes anyway: a row elsewhere would be a page more. */
const WRITE_COUNT = 'UPDATE conversations SET seq = $2, seq_time = $3, seq_off = $4 WHERE id = $1';
const OTHER = 'SELECT last AS seq, last_time AS seq_time, last_off AS seq_off FROM seqs WHERE subject = $1 AND topic = $2';
const WRITE_OTHER = `INSERT INTO seqs (subject, topic, last, last_time, last_off) VALUES ($1,$2,$3,$4,$5)
  ON CONFLICT (subject, topic) DO UPDATE SET last = excluded.last, last_time = excluded.last_time, last_off = excluded.last_off`;
/** Ids have no blanks. */
const keyOf = (subject: string, topic: string) => (topic === OF_MESSAGES ? subject : `${topic} ${subject}`);
const NOTHING: Count = { seq: 0, seq_time: 0, seq_off: null };
const toCounter = ({ seq, seq_time, seq_off }: Count, of: Pick<Counter, 'subject' | 'topic' | 'inRow'>): Counter => ({
  ...of,
  fresh: !of.inRow,
  last: seq,
  lastTime: seq_time,
  lastOff: seq_off,
  behind: null,
});
/** What was counted to may be above the events: offsets that were undone. */
const LAST = `SELECT max(coalesce((SELECT max(off) FROM events), 0), cursor) AS last, cursor FROM (SELECT coalesce((SELECT off FROM cursors WHERE name = $1), 0) AS cursor)`;
const UNCOUNTED = `SELECT subject, topic, max(seq) AS last, max(time) AS last_time, max(off) AS last_off, min(off) AS first_off FROM events
  WHERE off > coalesce((SELECT off FROM cursors WHERE name = $1), 0) GROUP BY subject, topic ORDER BY first_off`;

/**
 * Numbers events for the one writer of the embedded store: offsets, and `seq` per subject and topic. The counters live here. A message
 * writes its conversation's count with the conversation's row. Any other counter writes its row at once where it counts for the first time
 * since it was read, while the page is at hand; the rest follow behind, since an event that changes one more page costs a tenth more. An
 * event carries its own number, so what the rows lack is read from the log when the store is opened: a cursor over the log says from where,
 * and keeps retention off.
 */
export function createNumbers({ lag, all, run }: NumbersOptions) {
  const counters = new Map<string, Counter>();
  /** Those whose row is behind, the one that is most so first. */
  let behind = new Set<Counter>();
  /** What the transaction changed, so that it can be undone. */
  const undo: Before[] = [];
  const [top] = all(LAST, [CURSOR]) as { last: number; cursor: number }[];
  let last = top?.last ?? 0;
  /** The events after this one are not all counted in the rows, as the store has it, and since when it has (monotonic ms). */
  let cursor = { off: top?.cursor ?? 0, at: 0 };
  let committed = cursor;

  function read(subject: string, topic: string): Counter {
    const [count] = topic === OF_MESSAGES ? (all(COUNT, [subject]) as Count[]) : [];
    if (count) return toCounter(count, { subject, topic, inRow: true });
    const [other = NOTHING] = all(OTHER, [subject, topic]) as Count[];
    return toCounter(other, { subject, topic, inRow: false });
  }
  function counterOf(subject: string, topic: string): Counter {
    const key = keyOf(subject, topic);
    let counter = counters.get(key);
    if (!counter) {
      counter = read(subject, topic);
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
  /** After `change`: its row counts all from here on. */
  function isWritten(counter: Counter): void {
    counter.fresh = false;
    counter.behind = null;
    behind.delete(counter);
  }
  function write(counter: Counter): void {
    const { subject, topic, last, lastTime, lastOff } = counter;
    if (counter.inRow) run(WRITE_COUNT, [subject, last, lastTime, lastOff]);
    else run(WRITE_OTHER, [subject, topic, last, lastTime, lastOff]);
    isWritten(counter);
  }
  function writeBehind(which: (since: NonNullable<Counter['behind']>) => boolean): void {
    for (const counter of behind) {
      if (!counter.behind || !which(counter.behind)) break;
      change(counter);
      write(counter);
    }
  }
  /** Writes how far the rows count, where that is more by `events` than the store has it, or more at all for `ms`. */
  function writeCursor({ events, ms }: { events: number; ms: number }): void {
    const [first] = behind;
    const off = first?.behind ? first.behind.off - 1 : last;
    const at = performance.now();
    if (off === cursor.off || (off - cursor.off < events && at - cursor.at < ms)) return;
    run(TO, [CURSOR, off, Date.now()]);
    cursor = { off, at };
  }

  return {
    place(subject: string, topic: Topic, timeMs: number): Place {
      const counter = counterOf(subject, topic);
      change(counter);
      const off = ++last;
      const place = { off, seq: ++counter.last, late: isLate(timeMs, counter.lastTime), before: counter.lastOff };
      counter.lastTime = Math.max(counter.lastTime, timeMs);
      counter.lastOff = off;
      if (counter.fresh) write(counter);
      else if (!counter.behind) {
        counter.behind = { off, at: performance.now() };
        behind.add(counter);
      }
      return place;
    },
    know(conversation: string, count: Count): void {
      const key = keyOf(conversation, OF_MESSAGES);
      if (!counters.has(key)) counters.set(key, toCounter(count, { subject: conversation, topic: OF_MESSAGES, inRow: true }));
    },
    countFor(conversation: string): Count {
      const counter = counterOf(conversation, OF_MESSAGES);
      change(counter);
      isWritten(counter);
      return { seq: counter.last, seq_time: counter.lastTime, seq_off: counter.lastOff };
    },
    /** Offsets of the newest event of each topic that a subject has. */
    newest: (subject: string): number[] => Object.keys(TOPICS).flatMap((topic) => counterOf(subject, topic).lastOff ?? []),
    /** The highest offset given. */
    last: () => last,
    /** How much can be undone so far. */
    mark: () => undo.length,
    /** Forgets what was counted and written since `mark` (offsets are not given again); call it as the database undoes the same. */
    undo(mark = 0): void {
      if (mark === 0) cursor = committed;
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
      const [longAgo, before] = [performance.now() - lag.ms, last - lag.events];
      if (first?.behind && first.behind.off < before) writeBehind(({ off }) => off < before + lag.events * SLICE);
      else if (first?.behind && first.behind.at < longAgo) writeBehind(({ at }) => at < longAgo + lag.ms * SLICE);
      writeCursor({ events: lag.events * SLICE, ms: lag.ms * SLICE });
    },
    /** In a transaction: writes all that are behind. */
    settleAll(): void {
      writeBehind(() => true);
      writeCursor({ events: 0, ms: 0 });
    },
    committed(): void {
      undo.length = 0;
      committed = cursor;
      let looks = (counters.size - lag.kept) * 4;
      for (const [key, counter] of counters) {
        if (counters.size <= lag.kept || looks-- <= 0) break;
        counters.delete(key);
        if (counter.behind) counters.set(key, counter); // to the end
      }
    },
  };
}
