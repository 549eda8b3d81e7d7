import type { ChannelType, Failure, FailureCode, Identity, InboundContent, MessageState, PlatformError } from '../schemas/index.ts';

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
