type Kind = 'sqlite' | 'postgres';

/**
 * The schema, version by version; a version that was released never changes. One text for both databases: {now}, {blob},
 * {events_key} and {without_rowid} are what differs; what one of them alone has stands under its name.
 */
const DIALECT = {
  sqlite: { now: "CAST(strftime('%s', 'now') AS INTEGER) * 1000", blob: 'BLOB', events_key: 'off INTEGER PRIMARY KEY', without_rowid: ' WITHOUT ROWID' },
  postgres: { now: 'CAST(extract(epoch FROM now()) * 1000 AS BIGINT)', blob: 'BYTEA', events_key: 'ord BIGSERIAL PRIMARY KEY, off BIGINT UNIQUE', without_rowid: '' },
} as const;

const VERSIONS: readonly (string | Readonly<Partial<Record<Kind, string>>>)[] = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
   CREATE TABLE tenants (id TEXT PRIMARY KEY, name TEXT, created_at BIGINT NOT NULL);
   CREATE TABLE api_keys (id TEXT PRIMARY KEY, name TEXT NOT NULL, tenant TEXT, scopes TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, created_at BIGINT NOT NULL, revoked_at BIGINT);
   CREATE TABLE channels (id TEXT PRIMARY KEY, type TEXT NOT NULL, provider TEXT NOT NULL, tenant TEXT NOT NULL, name TEXT, address TEXT, account TEXT NOT NULL, business_account TEXT,
     managed TEXT NOT NULL, state TEXT NOT NULL, state_reason TEXT, key_ids TEXT NOT NULL, sealed TEXT NOT NULL, settings TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
   CREATE UNIQUE INDEX channels_account ON channels (type, account) WHERE state <> 'deleted';
   CREATE TABLE contacts (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, name TEXT, identities TEXT NOT NULL, created_at BIGINT NOT NULL, erased_at BIGINT);
   CREATE TABLE conversations (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, channel TEXT NOT NULL, contact TEXT NOT NULL, sendable TEXT, window_expires_at BIGINT, created_at BIGINT NOT NULL, moved_to TEXT, watermarks TEXT);
   CREATE INDEX conversations_contact ON conversations (contact);
   CREATE TABLE aliases (channel TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, conversation TEXT NOT NULL, PRIMARY KEY (channel, kind, value)){without_rowid};
   CREATE INDEX aliases_conversation ON aliases (conversation);
   CREATE TABLE seqs (subject TEXT NOT NULL, topic TEXT NOT NULL, last BIGINT NOT NULL, last_time BIGINT NOT NULL, prev_time BIGINT NOT NULL, PRIMARY KEY (subject, topic)){without_rowid};
   CREATE TABLE messages (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, channel TEXT NOT NULL, conversation TEXT, contact TEXT, direction TEXT NOT NULL, platform_id TEXT, state TEXT NOT NULL,
     content_type TEXT NOT NULL, content TEXT NOT NULL, preview TEXT NOT NULL, at BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, reply_to TEXT, author TEXT, priority BIGINT NOT NULL,
     send_at BIGINT, expires_at BIGINT, queue_state TEXT, next_at BIGINT, attempt BIGINT NOT NULL, parts BIGINT NOT NULL, sent_parts BIGINT NOT NULL, epoch BIGINT, command_source TEXT, command_id TEXT,
     metadata TEXT, error_code TEXT, platform_code TEXT, platform_message TEXT, recipient TEXT, options TEXT){without_rowid};
   CREATE INDEX messages_platform ON messages (channel, platform_id);
   CREATE INDEX messages_conversation ON messages (conversation, id);
   CREATE INDEX messages_queue ON messages (conversation, id) WHERE queue_state IS NOT NULL AND queue_state <> 'done';
   CREATE TABLE calls (message TEXT NOT NULL, attempt BIGINT NOT NULL, part BIGINT NOT NULL, channel TEXT NOT NULL, state TEXT NOT NULL, status TEXT NOT NULL, platform_id TEXT, epoch BIGINT NOT NULL,
     started_at BIGINT, ended_at BIGINT, method TEXT NOT NULL, path TEXT NOT NULL, content_type TEXT NOT NULL, body TEXT NOT NULL, failure TEXT, PRIMARY KEY (message, attempt, part)){without_rowid};
   CREATE INDEX calls_platform ON calls (channel, platform_id);
   CREATE INDEX calls_started ON calls (channel, started_at);
   CREATE TABLE exchanges (id TEXT PRIMARY KEY, message TEXT NOT NULL, attempt BIGINT NOT NULL, part BIGINT NOT NULL, at BIGINT NOT NULL, ms BIGINT NOT NULL, request TEXT NOT NULL, status BIGINT, response TEXT, outcome TEXT NOT NULL);
   CREATE INDEX exchanges_message ON exchanges (message);
   CREATE TABLE timeline (id TEXT PRIMARY KEY, message TEXT NOT NULL, at BIGINT NOT NULL, recorded_at BIGINT NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL);
   CREATE INDEX timeline_message ON timeline (message, id);
   CREATE TABLE events ({events_key}, id TEXT NOT NULL, topic TEXT NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL, seq BIGINT, late BIGINT NOT NULL, tenant TEXT, channel TEXT, time BIGINT NOT NULL, created_at BIGINT NOT NULL, body TEXT NOT NULL);
   CREATE INDEX events_id ON events (id);
   CREATE TABLE seen (id {blob} PRIMARY KEY){without_rowid};
   CREATE TABLE dead_letters (id TEXT PRIMARY KEY, tenant TEXT, channel TEXT, code TEXT NOT NULL, reason TEXT NOT NULL, journal TEXT, path TEXT NOT NULL, element TEXT, state TEXT NOT NULL, event_id TEXT NOT NULL, key_id TEXT, endpoint TEXT, url TEXT, received_at BIGINT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
   CREATE TABLE ledger (channel TEXT NOT NULL, day TEXT NOT NULL, term TEXT NOT NULL, reason TEXT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (channel, day, term, reason)){without_rowid};
   CREATE TABLE journal_cursors (journal TEXT PRIMARY KEY, last BIGINT NOT NULL, split BIGINT NOT NULL);
   CREATE TABLE waiting_statuses (channel TEXT NOT NULL, platform_id TEXT NOT NULL, event_id TEXT NOT NULL, fact TEXT NOT NULL, arrived_at BIGINT NOT NULL, deadline BIGINT NOT NULL, day TEXT NOT NULL, PRIMARY KEY (event_id));
   CREATE INDEX waiting_platform ON waiting_statuses (channel, platform_id);
   CREATE INDEX waiting_deadline ON waiting_statuses (deadline);
   CREATE TABLE idempotency (tenant TEXT NOT NULL, source TEXT NOT NULL, key TEXT NOT NULL, message TEXT NOT NULL, body_hash TEXT NOT NULL, created_at BIGINT NOT NULL, PRIMARY KEY (tenant, source, key));
   CREATE TABLE leases (shard BIGINT PRIMARY KEY, owner TEXT NOT NULL, epoch BIGINT NOT NULL, expires_at BIGINT NOT NULL);
   CREATE TABLE cursors (name TEXT PRIMARY KEY, off BIGINT NOT NULL, detail TEXT, updated_at BIGINT NOT NULL);
   CREATE TABLE replays (id TEXT PRIMARY KEY, tenant TEXT, state TEXT NOT NULL, request TEXT NOT NULL, result TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL);
   CREATE TABLE audit (id TEXT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, tenant TEXT, action TEXT NOT NULL, detail TEXT NOT NULL)`,
  `CREATE TABLE suspected_gaps (channel TEXT NOT NULL, platform_id TEXT NOT NULL, named_by TEXT NOT NULL, conversation TEXT, named_at BIGINT NOT NULL, PRIMARY KEY (channel, platform_id)){without_rowid};
   ALTER TABLE contacts ADD COLUMN profile TEXT;
   ALTER TABLE contacts ADD COLUMN profile_at BIGINT`,
  // What is looked at with every batch, and what is pruned every minute, must not cost more with more channels and messages.
  `CREATE INDEX channels_updated ON channels (updated_at);
   CREATE INDEX idempotency_created ON idempotency (created_at)`,
  // By conversation, for readers that filter and for a replay. An index of random ids touched another page with every event.
  `DROP INDEX events_id;
   CREATE INDEX events_subject ON events (subject, topic);
   CREATE INDEX conversations_moved ON conversations (moved_to) WHERE moved_to IS NOT NULL`,
  `CREATE TABLE templates (channel TEXT NOT NULL, name TEXT NOT NULL, language TEXT NOT NULL, status TEXT NOT NULL, category TEXT, named BIGINT NOT NULL, components TEXT NOT NULL, platform_id TEXT NOT NULL, PRIMARY KEY (channel, name, language)){without_rowid};
   CREATE TABLE template_syncs (channel TEXT PRIMARY KEY, synced_at BIGINT, tried_at BIGINT NOT NULL, fault TEXT){without_rowid}`,
  `CREATE TABLE menus (message TEXT PRIMARY KEY, conversation TEXT NOT NULL, options TEXT NOT NULL){without_rowid};
   CREATE INDEX menus_conversation ON menus (conversation)`,
  `CREATE TABLE consents (tenant TEXT NOT NULL, contact TEXT NOT NULL, channel TEXT NOT NULL, scope TEXT NOT NULL, service TEXT NOT NULL, state TEXT NOT NULL, source TEXT NOT NULL, keyword TEXT, detail TEXT,
     at BIGINT NOT NULL, until BIGINT, PRIMARY KEY (contact, channel, scope)){without_rowid};
   CREATE INDEX channels_tenant ON channels (tenant);
   ALTER TABLE tenants ADD COLUMN settings TEXT;
   ALTER TABLE messages ADD COLUMN category TEXT;
   ALTER TABLE messages ADD COLUMN on_closed TEXT;
   ALTER TABLE messages ADD COLUMN mode TEXT;
   ALTER TABLE messages ADD COLUMN queue_rank BIGINT NOT NULL DEFAULT 2;
   ALTER TABLE messages ADD COLUMN awaits BIGINT;
   ALTER TABLE messages ADD COLUMN fallback TEXT;
   ALTER TABLE messages ADD COLUMN fallback_of TEXT;
   ALTER TABLE messages ADD COLUMN fallback_at BIGINT;
   ALTER TABLE messages ADD COLUMN again_at BIGINT;
   ALTER TABLE calls ADD COLUMN units BIGINT NOT NULL DEFAULT 1;
   ALTER TABLE calls ADD COLUMN media BIGINT NOT NULL DEFAULT 0;
   CREATE TABLE queue_depths (channel TEXT NOT NULL, priority BIGINT NOT NULL, tenant TEXT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (channel, priority)){without_rowid};
   CREATE INDEX queue_depths_tenant ON queue_depths (tenant, n);
   INSERT INTO queue_depths (channel, priority, tenant, n) SELECT channel, priority, min(tenant), count(*) FROM messages WHERE queue_state IS NOT NULL AND queue_state <> 'done' GROUP BY channel, priority;
   DROP INDEX messages_queue;
   CREATE INDEX messages_order ON messages (conversation, queue_rank, id) WHERE queue_state IS NOT NULL AND queue_state <> 'done';
   CREATE INDEX messages_ready ON messages (channel, priority DESC, id) WHERE queue_state = 'ready';
   CREATE INDEX messages_due ON messages (next_at) WHERE queue_state = 'waiting';
   CREATE INDEX messages_doubt ON messages (next_at) WHERE queue_state = 'doubt';
   CREATE INDEX messages_expiry ON messages (expires_at) WHERE expires_at IS NOT NULL AND queue_state IN ('ready', 'waiting', 'held');
   CREATE INDEX messages_fallback ON messages (fallback_at) WHERE fallback_at IS NOT NULL;
   CREATE INDEX messages_again ON messages (again_at) WHERE again_at IS NOT NULL;
   CREATE INDEX messages_stand_ins ON messages (fallback_of) WHERE fallback_of IS NOT NULL AND queue_state IN ('ready', 'waiting', 'held');
   CREATE INDEX messages_fallback_of ON messages (fallback_of) WHERE fallback_of IS NOT NULL`,
  // Each event names the one before it of its subject and topic: what an index was for, whose every entry touched another page.
  `ALTER TABLE events ADD COLUMN prev_off BIGINT;
   ALTER TABLE seqs ADD COLUMN last_off BIGINT;
   UPDATE events SET prev_off = (SELECT max(p.off) FROM events p WHERE p.subject = events.subject AND p.topic = events.topic AND p.off < events.off);
   UPDATE seqs SET last_off = (SELECT max(e.off) FROM events e WHERE e.subject = seqs.subject AND e.topic = seqs.topic);
   DROP INDEX events_subject`,
  // Who else is this person: asked twice with every message, and not to cost more with more channels.
  `CREATE INDEX aliases_phone ON aliases (value) WHERE kind = 'phone';
   CREATE INDEX aliases_user ON aliases (value) WHERE kind = 'whatsapp_user'`,
  `CREATE TABLE media (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, channel TEXT, conversation TEXT, message TEXT, direction TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, key TEXT, platform_ref TEXT, platform_message TEXT,
     link TEXT, platform_sha256 TEXT, declared_type TEXT, mime_type TEXT, filename TEXT, bytes BIGINT, sha256 TEXT, width BIGINT, height BIGINT, duration_ms BIGINT, reason TEXT, attempts BIGINT NOT NULL, round BIGINT NOT NULL,
     rank BIGINT NOT NULL DEFAULT 0, next_at BIGINT, parent TEXT, variant TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL){without_rowid};
   CREATE INDEX media_due ON media (rank, next_at) WHERE state = 'pending';
   CREATE INDEX media_key ON media (key) WHERE key IS NOT NULL;
   CREATE INDEX media_message ON media (message) WHERE message IS NOT NULL;
   CREATE INDEX media_conversation ON media (conversation) WHERE conversation IS NOT NULL;
   CREATE INDEX media_parent ON media (parent) WHERE parent IS NOT NULL;
   CREATE INDEX media_tenant ON media (tenant, created_at);
   CREATE INDEX media_created ON media (created_at);
   CREATE INDEX media_state ON media (state, created_at);
   CREATE TABLE media_blobs (key TEXT PRIMARY KEY, bytes BIGINT NOT NULL, removing BIGINT NOT NULL){without_rowid};
   CREATE INDEX media_blobs_removing ON media_blobs (key) WHERE removing = 1;
   CREATE TABLE media_uploads (media TEXT NOT NULL, variant TEXT NOT NULL, account TEXT NOT NULL, platform_id TEXT NOT NULL, expires_at BIGINT NOT NULL, created_at BIGINT NOT NULL, PRIMARY KEY (media, variant, account)){without_rowid}`,
  // Sending files: what a message waits for, what was fetched of addresses, what is inside of recordings.
  `CREATE TABLE preparations (message TEXT PRIMARY KEY, channel TEXT NOT NULL, state TEXT NOT NULL, parked BIGINT NOT NULL, renewed BIGINT NOT NULL, until BIGINT NOT NULL, tries TEXT, next_at BIGINT NOT NULL){without_rowid};
   CREATE INDEX preparations_due ON preparations (channel, next_at) WHERE state = 'pending';
   CREATE TABLE media_fetches (tenant TEXT NOT NULL, url_hash TEXT NOT NULL, media TEXT NOT NULL, fetched_at BIGINT NOT NULL, PRIMARY KEY (tenant, url_hash)){without_rowid};
   CREATE INDEX media_fetches_age ON media_fetches (fetched_at);
   CREATE TABLE media_insides (media TEXT PRIMARY KEY, inside TEXT NOT NULL){without_rowid}`,
  // Whether a message was seen and which one it is are one look into one index. What was stored before is filled in by fill-seen.ts.
  `ALTER TABLE seen ADD COLUMN message TEXT;
   DROP INDEX messages_platform`,
  // What an event counts and what was before it are told by one statement.
  'ALTER TABLE seqs ADD COLUMN prev_off BIGINT',
  // What is dropped after its days is found by its age, not by a look at all of them every minute.
  `CREATE INDEX dead_letters_closed ON dead_letters (updated_at) WHERE state <> 'open';
   CREATE INDEX suspected_gaps_named ON suspected_gaps (named_at)`,
  // What waits for an original that never comes is somebody's words, and is dropped after its days too.
  `CREATE TABLE early_changes (key TEXT PRIMARY KEY, change TEXT NOT NULL, at BIGINT NOT NULL){without_rowid};
   CREATE INDEX early_changes_at ON early_changes (at);
   INSERT INTO early_changes (key, change, at) SELECT substr(key, 7), value, {now} FROM meta WHERE key LIKE 'early:%';
   DELETE FROM meta WHERE key LIKE 'early:%'`,
  // What operators ask for first is found however many messages went well.
  `CREATE INDEX messages_troubled ON messages (state, id) WHERE state IN ('failed', 'unknown', 'expired');
   CREATE INDEX messages_error ON messages (error_code, id) WHERE error_code IS NOT NULL`,
  // Embedded, the counters are the writer's own and these rows follow behind (numbers.ts).
  `ALTER TABLE seqs DROP COLUMN prev_time;
   ALTER TABLE seqs DROP COLUMN prev_off`,
  // In words of OR: for IN with three or more SQLite makes a table of its own with every row that it looks at, which took half of the time of an insert.
  `DROP INDEX messages_expiry;
   DROP INDEX messages_stand_ins;
   DROP INDEX messages_troubled;
   CREATE INDEX messages_expiry ON messages (expires_at) WHERE expires_at IS NOT NULL AND (queue_state = 'ready' OR queue_state = 'waiting' OR queue_state = 'held');
   CREATE INDEX messages_stand_ins ON messages (fallback_of) WHERE fallback_of IS NOT NULL AND (queue_state = 'ready' OR queue_state = 'waiting' OR queue_state = 'held');
   CREATE INDEX messages_troubled ON messages (state, id) WHERE state = 'failed' OR state = 'unknown' OR state = 'expired'`,
  // The log of one tenant or channel that has little, beside others that have much.
  `CREATE INDEX messages_tenant ON messages (tenant, id);
   CREATE INDEX messages_channel ON messages (channel, id)`,
  // The messages of a conversation hang together by themselves (message-chain.ts): an index of them touched another page with every message.
  `ALTER TABLE messages ADD COLUMN prev TEXT;
   ALTER TABLE conversations ADD COLUMN last_message TEXT;
   ALTER TABLE conversations ADD COLUMN messages BIGINT NOT NULL DEFAULT 0;
   CREATE TABLE message_marks (conversation TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (conversation, id)){without_rowid};
   UPDATE messages SET prev = (SELECT max(p.id) FROM messages p WHERE p.conversation = messages.conversation AND p.id < messages.id);
   UPDATE conversations SET last_message = (SELECT max(m.id) FROM messages m WHERE m.conversation = conversations.id), messages = (SELECT count(*) FROM messages m WHERE m.conversation = conversations.id);
   INSERT INTO message_marks (conversation, id) SELECT conversation, id FROM (SELECT conversation, id, row_number() OVER (PARTITION BY conversation ORDER BY id) AS n FROM messages WHERE conversation IS NOT NULL) AS numbered WHERE n % 32 = 0;
   DROP INDEX messages_conversation;
   CREATE INDEX messages_outbound ON messages (conversation, id) WHERE direction = 'outbound'`,
  // Who writes is found with fewer pages, each of which is another one where there are a million of conversations: a row stands in the tree of its
  // id, and a number beside itself as a variant. Copied in the order in which they stand, which is nearly that of their keys, without a sort.
  `CREATE TABLE new_contacts (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, name TEXT, identities TEXT NOT NULL, created_at BIGINT NOT NULL, erased_at BIGINT, profile TEXT, profile_at BIGINT){without_rowid};
   INSERT INTO new_contacts (id, tenant, name, identities, created_at, erased_at, profile, profile_at) SELECT id, tenant, name, identities, created_at, erased_at, profile, profile_at FROM contacts;
   DROP TABLE contacts;
   ALTER TABLE new_contacts RENAME TO contacts;
   CREATE TABLE new_conversations (id TEXT PRIMARY KEY, tenant TEXT NOT NULL, channel TEXT NOT NULL, contact TEXT NOT NULL, sendable TEXT, window_expires_at BIGINT, created_at BIGINT NOT NULL, moved_to TEXT, watermarks TEXT,
     last_message TEXT, messages BIGINT NOT NULL DEFAULT 0){without_rowid};
   INSERT INTO new_conversations (id, tenant, channel, contact, sendable, window_expires_at, created_at, moved_to, watermarks, last_message, messages)
     SELECT id, tenant, channel, contact, sendable, window_expires_at, created_at, moved_to, watermarks, last_message, messages FROM conversations;
   DROP TABLE conversations;
   ALTER TABLE new_conversations RENAME TO conversations;
   CREATE INDEX conversations_contact ON conversations (contact);
   CREATE INDEX conversations_moved ON conversations (moved_to) WHERE moved_to IS NOT NULL;
   CREATE TABLE new_aliases (channel TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, conversation TEXT NOT NULL, PRIMARY KEY (channel, value, kind)){without_rowid};
   INSERT INTO new_aliases (channel, kind, value, conversation) SELECT channel, kind, value, conversation FROM aliases;
   DROP TABLE aliases;
   ALTER TABLE new_aliases RENAME TO aliases;
   CREATE INDEX aliases_conversation ON aliases (conversation);
   CREATE INDEX aliases_phone ON aliases (value) WHERE kind = 'phone';
   CREATE INDEX aliases_user ON aliases (value) WHERE kind = 'whatsapp_user'`,
  // Embedded, a conversation's messages are counted in its own row (numbers.ts). On PostgreSQL another transaction counts, which would wait for that row.
  {
    sqlite: `ALTER TABLE conversations ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
     ALTER TABLE conversations ADD COLUMN seq_time BIGINT NOT NULL DEFAULT 0;
     ALTER TABLE conversations ADD COLUMN seq_off BIGINT;
     UPDATE conversations SET (seq, seq_time, seq_off) = (SELECT last, last_time, last_off FROM seqs WHERE subject = conversations.id AND topic = 'messages.v1')
       WHERE EXISTS (SELECT 1 FROM seqs WHERE subject = conversations.id AND topic = 'messages.v1');
     DELETE FROM seqs WHERE topic = 'messages.v1' AND EXISTS (SELECT 1 FROM conversations WHERE id = seqs.subject)`,
  },
  // Embedded, what was seen is appended first and brought to its place in the order of keys later (seen-lately.ts): each changed a page by itself.
  {
    sqlite: `CREATE TABLE seen_lately (n INTEGER PRIMARY KEY, id BLOB NOT NULL, message TEXT);
     CREATE VIEW ever_seen AS SELECT id, message FROM seen UNION ALL SELECT id, message FROM seen_lately`,
    postgres: 'CREATE VIEW ever_seen AS SELECT id, message FROM seen',
  },
];

export const SCHEMA_VERSION = VERSIONS.length;

/** Statements that bring a database from `version` to SCHEMA_VERSION, in order; run them in one transaction. */
export function migrationsFrom(version: number, kind: Kind): string[] {
  const words: Readonly<Record<string, string>> = DIALECT[kind];
  const texts = VERSIONS.slice(version).flatMap((text) => (typeof text === 'string' ? text : (text[kind] ?? [])));
  const extra = kind === 'postgres' && version === 0 ? ['CREATE INDEX events_unnumbered ON events (ord) WHERE off IS NULL'] : [];
  return [...texts.flatMap((text) => text.split(';').map((s) => s.trim().replace(/\{(\w+)\}/g, (_, word: string) => words[word] ?? ''))), ...extra];
}
