import type { Kysely } from 'kysely';
import type { EventType, Topic } from '../../schemas/index.ts';
import type { Numbers } from './numbers.ts';
import type { Operations } from './operations.ts';
import type { Sight } from './seen-lately.ts';
import type { Database } from './tables.ts';

/**
 * A transaction of the writer. Hand-written SQL uses $1, $2, …; statements are prepared once per text. `db` is Kysely bound to
 * this transaction, for what is not hot. Embedded, every promise here is already resolved when returned.
 */
export interface Tx {
  readonly kind: 'sqlite' | 'postgres';
  readonly db: Kysely<Database>;
  all<T>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  /** Number of rows changed. */
  run(sql: string, params?: readonly unknown[]): Promise<number>;
  /** Absent on PostgreSQL, where the numberer counts after the commit. */
  readonly numbers?: Numbers;
  /** Offsets of the newest event of each topic that a subject has. */
  newest(subject: string): Promise<number[]>;
  /** What was seen (`ever_seen`). Absent on PostgreSQL, where all of it is in `seen`. */
  readonly sight?: Sight;
  /** Changes with every write to aliases, conversations, contacts and menus, and when anything was undone. Absent where others may write too (PostgreSQL). */
  readonly peopleVersion?: () => number;
  /** Runs `work` in a savepoint: what it throws undoes it alone, and is thrown on. */
  savepoint<T>(work: () => Promise<T>): Promise<T>;
}

/** An event before it is numbered. `data` must not hold seq, late: appendEvents gives them. */
export interface EventDraft {
  readonly id: string;
  readonly type: EventType;
  /** Conversation id, channel id, or 'unrouted'. */
  readonly subject: string;
  readonly source: string;
  readonly tenant: string | null;
  readonly channel: string | null;
  /** ISO, by the platform's clock where it has one. */
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One row of the log as readers get it. `json` holds seq (and late) already; the same bytes to every consumer. */
export interface LogRow {
  readonly off: number;
  readonly topic: Topic;
  readonly type: EventType;
  readonly id: string;
  readonly subject: string;
  readonly seq: number;
  /** Offset of the event before it of the same subject and topic; null for the first, and where that is no longer known. */
  readonly before: number | null;
  readonly tenant: string | null;
  readonly channel: string | null;
  readonly json: string;
}
export interface LogQuery {
  /** Exclusive. */
  readonly after: number;
  /** Inclusive. */
  readonly upTo?: number;
  readonly limit: number;
  /** Absent: every tenant and what is unrouted (installation admin, relay). */
  readonly tenant?: string;
  readonly topics?: readonly Topic[];
  readonly types?: readonly EventType[];
}

export type OperationName = keyof Operations & string;
export type OperationArgs<K extends OperationName> = Parameters<Operations[K]>[1];
export type OperationResult<K extends OperationName> = Awaited<ReturnType<Operations[K]>>;

export interface Store {
  readonly kind: 'sqlite' | 'postgres';
  /** For queries only: connections of their own, never on the HTTP thread. */
  readonly read: Kysely<Database>;
  /** Runs a named operation in a transaction of the writer (embedded: in the store thread, grouped with what else waits). */
  write<K extends OperationName>(name: K, args: OperationArgs<K>): Promise<OperationResult<K>>;
  readLog(query: LogQuery): Promise<LogRow[]>;
  /** Highest readable offset; 0 where the log is empty. */
  lastOffset(): Promise<number>;
  /** Called (coalesced) when events became readable. Returns the unsubscriber. */
  onEvents(listener: (lastOffset: number) => void): () => void;
  /** The lease of DESIGN 2: embedded, epoch 1 for ever. Throws when `epoch` is no longer ours. */
  readonly lease: { epoch(shard: number): number | null; shardOf(channel: string): number };
  health(): Promise<{ ok: boolean; detail?: string }>;
  close(): Promise<void>;
}
/** What a thread that follows the log needs of the store. */
export type LogStore = Pick<Store, 'read' | 'write' | 'readLog' | 'lastOffset' | 'onEvents'>;
