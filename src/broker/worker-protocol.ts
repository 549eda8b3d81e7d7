import type { MessagePort } from 'node:worker_threads';
import type { FailureCode } from '../../schemas/index.ts';
import type { KafkaConfig } from '../config/config.ts';
import type { PreparedSignal } from '../outbound/prepare-signal.ts';

/** Plain data that the broker's thread starts from. */
export interface BrokerWorkerData {
  readonly config: KafkaConfig;
  readonly installation: string;
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  /** To the store's thread. */
  readonly store: MessagePort;
}
export type BrokerRequest = { readonly type: 'republish'; readonly id: number; readonly from: number } | { readonly type: 'stop' };
export type BrokerAnswer =
  | { readonly type: 'beat'; readonly health: Readonly<Record<string, unknown>>; readonly parked: number }
  | { readonly type: 'republished'; readonly id: number; readonly sent?: number; readonly error?: { readonly code: FailureCode; readonly message: string } }
  /** A command was queued for this channel, or a signal is to be shown. */
  | { readonly type: 'wake'; readonly channel: string | undefined }
  | { readonly type: 'signal'; readonly prepared: PreparedSignal }
  | { readonly type: 'log'; readonly level: 'info' | 'warn' | 'error' | 'debug'; readonly message: string; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly type: 'stopped' };
