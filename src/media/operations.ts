import type { Media } from '../../schemas/index.ts';
import { type ChannelType, type EventType, eventId } from '../../schemas/index.ts';
import { GatewayError } from '../gateway-error.ts';
import { channelRef, contactRef, conversationRef } from '../inbound/publish.ts';
import { loadConversation } from '../outbound/recipient.ts';
import { appendEvents } from '../store/append-events.ts';
import type { Tx } from '../store/port.ts';
import type { Database } from '../store/tables.ts';
import { forgetMedia } from './forget-media.ts';
import type { MediaNews } from './media-in.ts';

export interface MediaDeps {
  mediaUrl(id: string, nowMs: number): string;
}
export type MediaRow = Database['media'];
const CURSOR = 'media';
const DROPPED = 500;

/** A row as events and the API show it; `url` is a fresh link. */
export function mediaOf(row: MediaRow, url: string): Media {
  const given = {
    mimeType: row.mime_type ?? row.declared_type,
    declaredType: row.declared_type,
    filename: row.filename,
    bytes: row.bytes,
    sha256: row.sha256,
    durationMs: row.duration_ms,
    width: row.width,
    height: row.height,
  };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  return { id: row.id, url, ...known, state: row.state, platformRef: row.platform_ref ?? '' };
}

/** The message shows what became of its file. */
async function patchMessage(tx: Tx, row: MediaRow): Promise<void> {
  const [message] = row.message === null ? [] : await tx.all<{ content: string }>('SELECT content FROM messages WHERE id = $1', [row.message]);
  if (!message?.content.includes(row.id)) return;
  const { url: _url, ...media } = mediaOf(row, '');
  const content = JSON.stringify(JSON.parse(message.content), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && (value as { id?: unknown }).id === row.id ? { ...value, ...media } : value,
  );
  await tx.run('UPDATE messages SET content = $2 WHERE id = $1', [row.message, content]);
}

/** Says once what became of a file; a file without a conversation (uploaded) needs no event. */
async function tell(tx: Tx, deps: MediaDeps, row: MediaRow, nowMs: number): Promise<void> {
  await patchMessage(tx, row);
  const conversation = row.conversation === null ? null : await loadConversation(tx, 'c.id', row.conversation);
  const [channel] = await tx.all<{ id: string; type: ChannelType; tenant: string; name: string | null; address: string | null }>(
    'SELECT id, type, tenant, name, address FROM channels WHERE id = $1',
    [row.channel],
  );
  if (!conversation || !channel) return;
  const type: EventType = row.state === 'ready' ? 'media.ready' : 'media.failed';
  const data = {
    tenant: row.tenant,
    channel: channelRef(channel),
    contact: contactRef(conversation),
    conversation: conversationRef(conversation),
    media: mediaOf(row, deps.mediaUrl(row.id, nowMs)),
    messageId: row.message ?? '',
    ...(row.state === 'failed' ? { reason: row.reason ?? '' } : {}),
  };
  const id = eventId(['parlance', type, row.id, String(row.round)]);
  await appendEvents(
    tx,
    [{ id, type, subject: conversation.id, source: `/channels/${channel.id}`, tenant: row.tenant, channel: channel.id, time: new Date(nowMs).toISOString(), data }],
    nowMs,
  );
}
const rowOf = async (tx: Tx, id: string): Promise<MediaRow | undefined> => (await tx.all<MediaRow>('SELECT * FROM media WHERE id = $1', [id]))[0];

/** Ends a fetch for good, in words. */
async function fail(tx: Tx, deps: MediaDeps, { id, reason, nowMs }: { readonly id: string; readonly reason: string; readonly nowMs: number }): Promise<void> {
  const changed = await tx.run("UPDATE media SET state = 'failed', reason = $2, next_at = NULL, attempts = attempts + 1, updated_at = $3 WHERE id = $1 AND state = 'pending'", [
    id,
    reason,
    nowMs,
  ]);
  const row = changed ? await rowOf(tx, id) : undefined;
  if (row) await tell(tx, deps, row, nowMs);
}
/** Whether these bytes may be referred to; where they are on their way out, they must come in again. */
async function holdBlob(tx: Tx, key: string, bytes: number): Promise<boolean> {
  await tx.run('INSERT INTO media_blobs (key, bytes, removing) VALUES ($1,$2,0) ON CONFLICT (key) DO NOTHING', [key, bytes]);
  const [blob] = await tx.all<{ removing: number }>('SELECT removing FROM media_blobs WHERE key = $1', [key]);
  return Number(blob?.removing) === 0;
}

const INSERT = `INSERT INTO media (id, tenant, channel, conversation, message, direction, kind, state, key, platform_ref, platform_message, link, platform_sha256, declared_type, mime_type, filename, bytes, sha256, width, height,
  duration_ms, reason, attempts, round, rank, next_at, parent, variant, created_at, updated_at) VALUES ($1,$2,$3,$4,$5,'inbound',$6,'pending',NULL,$7,$8,$9,$10,$11,NULL,$12,NULL,NULL,NULL,NULL,NULL,NULL,0,0,$14,$13,NULL,NULL,$13,$13)
  ON CONFLICT (id) DO NOTHING`;

export interface Arrived {
  readonly id: string;
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly mimeType: string;
  readonly filename: string | null;
  /** The platform's or the caller's word. */
  readonly declaredType: string | null;
  readonly width?: number;
  readonly height?: number;
  readonly durationMs?: number;
  readonly nowMs: number;
}
export interface UploadedMedium extends Arrived {
  readonly tenant: string;
}

/** Changes of the store that belong to media; see src/store/operations.ts. */
export const mediaOperations = (deps: MediaDeps) => ({
  /** What a stretch of the log has for media, and the place where reading goes on, in one. Returns keys of bytes to be removed. */
  async noteMedia(tx: Tx, { news, next, nowMs }: { readonly news: readonly MediaNews[]; readonly next: number; readonly nowMs: number }): Promise<string[]> {
    const keys: string[] = [];
    for (const one of news) {
      if ('deleted' in one)
        keys.push(...(await forgetMedia(tx, { message: one.deleted, reason: 'The customer deleted the message.', nowMs }, (id, reason) => fail(tx, deps, { id, reason, nowMs }))));
      else
        for (const m of one.media)
          await tx.run(INSERT, [
            m.id,
            m.tenant,
            m.channel,
            m.conversation,
            m.message,
            m.kind,
            m.platformRef,
            m.platformMessage,
            m.link,
            m.sha256,
            m.declaredType,
            m.filename,
            nowMs,
            m.old ? 1 : 0,
          ]);
    }
    await tx.run(
      'INSERT INTO cursors (name, off, detail, updated_at) VALUES ($1,$2,NULL,$3) ON CONFLICT (name) DO UPDATE SET off = excluded.off, updated_at = excluded.updated_at WHERE cursors.off <= excluded.off',
      [CURSOR, next, nowMs],
    );
    return keys;
  },
  /** The bytes are in the store under `key`. `again`: they are just being removed, put them there anew; `gone`: nobody waits for them any more. */
  async mediaReady(tx: Tx, a: Arrived): Promise<'done' | 'again' | 'gone'> {
    if (!(await holdBlob(tx, a.key, a.bytes))) return 'again';
    const changed = await tx.run(
      `UPDATE media SET state = 'ready', key = $2, bytes = $3, sha256 = $4, mime_type = $5, declared_type = coalesce(declared_type, $11), filename = coalesce(filename, $6), width = $7, height = $8, duration_ms = $9, link = NULL, reason = NULL, next_at = NULL, updated_at = $10
       WHERE id = $1 AND state = 'pending'`,
      [a.id, a.key, a.bytes, a.sha256, a.mimeType, a.filename, a.width ?? null, a.height ?? null, a.durationMs ?? null, a.nowMs, a.declaredType],
    );
    const row = changed ? await rowOf(tx, a.id) : undefined;
    if (!row) await tx.run('UPDATE media_blobs SET removing = 1 WHERE key = $1 AND NOT EXISTS (SELECT 1 FROM media WHERE key = $1)', [a.key]);
    else await tell(tx, deps, row, a.nowMs);
    return row ? 'done' : 'gone';
  },
  mediaFailed: (tx: Tx, args: { readonly id: string; readonly reason: string; readonly nowMs: number }): Promise<void> => fail(tx, deps, args),
  /** Not now: another attempt at `nextAt`. */
  async mediaLater(tx: Tx, args: { readonly id: string; readonly reason: string; readonly nextAt: number; readonly nowMs: number }): Promise<void> {
    await tx.run("UPDATE media SET attempts = attempts + 1, reason = $2, next_at = $3, link = NULL, updated_at = $4 WHERE id = $1 AND state = 'pending'", [
      args.id,
      args.reason,
      args.nextAt,
      args.nowMs,
    ]);
  },
  /** Begins a failed fetch anew; one that is under way is only hurried. */
  async retryMedia(tx: Tx, { id, tenant, nowMs }: { readonly id: string; readonly tenant: string | null; readonly nowMs: number }): Promise<void> {
    const row = await rowOf(tx, id);
    if (!row || (tenant !== null && row.tenant !== tenant)) throw new GatewayError('not_found', 'There is no such medium.');
    if (row.state === 'ready') throw new GatewayError('conflict', 'The medium is ready: there is nothing to retry.');
    if (row.direction !== 'inbound' || row.platform_ref === null) throw new GatewayError('conflict', 'There is nowhere to fetch it from: its bytes were removed for good.');
    await tx.run(
      "UPDATE media SET state = 'pending', attempts = CASE WHEN state = 'failed' THEN 0 ELSE attempts END, round = CASE WHEN state = 'failed' THEN round + 1 ELSE round END, reason = NULL, next_at = $2, updated_at = $2 WHERE id = $1",
      [id, nowMs],
    );
  },
  /** A file that came by API. False: its bytes are just being removed, put them there anew. */
  async addUpload(tx: Tx, a: UploadedMedium): Promise<boolean> {
    if (!(await holdBlob(tx, a.key, a.bytes))) return false;
    await tx.run(
      `INSERT INTO media (id, tenant, direction, kind, state, key, declared_type, mime_type, filename, bytes, sha256, width, height, duration_ms, attempts, round, created_at, updated_at)
       VALUES ($1,$2,'outbound','any','ready',$3,$4,$5,$6,$7,$8,$9,$10,$11,0,0,$12,$12)`,
      [a.id, a.tenant, a.key, a.declaredType, a.mimeType, a.filename, a.bytes, a.sha256, a.width ?? null, a.height ?? null, a.durationMs ?? null, a.nowMs],
    );
    return true;
  },
  /** See forgetMedia; returns keys of bytes to be removed. */
  forgetMedia: (tx: Tx, args: Parameters<typeof forgetMedia>[1]): Promise<string[]> => forgetMedia(tx, args, (id, reason) => fail(tx, deps, { id, reason, nowMs: args.nowMs })),
  /** Rows whose bytes are gone and that nobody asks for any more. */
  async dropMedia(tx: Tx, { before }: { readonly before: number }): Promise<boolean> {
    return (
      (await tx.run(`DELETE FROM media WHERE id IN (SELECT id FROM media WHERE key IS NULL AND state <> 'pending' AND created_at < $1 LIMIT ${DROPPED})`, [before])) === DROPPED
    );
  },
  /** The bytes are out of the store. */
  async blobGone(tx: Tx, { key }: { readonly key: string }): Promise<void> {
    await tx.run('DELETE FROM media_blobs WHERE key = $1 AND removing = 1', [key]);
  },
});
