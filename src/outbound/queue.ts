import type { ChannelType, Failure, MessageState } from '../../schemas/index.ts';
import { newId } from '../id.ts';
import { appendEvents } from '../store/append-events.ts';
import type { Tx } from '../store/port.ts';
import { loadConversation } from './recipient.ts';
import { statusDraft } from './status-event.ts';

/** A message in doubt holds its conversation so long; then later ones go. */
export const HOLD_MS = 60_000;
/** Evidence of an unknown outcome is awaited so long; then the channel's policy decides. */
export const DOUBT_MS = 10 * 60_000;

export interface QueuedMessage {
  id: string;
  tenant: string;
  channel: string;
  conversation: string | null;
  state: MessageState;
  attempt: number;
  parts: number;
  sent_parts: number;
  queue_state: string | null;
  next_at: number | null;
  send_at: number | null;
  expires_at: number | null;
  command_id: string | null;
  metadata: string | null;
  recipient: string | null;
  options: string | null;
  platform_id: string | null;
}
const COLUMNS =
  'id, tenant, channel, conversation, state, attempt, parts, sent_parts, queue_state, next_at, send_at, expires_at, command_id, metadata, recipient, options, platform_id';
export async function loadMessage(tx: Tx, id: string): Promise<QueuedMessage | null> {
  const [row] = await tx.all<QueuedMessage>(`SELECT ${COLUMNS} FROM messages WHERE id = $1 AND direction = 'outbound'`, [id]);
  return row ?? null;
}

/** Says so that the index of what is queued can be used (its condition must stand in the query), however many messages there are. */
export const QUEUED = "m.queue_state IS NOT NULL AND m.queue_state <> 'done'";

/**
 * What may be sent now: ready or due, the oldest undone of its conversation (scheduled ones and a doubt past its hold do not hold),
 * on an active channel. $1: now; $2: now minus HOLD_MS.
 */
export const READY = `${QUEUED} AND m.queue_state IN ('ready', 'waiting') AND (m.next_at IS NULL OR m.next_at <= $1) AND EXISTS (SELECT 1 FROM channels ch WHERE ch.id = m.channel AND ch.state = 'active')
  AND NOT EXISTS (SELECT 1 FROM messages o WHERE o.conversation = m.conversation AND o.id < m.id AND o.queue_state IS NOT NULL AND o.queue_state <> 'done'
    AND NOT (o.queue_state = 'waiting' AND o.send_at IS NOT NULL AND o.send_at = o.next_at AND o.next_at > $1) AND NOT (o.queue_state = 'doubt' AND o.updated_at <= $2))`;

export async function note(tx: Tx, message: string, entry: { kind: string; detail?: unknown; nowMs: number }): Promise<void> {
  await tx.run('INSERT INTO timeline (id, message, at, recorded_at, kind, detail) VALUES ($1,$2,$3,$3,$4,$5)', [
    newId('tl_', entry.nowMs),
    message,
    entry.nowMs,
    entry.kind,
    JSON.stringify(entry.detail ?? {}),
  ]);
}

interface Tell {
  readonly status: MessageState;
  readonly nowMs: number;
  readonly part?: number;
  readonly failure?: Failure;
}
/** Writes a state of our own making with its event and timeline entry. */
export async function tell(tx: Tx, m: QueuedMessage, what: Tell): Promise<void> {
  const { status, nowMs, failure, part } = what;
  const [channel] = await tx.all<{ id: string; type: ChannelType; tenant: string; name: string | null; address: string | null }>(
    'SELECT id, type, tenant, name, address FROM channels WHERE id = $1',
    [m.channel],
  );
  await tx.run('UPDATE messages SET state = $2, error_code = $3, platform_code = $4, platform_message = $5, updated_at = $6 WHERE id = $1', [
    m.id,
    status,
    failure?.code,
    failure?.platformCode,
    failure?.platformMessage,
    nowMs,
  ]);
  await note(tx, m.id, { kind: status, detail: { attempt: m.attempt, ...(part === undefined ? {} : { part }), ...(failure ? { error: failure } : {}) }, nowMs });
  if (!channel) return;
  const conversation = m.conversation ? await loadConversation(tx, 'c.id', m.conversation) : null;
  const message = {
    id: m.id,
    commandId: m.command_id,
    metadata: m.metadata ? (JSON.parse(m.metadata) as unknown) : undefined,
    attempt: m.attempt,
    parts: m.parts,
    platformId: m.platform_id,
  };
  await appendEvents(
    tx,
    [statusDraft({ channel, conversation, message, status, current: status, nowMs, ...(part === undefined ? {} : { part }), ...(failure ? { failure } : {}) })],
    nowMs,
  );
}
