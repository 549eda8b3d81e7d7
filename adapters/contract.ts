import type { Readable } from 'node:stream';
import type { ChannelType, Failure, Identity, OutboundContent } from '../schemas/index.ts';
import type { Normalized } from './facts.ts';
import type { Files, MediaNeed, Upload, Uploaded, UploadTarget } from './files.ts';
import type { Natives } from './natives.ts';

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

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}
/** A file of a message, as the platform names it. */
export interface MediaRef {
  /** WhatsApp media id, CDN address, Twilio media address. */
  readonly platformRef: string;
  /** The platform's id of the message that it belongs to, and which file of it, from 0. */
  readonly message: string | null;
  readonly index: number;
  /** A link that the webhook gave; it may have died since. */
  readonly url: string | null;
}
/** What an address answered with 200. */
export interface MediaStream {
  readonly body: Readable;
  readonly type: string | null;
  readonly length: number | null;
  readonly filename: string | null;
}
export interface MediaOptions extends SendOptions {
  readonly account: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Whether an address is of the base that the installation configured for this channel: as much the platform's own as its public hosts. */
  own(url: URL): boolean;
  /** GETs an address behind the guard of the core (public addresses, bounds, redirects); `authorization` goes to its own origin alone. Throws MediaFault. */
  open(url: string, authorization?: string): Promise<MediaStream>;
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
  /** Our id of this message and attempt; the platform returns it in statuses where it can. */
  readonly ownId: string;
  /** Set where the 24-hour window is closed and a person answers within 7 days: the platform takes it under this tag alone. */
  readonly tag?: 'HUMAN_AGENT';
  /** Absent: the content names no files, or they are judged by their addresses alone. */
  readonly files?: Files;
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
  /** Absent: the calls are final. */
  readonly needs?: readonly MediaNeed[];
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
  /** Hours after the customer's last message in which a person (never a bot) may still answer, under the tag HUMAN_AGENT. */
  readonly humanAgentHours?: number;
  /** Outside the window an approved template may be sent. */
  readonly templateOutsideWindow?: true;
  /** Values of `tag` in a raw payload that the platform no longer takes. */
  readonly retiredTags?: readonly string[];
  /** The platform keeps no order between calls: a part waits for the status `sent` of the one before, so many ms at most. */
  readonly partWaitMs?: number;
  readonly limits: Limits;
}
export interface Limits {
  /** Calls per second of one sending account; `inboundCounts`: inbound messages use the same allowance. */
  readonly account: {
    readonly perSecond: number;
    readonly inboundCounts: boolean /** By what the sender's own address looks like, first match; else `perSecond`. */;
    readonly senders?: readonly SenderPace[];
  };
  /** Calls that carry audio or video have an allowance of their own, beside that of the account. */
  readonly media?: { readonly perSecond: number };
  /** Per recipient: one call per `everyMs`, with a burst. */
  readonly recipient?: { readonly everyMs: number; readonly burst: number };
  /** Requests per second to the platform's lists, for what was missed. Absent: it has none. */
  readonly listPerSecond?: number;
}
export interface SenderPace {
  readonly address: RegExp;
  readonly perSecond: number;
}
/** What a call uses up: places of the account's allowance (segments, on SMS), and whether it counts as media. */
export interface Cost {
  readonly units: number;
  readonly media: boolean;
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
  /** The platform showed the account to our credentials, whatever else is wrong. */
  readonly access?: true;
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
  /** What a call of ours uses up; absent: one place. Total. */
  costs?(call: Call): Cost;
  /** Absent: the channel has no such thing. */
  renderSignal?(signal: Signal, context: RenderContext): Result<readonly Call[], Failure>;
  /** What is wrong with a template against those of its name that the platform lists, in words; null: nothing. */
  checkTemplate?(content: Extract<OutboundContent, { type: 'template' }>, listed: readonly Template[]): string | null;
  /** Total. */
  classify(error: unknown): Failure;

  // The wire: one attempt each, cancellable; throws what the platform throws.
  send(call: Call, options: SendOptions): Promise<Sent>;
  /** Hands a file to the platform, streamed; absent where it fetches by link. Throws as `send`; repeating it does no harm. */
  uploadMedia?(file: Upload, target: UploadTarget, options: SendOptions): Promise<Uploaded>;
  /** A call of `renderSignal`. */
  signal?(call: Call, options: SendOptions): Promise<void>;
  /** Whether the platform has this call, where it can be asked: what it answered then, null where none was found, undefined where it can not be told. */
  lookUp?(call: Call, at: { readonly account: string; readonly since: Date }, options: SendOptions): Promise<Sent | null | undefined>;
  /** Takes back a message that the platform has and has not sent; false: it does not let go of it. Absent: there is no such thing. Throws what the platform throws. */
  cancel?(platformId: string, at: { readonly account: string }, options: SendOptions): Promise<boolean>;
  /** Messages since then, in order, page by page; the caller stops taking when it has had enough. */
  list?(query: ListQuery, options: ListOptions): AsyncIterable<Missed>;
  /** Every template of the account, in every language; null: the channel does not say where to look. */
  templates?(target: TemplateTarget, options: SendOptions): Promise<readonly Template[] | null>;
  /** Asks the platform whether it knows our credentials and will call us. Faults of the wire are findings too. */
  check?(target: CheckTarget, options: SendOptions): Promise<readonly Finding[]>;
  /** The bytes of a file, from a fresh link where the known one is dead. Throws MediaFault, and what the platform's API throws. Absent: the channel has no files of its own. */
  fetchMedia?(ref: MediaRef, options: MediaOptions): Promise<MediaStream>;
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
