/** What the checker counts from. It is read from outside: raw journal files, /v1/events from the beginning, Kafka, /v1/ledger, the platform. */
export interface LogEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly source: string;
  readonly data: {
    readonly seq: number;
    readonly code?: string;
    readonly raw?: { readonly journal: string; readonly path: string };
    readonly message?: { readonly platformId: string; readonly content: { readonly text?: string; readonly caption?: string } };
  };
}
export interface LoggedEvent {
  readonly topic: string;
  readonly event: LogEvent;
}
export interface KafkaRecord {
  readonly topic: string;
  readonly key: string;
  readonly id: string;
  readonly seq: number;
}
export interface LedgerChannel {
  readonly channel: string;
  readonly elements: number;
  readonly published: number;
  readonly duplicate: number;
  readonly absorbed: Readonly<Record<string, number>>;
  readonly deadLettered: number;
  readonly waiting: number;
}
export interface Ledger {
  readonly channels: readonly LedgerChannel[];
  readonly journals: readonly { readonly journal: string; readonly received: number; readonly split: number; readonly pending: number }[];
}
export interface Reply {
  readonly id: string;
  readonly to: string;
  readonly n: number;
  /** The gateway's word on it at the end. */
  readonly status: string;
}
/** Read once and in order, piece by piece: half an hour has millions, which together would fill the memory. */
export type Read<T> = Iterable<T> | AsyncIterable<T>;
export interface Evidence {
  /** Platform ids of the messages whose webhook was answered 200. */
  readonly acknowledged: readonly string[];
  /** Raw bodies of the journal, in order. */
  readonly bodies: Iterable<string>;
  readonly events: Read<LoggedEvent>;
  /** As a read_committed consumer sees them, by partition in order, of whom so many are expected; null where no Kafka took part. */
  readonly kafka: ((wanted: number) => Read<KafkaRecord>) | null;
  /** Whether Kafka refuses the event for its size: parked by the relay, in the log all the same. */
  refusedByKafka(event: LogEvent): boolean;
  readonly ledger: Ledger;
  readonly replies: readonly Reply[];
  /** Calls that the platform accepted, in its order. */
  readonly accepted: readonly { readonly own: string; readonly to: string; readonly text: string }[];
}
