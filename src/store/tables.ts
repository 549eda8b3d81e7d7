/**
 * The one SQL schema, as Kysely sees it; SQLite and PostgreSQL alike. Times are epoch milliseconds (BIGINT) except the ISO texts
 * inside events; booleans are 0 and 1; JSON is text. `offset` is a reserved word of SQL: the column is `off`.
 */
export interface Database {
  meta: { key: string; value: string };
  /** settings: JSON of TenantSettings; see outbound/tenant-settings.ts. */
  tenants: { id: string; name: string | null; created_at: number; settings: string | null };
  /** Edits and deletions that came before their original. key: `<channel>:<platform id>`; change: JSON, see inbound/early-changes.ts. */
  early_changes: { key: string; change: string; at: number };
  /** hash: SHA-256 hex of the key. scopes: JSON array of send, read, admin. tenant null: installation admin. */
  api_keys: { id: string; name: string; tenant: string | null; scopes: string; hash: string; created_at: number; revoked_at: number | null };
  /**
   * account: phone_number_id, page id, IGID, or AccountSid + ' ' + address. key_ids: JSON array of key ids that may sign for it.
   * sealed: AES-256-GCM over the credentials JSON. settings: JSON of what is no secret (businessAccountId, baseUrl, limits).
   */
  channels: {
    id: string;
    type: string;
    provider: string;
    tenant: string;
    name: string | null;
    address: string | null;
    account: string;
    business_account: string | null;
    managed: 'file' | 'api';
    state: 'active' | 'paused' | 'deleted';
    state_reason: string | null;
    key_ids: string;
    sealed: string;
    settings: string;
    created_at: number;
    updated_at: number;
  };
  /** identities: JSON array of Identity, all that is known of the contact; rewritten only when one is added. */
  /** profile: JSON as the platform showed it last, profile_at: when it was asked (also where it told nothing); null: never. */
  contacts: {
    id: string;
    tenant: string;
    name: string | null;
    identities: string;
    created_at: number;
    erased_at: number | null;
    profile: string | null;
    profile_at: number | null;
  };
  /** watermarks: JSON, the highest delivered and read; see inbound/watermarks.ts. sendable: JSON Identity, the address that the platform last told (answers go there). moved_to: the older conversation this one was linked to. last_message, messages: the newest, and how many there were; see message-chain.ts. seq, seq_time, seq_off: what `seqs` has for others, of its messages' topic (SQLite only; see numbers.ts). */
  conversations: {
    id: string;
    tenant: string;
    channel: string;
    contact: string;
    sendable: string | null;
    window_expires_at: number | null;
    created_at: number;
    moved_to: string | null;
    watermarks: string | null;
    last_message: string | null;
    messages: number;
    seq?: number;
    seq_time?: number;
    seq_off?: number | null;
  };
  /** Unique on (channel, value, kind): how a conversation is found. kind is an IdentityType, or 'phone_variant' for derived national variants. */
  aliases: { channel: string; kind: string; value: string; conversation: string };
  /** Gapless numbering per subject (conversation, channel or 'unrouted') and topic; on SQLite without the messages of conversations, and behind the log, see numbers.ts. last_time: ms, for `late`. last_off: of the newest event. */
  seqs: { subject: string; topic: string; last: number; last_time: number; last_off: number | null };
  /**
   * Delivery log and outbound queue. state: MessageState; inbound rows have 'received'. part rows are in calls.
   * queue_state: null (not queued), 'held' (behind another of its conversation), 'ready', 'calling', 'waiting' (next_at), 'doubt',
   * 'done'. queue_rank: who holds whom, see outbound/queue-order.ts. awaits: the part whose status the next one waits for. mode: how the
   * calls were rendered (plain, human_agent, template); on_closed: the template that takes their place. fallback: JSON, what is left of
   * the chain; fallback_of: the message that this one stands in for; fallback_at: when it
   * is looked at. again_at: when a failed status starts a new attempt. command_*: who asked. prev: the message before it in its conversation.
   */
  messages: {
    id: string;
    tenant: string;
    channel: string;
    conversation: string | null;
    contact: string | null;
    direction: 'inbound' | 'outbound';
    platform_id: string | null;
    state: string;
    content_type: string;
    content: string;
    preview: string;
    at: number;
    created_at: number;
    updated_at: number;
    reply_to: string | null;
    author: string | null;
    priority: number;
    send_at: number | null;
    expires_at: number | null;
    queue_state: string | null;
    next_at: number | null;
    attempt: number;
    parts: number;
    sent_parts: number;
    epoch: number | null;
    command_source: string | null;
    command_id: string | null;
    metadata: string | null;
    error_code: string | null;
    platform_code: string | null;
    platform_message: string | null;
    recipient: string | null;
    options: string | null;
    category: string | null;
    on_closed: string | null;
    mode: string | null;
    queue_rank: number;
    awaits: number | null;
    fallback: string | null;
    fallback_of: string | null;
    fallback_at: number | null;
    again_at: number | null;
    prev: string | null;
  };
  /** Each 32nd message of a conversation; see message-chain.ts. */
  message_marks: { conversation: string; id: string };
  /** How much of each priority is queued on a channel: position and quota without counting. */
  queue_depths: { channel: string; priority: number; tenant: string; n: number };
  /**
   * What a contact agreed to. channel: where it was told; '' for scope all. scope: sender, service (the messaging service named by
   * `service`), marketing, all, or capped (the platform's own pause, with `until`). The newest of (contact, channel, scope) counts.
   */
  consents: {
    tenant: string;
    contact: string;
    channel: string;
    scope: string;
    service: string;
    state: 'opted_in' | 'opted_out';
    source: string;
    keyword: string | null;
    detail: string | null;
    at: number;
    until: number | null;
  };
  /** One platform call of a message: journalled ('calling') before it is made; ends sent, not_sent or unknown. */
  calls: {
    message: string;
    attempt: number;
    part: number;
    channel: string;
    state: 'pending' | 'calling' | 'sent' | 'not_sent' | 'unknown';
    status: string;
    platform_id: string | null;
    epoch: number;
    started_at: number | null;
    ended_at: number | null;
    method: string;
    path: string;
    content_type: string;
    body: string;
    failure: string | null;
    /** Places of the account's allowance that it uses; media: 1 where it counts as audio or video. */
    units: number;
    media: number;
  };
  /** Redacted HTTP exchanges, kept EXCHANGE_RETENTION_DAYS. */
  exchanges: {
    id: string;
    message: string;
    attempt: number;
    part: number;
    at: number;
    ms: number;
    request: string;
    status: number | null;
    response: string | null;
    outcome: string;
  };
  /** What happened to a message, in order of recording. */
  timeline: { id: string; message: string; at: number; recorded_at: number; kind: string; detail: string };
  /** The log and the outbox are the same rows. off, seq: null until numbered (PostgreSQL only; ord is the order of insertion there). prev_off: of the event before it of the same subject and topic. body: JSON without seq; see append-events. */
  events: {
    off: number | null;
    ord?: number;
    id: string;
    topic: string;
    type: string;
    subject: string;
    seq: number | null;
    late: number;
    tenant: string | null;
    channel: string | null;
    time: number;
    created_at: number;
    body: string;
    prev_off: number | null;
  };
  /**
   * Deduplication: the first 16 bytes of the event id (the UUID itself). Never pruned by default. message: what a message fact became,
   * so that it is found by the platform's id too (told-messages.ts); a row of `messages` may not be there any more.
   */
  seen: { id: Uint8Array; message: string | null };
  /** All of it: embedded, what came lately is not in `seen` yet, and may be in both for a while (seen-lately.ts). */
  ever_seen: { id: Uint8Array; message: string | null };
  dead_letters: {
    id: string;
    tenant: string | null;
    channel: string | null;
    code: string;
    reason: string;
    journal: string | null;
    path: string;
    element: string | null;
    state: 'open' | 'retried' | 'discarded';
    event_id: string;
    /** Of the body that it came from, so that it can be read again when the journal's file is gone. */
    key_id: string | null;
    endpoint: string | null;
    url: string | null;
    received_at: number | null;
    created_at: number;
    updated_at: number;
  };
  /** term: elements, published, duplicate, absorbed, deadLettered, waiting. reason: for absorbed, else ''. channel may be 'unrouted'. */
  ledger: { channel: string; day: string; term: string; reason: string; n: number };
  /** split: bodies split so far; last: last journal offset processed. */
  journal_cursors: { journal: string; last: number; split: number };
  /** Statuses that wait for their send response, by (channel, platform id). fact: JSON of the Fact with its journal ref. */
  waiting_statuses: { channel: string; platform_id: string; event_id: string; fact: string; arrived_at: number; deadline: number; day: string };
  /** Admitted once per (tenant, source, key); source 'api' for Idempotency-Key. */
  idempotency: { tenant: string; source: string; key: string; message: string; body_hash: string; created_at: number };
  /** Options that a message of ours numbered: JSON array of { n, id, title }; see inbound/menus.ts. */
  menus: { message: string; conversation: string; options: string };
  leases: { shard: number; owner: string; epoch: number; expires_at: number };
  /** Named cursors over the event log: relay, consumers, numbers (what the counters of `seqs` and `conversations` count, embedded). detail: JSON (the relay keeps Kafka's end offsets). */
  cursors: { name: string; off: number; detail: string | null; updated_at: number };
  replays: { id: string; tenant: string | null; state: string; request: string; result: string | null; created_at: number; updated_at: number };
  /** Platform ids that something names and nobody here has seen. named_by: status, reply, reaction. */
  suspected_gaps: { channel: string; platform_id: string; named_by: string; conversation: string | null; named_at: number };
  /** As the platform listed them last, per channel. named: 1 where variables have names. components: JSON, the platform's own. */
  templates: { channel: string; name: string; language: string; status: string; category: string | null; named: number; components: string; platform_id: string };
  /** When a channel's templates were listed; synced_at null: never yet. fault: what the last try said, null where it succeeded. */
  template_syncs: { channel: string; synced_at: number | null; tried_at: number; fault: string | null };
  /**
   * Files, both ways. id: md_…; message null: uploaded by API. kind: the content's (image, audio, voice, video, document, sticker,
   * post). direction: inbound, or outbound (uploaded or fetched to be sent). key: where the bytes are (see media/port.ts), null where
   * there are none. platform_ref: the platform's own name of the file. platform_message: the platform's id of the message. link: one
   * that the webhook gave and that dies soon. platform_sha256: hex, as the platform announced. declared_type: the platform's or caller's word,
   * mime_type: by the bytes. reason: in words, of a failed one. attempts, next_at: of the fetch; round: how often it was begun anew by
   * API. parent, variant: what this one was made from, and how (converted files); they end with their parent.
   */
  media: {
    id: string;
    tenant: string;
    channel: string | null;
    conversation: string | null;
    message: string | null;
    direction: 'inbound' | 'outbound';
    kind: string;
    state: 'pending' | 'ready' | 'failed';
    key: string | null;
    platform_ref: string | null;
    platform_message: string | null;
    link: string | null;
    platform_sha256: string | null;
    declared_type: string | null;
    mime_type: string | null;
    filename: string | null;
    bytes: number | null;
    sha256: string | null;
    width: number | null;
    height: number | null;
    duration_ms: number | null;
    reason: string | null;
    attempts: number;
    round: number;
    /** Who goes first: 0, what is said now; 1, what was said long ago (history of a phone). */
    rank: number;
    next_at: number | null;
    parent: string | null;
    variant: string | null;
    created_at: number;
    updated_at: number;
  };
  /** Bytes in the media store, by key. removing: 1 from the moment nothing refers to them until they are gone; nobody may refer to them then. */
  media_blobs: { key: string; bytes: number; removing: number };
  /** Ids under which a platform holds a file of ours. variant: '' for the file as it is. account: of the channel (ids are valid for it alone). */
  media_uploads: { media: string; variant: string; account: string; platform_id: string; expires_at: number; created_at: number };
  /**
   * Messages whose files must be got ready (fetched, converted, uploaded) before their calls are final. state: pending, ready, failed.
   * parked: 1 where the message waits for it. renewed: 1 where an upload was made anew since the platform no longer knew it. until: the
   * first moment at which an upload or a link in the calls ends. tries: JSON, see outbound/decide.ts.
   */
  preparations: { message: string; channel: string; state: 'pending' | 'ready' | 'failed'; parked: number; renewed: number; until: number; tries: string | null; next_at: number };
  /** What was fetched from an address, so that a campaign fetches it once. url_hash: SHA-256 hex. */
  media_fetches: { tenant: string; url_hash: string; media: string; fetched_at: number };
  /** Codecs of recordings and films, as ffprobe told them: JSON of FileFacts.inside. */
  media_insides: { media: string; inside: string };
  audit: { id: string; at: number; actor: string; tenant: string | null; action: string; detail: string };
}
