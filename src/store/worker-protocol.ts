import type { FailureCode } from '../../schemas/index.ts';
import type { OutboundSettings } from '../config/config.ts';

/** Plain data that the store thread starts from. */
export interface StoreWorkerData {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly ingest: IngestSettings;
  readonly outbound: OutboundSettings;
  readonly media: { readonly ffmpeg: boolean; readonly without: 'link' | 'refuse' };
}
export interface IngestSettings {
  readonly journalId: string;
  readonly dataDir: string;
  readonly publicUrl: string;
  readonly mediaLinkDays: number;
  readonly mediaKey: Uint8Array;
  readonly retention: { readonly eventDays: number; readonly messageDays: number; readonly exchangeDays: number; readonly idempotencyDays: number };
}
export type StoreRequest =
  | { readonly type: 'operation'; readonly id: number; readonly name: string; readonly args: unknown }
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
export type StoreAnswer =
  | { readonly type: 'ready' }
  | { readonly type: 'waiting'; readonly reason: string }
  | { readonly type: 'beat' }
  | { readonly type: 'result'; readonly id: number; readonly value?: unknown; readonly error?: PlainError }
  | { readonly type: 'events'; readonly last: number }
  | { readonly type: 'processed'; readonly offset: number; readonly inbound: Readonly<Record<string, number>> }
  | { readonly type: 'log'; readonly level: 'warn' | 'error'; readonly message: string; readonly detail?: string }
  | { readonly type: 'closed' };
