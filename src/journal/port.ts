/** One webhook as it arrived. Headers: those that matter (content-type, signature, idempotency tokens, user-agent). */
export interface JournalRecord {
  readonly receivedAt: number; // ms
  readonly method: string;
  readonly url: string; // path and query as requested, on PUBLIC_URL
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Which key verified it. */
  readonly keyId: string;
  /** Path group: whatsapp, messenger, sms, sms/status. */
  readonly endpoint: string;
  /** Channel id where the URL carried one. */
  readonly channel: string | null;
  /** 'webhook', or 'backfill' from the reconciler. */
  readonly origin: 'webhook' | 'backfill';
}
export interface JournalRow extends JournalRecord {
  readonly offset: number;
}
/** HTTP side. `append` resolves once the record is fsynced; rejects with GatewayError journal_unavailable when it cannot be. */
export interface Journal {
  readonly id: string; // names this journal in journal ids: jr_<id>_<offset>
  append(record: JournalRecord): Promise<number>;
  /** Highest durable offset; 0 where empty. */
  lastOffset(): number;
  /** Count of bodies journalled so far, counted where they are written. */
  received(): Promise<number>;
  writable(): boolean;
  /** Drops processed files past their retention; `processed` is the store's cursor. */
  retain(processed: number, nowMs: number): Promise<void>;
  close(): Promise<void>;
}
/** Read side, used in the store thread and for GET /v1/raw: synchronous, connections of its own. */
export interface JournalReader {
  /** Rows with offset > after, in order, at most `limit` rows and about `bytes` of bodies. */
  read(after: number, limit: number, bytes: number): JournalRow[];
  get(offset: number): JournalRow | null;
  /** First offset received at or after the time; for replays. */
  firstSince(ms: number): number;
  /** Rows after `processed`, and rows ever received, in one snapshot. */
  counts(processed: number): { received: number; pending: number };
  close(): void;
}
/** jr_<journal>_<offset in base 36>: names the body a fact came from. */
export function journalRef(journal: string, offset: number): string {
  return `jr_${journal}_${offset.toString(36).padStart(8, '0')}`;
}
export function parseJournalRef(ref: string): { journal: string; offset: number } | null {
  const match = /^jr_([0-9a-z]+)_([0-9a-z]{8,11})$/.exec(ref);
  return match?.[1] && match[2] ? { journal: match[1], offset: Number.parseInt(match[2], 36) } : null;
}
