import type { MessagePort } from 'node:worker_threads';
import type { FailureCode } from '../../schemas/index.ts';
import type { OutboundSettings } from '../config/config.ts';
import type { HttpBusy } from './http-busy.ts';
import type { InboundTimes } from './ingest-port.ts';

/** Plain data that the store thread starts from. */
export interface StoreWorkerData {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly ingest: IngestSettings;
  readonly outbound: OutboundSettings;
  /** One number, shared: 1 while the store's thread wants to hear of the journal's next commit. It is set before the journal is looked at, so no commit is missed. */
  readonly news: Int32Array;
  readonly httpBusy: HttpBusy;
  readonly media: { readonly ffmpeg: boolean; readonly heif: boolean; readonly without: 'link' | 'refuse' };
}
export interface IngestSettings {
  readonly journalId: string;
  readonly dataDir: string;
  readonly publicUrl: string;
  readonly mediaLinkDays: number;
  readonly mediaKey: Uint8Array;
  readonly retention: { readonly eventDays: number; readonly messageDays: number; readonly exchangeDays: number; readonly idempotencyDays: number };
}
export interface OperationRequest {
  readonly type: 'operation';
  readonly id: number;
  readonly name: string;
  readonly args: unknown;
}
export type StoreRequest =
  | OperationRequest
  /** Of one turn of the main thread: a message between threads costs more than what it carries. */
  | { readonly type: 'operations'; readonly list: readonly OperationRequest[] }
  /** Another thread that asks for operations on this port, and hears there what is readable. */
  | { readonly type: 'client'; readonly port: MessagePort }
  | { readonly type: 'journal' }
  /** The channels are known: bodies may be split. Before, a webhook of a channel of the file would be nobody's. */
  | { readonly type: 'begin' }
  | { readonly type: 'close' };
export interface PlainError {
  readonly code: FailureCode;
  readonly message: string;
  readonly pointer?: string | undefined;
  readonly stack?: string | undefined;
}
export interface OperationResult {
  readonly type: 'result';
  readonly id: number;
  readonly value?: unknown;
  readonly error?: PlainError;
}
/** What every client hears. */
export type ClientAnswer = OperationResult | { readonly type: 'events'; readonly last: number };
export type StoreAnswer =
  | ClientAnswer
  /** Of one transaction. */
  | { readonly type: 'results'; readonly list: readonly OperationResult[] }
  | { readonly type: 'ready' }
  | { readonly type: 'waiting'; readonly reason: string }
  /** An older store is brought to this program's schema, in one go: no beat before it is done. */
  | { readonly type: 'migrating'; readonly from: number; readonly to: number }
  | { readonly type: 'beat' }
  | { readonly type: 'processed'; readonly offset: number; readonly inbound: InboundTimes }
  | { readonly type: 'log'; readonly level: 'warn' | 'error'; readonly message: string; readonly detail?: string }
  | { readonly type: 'closed' };
