import type { PackedRecords } from './packed-records.ts';

export interface JournalWorkerData {
  readonly dir: string;
  readonly retentionDays: number;
  readonly maxBytes: number;
  /** FULL always; OFF only in the test that shows that the fsync proof can fail. */
  readonly synchronous: 'FULL' | 'OFF';
}
export type JournalRequest =
  | { readonly type: 'append'; readonly records: PackedRecords }
  | { readonly type: 'retain'; readonly processed: number; readonly now: number }
  | { readonly type: 'close' };
/** Outcome of one group commit: the offset of the first record, or why it is not durable. `fatal`: a failed sync, no second try. */
export type AppendResult = { readonly first: number; readonly count: number } | { readonly error: string; readonly fatal: boolean; readonly count: number };
export type JournalAnswer =
  | { readonly type: 'ready'; readonly last: number; readonly received: number }
  | { readonly type: 'beat' }
  | ({ readonly type: 'appended'; readonly received: number } & AppendResult)
  | { readonly type: 'retained'; readonly dropped: readonly string[] }
  | { readonly type: 'closed' };
