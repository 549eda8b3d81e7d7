import type { IncomingMessage } from 'node:http';
import type { Capabilities, ChannelAdapter, Finding, Provider } from '../../adapters/contract.ts';
import type { ChannelType } from '../../schemas/index.ts';
import type { Config } from '../config/config.ts';
import type { Refused, RefusedRing } from '../http/refused-ring.ts';
import type { Verdict } from '../http/verify-again.ts';
import type { Journal, JournalReader } from '../journal/port.ts';
import type { Examination, Examined } from '../media/examine.ts';
import type { Forgotten } from '../media/forget-media.ts';
import type { MediaStore } from '../media/port.ts';
import type { Dispatcher } from '../outbound/dispatch.ts';
import type { PreparedSignal } from '../outbound/prepare-signal.ts';
import type { Reconciler } from '../reconcile/create-reconciler.ts';
import type { Store } from '../store/port.ts';
import type { TemplateSync } from '../templates/create-template-sync.ts';
import type { Auth, Caller, Scope } from './auth.ts';
import type { RegisteredChannel } from './channel-registry.ts';

export interface ApiDeps {
  readonly config: Pick<Config, 'operatorHost' | 'masterKey' | 'publicUrl' | 'kafka' | 'channelsFile'>;
  readonly store: Store;
  readonly journal: Journal;
  readonly reader: JournalReader;
  readonly auth: Auth;
  /** Something was queued on this channel (a message that was admitted just now: this, or nothing that may go yet); without one, on any. */
  wakeDispatcher: Dispatcher['wake'];
  /** Files of messages that were queued are to be got ready. */
  wakePreparer(): void;
  /** Who sends on a kind of channel; its limits give the pace. */
  adapterOf(type: ChannelType, provider: Provider): ChannelAdapter | undefined;
  /** Here, or at the platform where it holds the message still. */
  cancel: Dispatcher['cancel'];
  /** Shows a customer that we have read, or write. */
  signal(prepared: PreparedSignal): Promise<void>;
  /** Channels changed: keys and credentials are read again. */
  channelsChanged(): Promise<void>;
  health(): Promise<Readonly<Record<string, unknown>>>;
  metrics(): Promise<{ type: string; body: string }>;
  republish(from: number): Promise<number>;
  readonly refused: RefusedRing;
  verifyAgain(refused: Refused): Promise<Verdict>;
  readonly reconciler: Reconciler;
  readonly templates: TemplateSync;
  readonly media: {
    readonly media: MediaStore;
    /** A signed link to a file, good for MEDIA_LINK_DAYS. */
    link(id: string, nowMs: number): string;
    /** Throws MediaFault. */
    examine(file: Examination): Promise<Examined>;
    /** With the bytes of a key to oneself. */
    hold<T>(key: string, work: () => Promise<T>): Promise<T>;
    /** Files are due. */
    wake(): void;
    /** Ends files for good, and removes their bytes. */
    forget(what: Forgotten): Promise<void>;
  };
  /** What a channel takes, and how much of it. */
  capabilitiesOf(type: ChannelType, provider: Provider): Capabilities | null;
  /** Asks the platform about one channel. */
  checkChannel(channel: RegisteredChannel): Promise<readonly Finding[]>;
  /** Resolves when the replay is done. */
  runReplay(id: string): Promise<void>;
  log(level: 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>): void;
}

export interface Asked {
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly signal: AbortSignal;
  /** Of a route that streams. */
  readonly request?: IncomingMessage;
}
export interface Answer {
  readonly status?: number;
  readonly body?: unknown /** JSON already made. */;
  readonly json?: string;
  readonly stream?: (write: (chunk: string) => Promise<void>, signal: AbortSignal) => Promise<void>;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
export interface Route {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  readonly path: string;
  readonly scope: Scope;
  readonly summary: string;
  /** Reads its body itself, as it comes. */
  readonly streams?: true;
  handle(asked: Asked, deps: ApiDeps): Promise<Answer>;
}
