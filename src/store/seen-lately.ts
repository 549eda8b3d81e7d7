import { KeyFilter } from './key-filter.ts';
import { KEY, KeyTable } from './key-table.ts';

/** Memory of the writer for `seen`; see createSeenLately. */
export interface Sight {
  /** Keeps a key and which message it tells; false where it was kept before. */
  add(key: Uint8Array, message: string | null): boolean;
  /** Which message the key tells (null: none); undefined where it was not seen. */
  messageOf(key: Uint8Array): string | null | undefined;
}
/** Keys of a generation, the row of its first one, and what of it has been brought to `seen`. */
interface Generation {
  readonly keys: KeyTable;
  readonly first: number;
  readonly order: Uint32Array;
  readonly moved: number;
}
export interface SeenLatelyOptions {
  /** Keys that are brought to `seen` together. */
  readonly generation: number;
  all(sql: string, params: readonly unknown[]): unknown[];
  run(sql: string, params: readonly unknown[]): void;
}

/** The more of them, the fewer pages of `seen` each changes, and the more memory (1.5 MB each of two) and rows that are read out of their order. */
export const GENERATION = 65_536;
/** More generations than that are there only after many starts in a row, and are moved before anything else. */
const MOST = 4;
/** So many keys are moved for each that comes, so that a generation has gone before the next one is full. */
const HASTE = 1.5;
/** Rows that are dropped at once, since whole pages become free. */
const DROPPED = 4096;
const LOADED = 20_000;
/** Keys of `seen` that are read with a transaction until the filter knows all of them. */
const SCANNED = 2000;

const KEPT = 'SELECT message FROM seen WHERE id = $1';
const LATELY = 'SELECT message FROM seen_lately WHERE n = $1';
const APPEND = 'INSERT INTO seen_lately (n, id, message) VALUES ($1,$2,$3)';
const MOVE = `INSERT INTO seen (id, message) SELECT l.id, l.message FROM json_each($1) AS j CROSS JOIN seen_lately l ON l.n = j.value WHERE true ON CONFLICT DO NOTHING`;
const DROP = 'DELETE FROM seen_lately WHERE n < $1';
const SCAN = `SELECT id FROM seen WHERE id > $1 ORDER BY id LIMIT ${SCANNED}`;
const THERE = 'SELECT count(*) AS n, min(n) AS first, max(n) AS last FROM seen_lately';
const ALL = `INSERT INTO seen (id, message) SELECT id, message FROM seen_lately WHERE true ORDER BY id ON CONFLICT DO NOTHING`;
const EMPTY = 'DELETE FROM seen_lately';
/** As one value: rows by themselves take several times as long. */
const LOAD = `SELECT min(n) AS first, group_concat(hex(id), '' ORDER BY n) AS ids FROM (SELECT n, id FROM seen_lately WHERE n > $1 ORDER BY n LIMIT ${LOADED})`;

/**
 * What was seen, for the one writer of the embedded store. A key is a hash: in `seen`, which stands in the order of keys, each changes a page
 * of its own, and those were half of all that the store wrote. So keys are first appended to `seen_lately`, in the order in which they come,
 * and known here by a table in memory; a whole generation of them is then brought to `seen` in the order of keys, beside the next one, a
 * slice with each transaction. A start reads `seen_lately`, at most two generations.
 */
export function createSeenLately({ generation, all, run }: SeenLatelyOptions) {
  let young = { keys: new KeyTable(), first: 1 };
  /** The table of the generation before, when all of it has gone. */
  let spare: KeyTable | null = null;
  /** What is on its way to `seen`. */
  let old: Generation | null = null;
  /** The rows before this one may go, and those before `dropped` have gone. */
  let [gone, dropped] = [1, 1];
  /** Keys of `young` when the last transaction was committed. */
  let committed = 0;
  let before: { old: Generation | null; gone: number; dropped: number } = { old, gone, dropped };

  /** Of the keys in `seen`, so that those which are not there need not be looked up; it knows those up to `known`, null: all. */
  const filter = new KeyFilter();
  let known: Uint8Array | null = Buffer.alloc(0);

  function scan(): void {
    if (known === null) return;
    const rows = all(SCAN, [known]) as { id: Uint8Array }[];
    for (const { id } of rows) filter.add(id);
    known = rows.length < SCANNED ? null : (rows.at(-1)?.id ?? null);
  }
  function isKept(key: Uint8Array): boolean {
    const excluded = !filter.mayHave(key) && (known === null || Buffer.compare(key, known) <= 0);
    return !excluded && all(KEPT, [key]).length > 0;
  }
  function load(): void {
    const [there] = all(THERE, []) as { n: number; first: number; last: number }[];
    const gap = there && there.n > 0 && there.last - there.first + 1 !== there.n; // nobody makes one; places in the table would not be rows
    if (gap || (there?.n ?? 0) > MOST * generation) {
      run(ALL, []);
      run(EMPTY, []);
    }
    for (let read = LOADED; read === LOADED; ) {
      const [rows] = all(LOAD, [young.keys.size ? young.first + young.keys.size - 1 : 0]) as { first: number | null; ids: string | null }[];
      const ids = Buffer.from(rows?.ids ?? '', 'hex');
      if (!young.keys.size) young = { ...young, first: rows?.first ?? 1 };
      for (let at = 0; at < ids.length; at += KEY) young.keys.add(ids.subarray(at, at + KEY));
      read = ids.length / KEY;
    }
    gone = dropped = young.first;
    rejuvenate();
    scan();
  }
  /** A generation that is whole goes, where none is on its way. */
  function rejuvenate(): void {
    committed = young.keys.size;
    if (before.old && !old) spare = before.old.keys;
    if (young.keys.size >= generation && !old) {
      old = { ...young, order: young.keys.sorted(), moved: 0 };
      young = { keys: spare ?? new KeyTable(), first: young.first + young.keys.size };
      young.keys.clear();
      spare = null;
      committed = 0;
    }
    before = { old, gone, dropped };
  }
  function rowOf(key: Uint8Array): number | undefined {
    const place = young.keys.placeOf(key);
    if (place >= 0) return young.first + place;
    const earlier = old?.keys.placeOf(key) ?? -1;
    return old && earlier >= 0 ? old.first + earlier : undefined;
  }
  function move(came: number): void {
    if (!old) return;
    const { first, order, keys } = old;
    const moved = Math.min(order.length, old.moved + Math.ceil((came * HASTE * order.length) / generation));
    const places = Array.from(order.subarray(old.moved, moved));
    run(MOVE, [JSON.stringify(places.map((place) => first + place))]);
    for (const place of places) filter.add(keys.keyAt(place));
    old = { ...old, moved };
    if (moved < order.length) return;
    gone = first + order.length;
    old = null;
  }
  load();

  return {
    add(key: Uint8Array, message: string | null): boolean {
      if (rowOf(key) !== undefined || isKept(key)) return false;
      run(APPEND, [young.first + young.keys.size, key, message]);
      young.keys.add(key);
      return true;
    },
    messageOf(key: Uint8Array): string | null | undefined {
      const n = rowOf(key);
      const [row] = (n === undefined ? all(KEPT, [key]) : all(LATELY, [n])) as { message: string | null }[];
      return row?.message;
    },
    /** How much can be undone so far. */
    mark: () => young.keys.size,
    /** Forgets what came since `mark`, without one since the last commit; call it as the database undoes the same. */
    undo(mark?: number): void {
      young.keys.cut(mark ?? committed);
      if (mark !== undefined) return;
      ({ old, gone, dropped } = before);
    },
    /** In the transaction, once and at its end: moves a slice of the generation that goes, and drops rows that have gone. */
    settle(): void {
      scan();
      const came = young.keys.size - committed;
      if (!came) return;
      move(came);
      if (dropped === gone) return;
      dropped = Math.min(gone, dropped + DROPPED);
      run(DROP, [dropped]);
    },
    committed: rejuvenate,
  };
}
