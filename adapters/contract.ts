import type { Readable } from 'node:stream';
import type { ChannelType, Failure, FailureCode, Identity, InboundContent, MessageState, OutboundContent, PlatformError } from '../schemas/index.ts';
import type { Natives } from './natives.ts';

export type { CardForm, ChoiceForm, MediaForm, MediaKind, Natives } from './natives.ts';

export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

/** What arrived, byte for byte: signatures cover `body` and `url`, never a re-serialised object. */
export interface WebhookRequest {
  readonly method: string;
  /** As the platform addresses us (PUBLIC_URL plus path and query), whatever a proxy made of it. */
  readonly url: URL;
  /** Path and query byte for byte, as they stand in the address that the platform was given; a URL object re-encodes them. */
  readonly target?: string;
  /** Lower-cased names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly receivedAt: Date;
}

/** One secret that may have signed. `id` is derived from the secret and never tells it; channels list the ids of their keys. */
export interface Key {
  readonly id: string;
  readonly secret: string;
}
export interface Keys {
  readonly secrets: readonly Key[];
  readonly verifyTokens: readonly string[];
}
declare const verified: unique symbol;
/** Only `verify` (and the journal, which keeps its verdict) makes one, so unverified bytes cannot reach `normalize`. */
export type VerifiedRequest = WebhookRequest & { readonly keyId: string; readonly [verified]: true };

/** One thing that happened, as the platform tells it: nothing in it needs a look-up, so making one is pure. */
export interface Fact {
  /** See ID_PARTS: [channel type, account, meaning, ...]. The event id is UUIDv5 over it. */
  readonly idParts: readonly string[];
  readonly channelType: ChannelType;
  /** The platform account that routes: phone_number_id, page id, IGID, AccountSid with number; or a business account id. */
  readonly account: string;
  /** `business`: account is a business account (WABA), the fact concerns every channel of it, published once under the oldest. */
  readonly accountKind?: 'channel' | 'business';
  /** Every name of the customer in this element, the strongest first: BSUID, wa_id as phone, PSID, group. Empty: no conversation. */
  readonly addresses: readonly Identity[];
  readonly name?: string;
  /** By the platform's clock; null where it gives none. */
  readonly at: Date | null;
  /** entry[0].changes[0].value.messages[0] */
  readonly path: string;
  readonly body: FactBody;
}

export interface MessageFact {
  readonly kind: 'message';
  readonly as: 'received' | 'echo' | 'observed' | 'imported';
  readonly platformId: string;
  readonly direction: 'inbound' | 'outbound';
  readonly content: InboundContent | { readonly type: 'outbound'; readonly platform: unknown };
  readonly replyTo?: { readonly platformId: string };
  readonly sender?: { readonly name?: string; readonly identities?: readonly Identity[]; readonly app?: string; readonly metadata?: string };
  readonly forwarded?: 'no' | 'yes' | 'often';
  readonly referral?: Readonly<Record<string, unknown>>;
  readonly platform?: Readonly<Record<string, unknown>>;
  /** Our own id, where the platform returns it in an echo (Messenger `metadata`): evidence that a call of ours arrived. */
  readonly ownId?: string;
  /** An echo that may be of a call of ours and carries nothing to tell it by: then the same words to the same customer tell. */
  readonly mayBeOurs?: boolean;
  /** Whether this opens or refreshes the reply window (24 h from `at`). */
  readonly opensWindow: boolean;
}
export type FactBody =
  | MessageFact
  /** `platformId`: of the edit, deletion or reaction itself, where the platform gives it one; `target` is the message. */
  | { readonly kind: 'edit'; readonly platformId?: string; readonly target: string; readonly direction: 'inbound' | 'outbound'; readonly content: InboundContent }
  | { readonly kind: 'delete'; readonly platformId?: string; readonly target: string; readonly by: 'customer' | 'business' }
  | {
      readonly kind: 'reaction';
      readonly platformId?: string;
      readonly action: 'add' | 'remove';
      readonly emoji?: string;
      readonly target: string;
      readonly by: 'customer' | 'business';
      readonly opensWindow?: boolean;
    }
  | {
      readonly kind: 'status';
      readonly platformId: string;
      readonly status: MessageState;
      /** Our own id where the platform returns it (biz_opaque_callback_data, our id in the status URL). */
      readonly ownId?: string;
      readonly participant?: Identity;
      readonly errors?: readonly PlatformError[];
      readonly failure?: Failure;
      readonly pricing?: Readonly<Record<string, unknown>>;
      readonly platform?: Readonly<Record<string, unknown>>;
    }
  | {
      /**
       * Everything that we sent to this customer up to `until` is delivered or read; `platformIds` where the platform names them.
       * Without `until` the named messages say how far: they, and what was sent before them (Instagram).
       */
      readonly kind: 'watermark';
      readonly status: 'delivered' | 'read';
      readonly until: Date | null;
      readonly platformIds: readonly string[];
    }
  /** An element that needs no event (the Page's own comment): counted as absorbed with its reason, in snake case. */
  | { readonly kind: 'absorbed'; readonly reason: string }
  | {
      readonly kind: 'consent';
      readonly state: 'opted_in' | 'opted_out';
      readonly scope: string;
      readonly source: string;
      readonly keyword?: string;
      readonly detail?: string;
      readonly platform?: Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'activity'; readonly activity: string; readonly platformId?: string; readonly platform?: Readonly<Record<string, unknown>>; readonly opensWindow?: boolean }
  | {
      readonly kind: 'contact';
      readonly change: 'number' | 'user_id' | 'identity' | 'name' | 'details';
      /** `addresses` of the fact name the customer as known before; `current` are added to the same conversation, `previous` retired from sending. */
      readonly previous: readonly Identity[];
      readonly current: readonly Identity[];
      readonly message?: { readonly platformId: string; readonly content: InboundContent };
      readonly platform?: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: 'control';
      readonly change: string;
      readonly owner?: string;
      readonly previousOwner?: string;
      readonly metadata?: string;
      readonly summary?: string;
      readonly platform?: Readonly<Record<string, unknown>>;
    }
  | {
      readonly kind: 'opened';
      readonly by: 'referral' | 'opt_in';
      readonly platformId?: string;
      readonly referral?: Readonly<Record<string, unknown>>;
      readonly opensWindow?: boolean;
    }
  | {
      readonly kind: 'channel';
      readonly change: string;
      readonly field: string;
      readonly event?: string;
      readonly errors?: readonly PlatformError[];
      readonly platform?: Readonly<Record<string, unknown>>;
    };

/** An element that could not become a fact; it becomes a dead letter with its own bytes. */
export interface Reject {
  readonly path: string;
  readonly code: FailureCode;
  readonly reason: string;
  /** The account the element names, where it can be told: the dead letter counts under its channel. */
  readonly account?: string;
  readonly channelType?: ChannelType;
  /** The element's own JSON, digits kept. Absent: the whole body. */
  readonly element?: string;
}
/** Facts and rejects stand in the order of the body; together they are its elements, each counted once. */
export interface Normalized {
  readonly facts: readonly Fact[];
  readonly rejects: readonly Reject[];
}
export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}
export interface MediaStream {
  readonly bytes: Readable;
  readonly mime: string;
  readonly size?: number;
}

/** What render may know beside the command; resolved by admit. */
export interface RenderContext {
  readonly channel: { readonly id: string; readonly type: ChannelType; readonly account: string; readonly address?: string; readonly settings: Readonly<Record<string, unknown>> };
  /** PUBLIC_URL with a slash at the end: for platforms that take the address of their callbacks with each message. */
  readonly publicUrl: string;
  /** The address to send to, as the platform last told it (never our guess). */
  readonly to: Identity;
  /** The platform's id of the message that this one answers, and of the one that a reaction is to. */
  readonly replyTo?: string;
  readonly reactTo?: string;
  /** Set by policy: a person writes after the window has closed (messenger.md 5.2). */
  readonly tag?: 'HUMAN_AGENT';
  /** Our id of this message and attempt; the platform returns it in statuses where it can. */
  readonly ownId: string;
}
/** What the customer will not see as it was given; codes are those of `_content/losses.ts`. */
export interface Loss {
  readonly code: string;
  readonly detail: string;
}
/** An option that the customer can only type: "2" comes back as the choice of this id. */
export interface MenuOption {
  readonly n: number;
  readonly id: string;
  readonly title: string;
}
/** One HTTP call, without host and credentials: what the preview shows and what the client sends, byte for byte. */
export interface Call {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly path: string;
  readonly contentType: 'application/json' | 'application/x-www-form-urlencoded';
  readonly body: string;
}
export interface Rendered {
  readonly calls: readonly Call[];
  readonly losses: readonly Loss[];
  /** Where options were numbered. */
  readonly menu?: readonly MenuOption[];
  /** Where the platform bills by segment: of all parts together. */
  readonly sms?: { readonly encoding: 'GSM-7' | 'UCS-2'; readonly segments: number };
}

/** Tells the customer that their message was read, or that somebody writes; no message, and none waits for it. `message`: the platform's id of theirs. */
export interface Signal {
  readonly kind: 'read' | 'typing';
  readonly message?: string;
  /** With `read`: both. */
  readonly typing?: boolean;
}

export interface Capabilities {
  readonly natives: Natives;
  readonly text: { readonly max: number; readonly unit: 'character' | 'byte' | 'segment' };
  /** The platform sends no `sent` of its own: its acceptance is it. */
  readonly acceptedIsSent?: true;
  /** Hours after the customer's last message in which free-form replies are allowed; null: no window. */
  readonly windowHours: number | null;
  readonly limits: Limits;
}
export interface Limits {
  /** Calls per second of one sending account; `inboundCounts`: inbound messages use the same allowance. */
  readonly account: { readonly perSecond: number; readonly inboundCounts: boolean };
  /** Per recipient: one call per `everyMs`, with a burst. */
  readonly recipient?: { readonly everyMs: number; readonly burst: number };
  /** Requests per second to the platform's lists, for what was missed. Absent: it has none. */
  readonly listPerSecond?: number;
}
/** What a call needs to be made: unsealed, never logged. `accessToken` for Graph, `accountSid`/`authToken` for Twilio. */
export type Credentials = Readonly<Record<string, string>>;
/** What a platform answered, for evidence and the redacted exchange. `aliases`: addresses that the answer names for the recipient. */
export interface Sent {
  /** Null: the platform names no message for such a call (a reaction by sender action). */
  readonly platformId: string | null;
  readonly aliases: readonly Identity[];
  readonly status: number;
  readonly body: string;
}
export interface SendOptions {
  readonly baseUrl: string;
  readonly credentials: Credentials;
  readonly signal: AbortSignal;
}

/** What a platform still lists of the time in which we were away: a body as its webhook would have brought it, for the journal. */
export interface Missed {
  /** Path and query of the webhook that it stands for. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}
export interface ListQuery {
  readonly account: string;
  /** Wall clock of the platform: messages from this moment on, overlap included. */
  readonly since: Date;
  /** Messages of ours that the platform took and told no final status of: its id, and our own of the call. */
  readonly unsettled: readonly { readonly platformId: string; readonly ownId: string }[];
  readonly settings: Readonly<Record<string, unknown>>;
}
export interface ListOptions extends SendOptions {
  /** Resolves when the next request may be made: call it before each one (capabilities.limits.listPerSecond). */
  turn(): Promise<void>;
}
/** A customer as the platform shows them; absent: refused, or not known. */
export interface Profile {
  readonly name?: string;
  readonly picture?: string;
  readonly platform?: Readonly<Record<string, unknown>>;
}

/** A template as the platform lists it, one language of it. */
export interface Template {
  readonly platformId: string;
  readonly name: string;
  readonly language: string;
  /** The platform's own word: APPROVED, PENDING, REJECTED, PAUSED, DISABLED, and what comes. */
  readonly status: string;
  readonly category?: string;
  readonly named: boolean;
  /** As the platform has them. */
  readonly components: readonly unknown[];
}
export interface TemplateTarget {
  readonly account: string;
  readonly businessAccount: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What a check of a channel found, and what to do where it does not hold. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}
export interface CheckTarget {
  readonly account: string;
  readonly businessAccount: string | null;
  readonly address: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Addresses that the platform may call, the shared one first; without query and fragment. */
  readonly webhooks: readonly string[];
  /** Secrets of the app, current first: with an app's id they read what the app has subscribed to. */
  readonly secrets: readonly string[];
}

/** What one webhook endpoint needs; Meta's and Twilio's each carry several channel types. Pure and synchronous. */
export type WebhookAdapter = Pick<ChannelAdapter, 'handshake' | 'verify' | 'ack' | 'normalize'>;

export interface ChannelAdapter {
  readonly channel: ChannelType;
  readonly capabilities: Capabilities;

  // Pure and synchronous: same values in, same values out, faults are values.
  /** Meta's hub.challenge; null: not a handshake. */
  handshake(request: WebhookRequest, keys: Keys): Reply | null;
  /** Constant time over every key; says which matched. */
  verify(request: WebhookRequest, keys: Keys): Result<VerifiedRequest, 'missing' | 'mismatch'>;
  /** What this platform wants to hear for this kind of webhook. */
  ack(request: VerifiedRequest): Reply;
  /** Total: any bytes give facts and rejects, nothing throws. */
  normalize(request: VerifiedRequest): Normalized;
  render(content: OutboundContent, context: RenderContext): Result<Rendered, Failure>;
  /** Absent: the channel has no such thing. */
  renderSignal?(signal: Signal, context: RenderContext): Result<readonly Call[], Failure>;
  /** What is wrong with a template against those of its name that the platform lists, in words; null: nothing. */
  checkTemplate?(content: Extract<OutboundContent, { type: 'template' }>, listed: readonly Template[]): string | null;
  /** Total. */
  classify(error: unknown): Failure;

  // The wire: one attempt each, cancellable; throws what the platform throws.
  send(call: Call, options: SendOptions): Promise<Sent>;
  /** A call of `renderSignal`. */
  signal?(call: Call, options: SendOptions): Promise<void>;
  /** Whether the platform has this call, where it can be asked: what it answered then, null where none was found, undefined where it can not be told. */
  lookUp?(call: Call, at: { readonly account: string; readonly since: Date }, options: SendOptions): Promise<Sent | null | undefined>;
  /** Messages since then, in order, page by page; the caller stops taking when it has had enough. */
  list?(query: ListQuery, options: ListOptions): AsyncIterable<Missed>;
  /** Every template of the account, in every language; null: the channel does not say where to look. */
  templates?(target: TemplateTarget, options: SendOptions): Promise<readonly Template[] | null>;
  /** Asks the platform whether it knows our credentials and will call us. Faults of the wire are findings too. */
  check?(target: CheckTarget, options: SendOptions): Promise<readonly Finding[]>;
  /** Null: the platform tells nothing of this customer. */
  profile?(customer: Identity, at: { readonly account: string; readonly settings: Readonly<Record<string, unknown>> }, options: SendOptions): Promise<Profile | null>;
}

export type Provider = 'meta' | 'twilio';
/** Who reads the webhooks of an endpoint, by its name in the journal. */
export const providerOf = (endpoint: string): Provider => (endpoint.startsWith('sms') ? 'twilio' : 'meta');
export interface Adapters {
  /** Who carries a channel; undefined: not connectable yet. */
  of(type: ChannelType, provider: Provider): ChannelAdapter | undefined;
  /** Who reads a webhook of a provider. */
  webhooks(provider: Provider): WebhookAdapter | undefined;
}
