import type { OutboundContent, SendCommand } from '../../schemas/index.ts';
import { joinMessage, keepJoined } from '../inbound/conversations.ts';
import type { Tx } from '../store/port.ts';
import type { AdmitArgs, Prepared } from './admit.ts';
import type { ChannelRow } from './channel-row.ts';
import { rankOf } from './queue-order.ts';

export interface Placed extends Pick<Prepared, 'id' | 'conversation' | 'rendered' | 'to' | 'replyTo' | 'mode' | 'content'> {
  readonly channel: ChannelRow;
  readonly priority: number;
  readonly sendAt: number | null;
  readonly scheduled: boolean;
  /** Null: it may go at once. */
  readonly notBefore: number | null;
}
const FALLBACK_AFTER_S = 300;
const PREVIEW = 120;
const INSERT = `INSERT INTO messages (id, tenant, channel, conversation, contact, direction, platform_id, state, content_type, content, preview, at, created_at, updated_at, reply_to, author, priority, send_at, expires_at,
  queue_state, next_at, attempt, parts, sent_parts, command_source, command_id, metadata, recipient, category, on_closed, mode, queue_rank, fallback, fallback_of, fallback_at, prev)
  VALUES ($1,$2,$3,$4,$5,'outbound',NULL,'queued',$6,$7,$8,$9,$9,$9,$10,$11,$12,$13,$14,$15,$16,1,$17,0,$18,$19,$20,$21,$22,$23,$24,$25,$26,$27,$28,$29)`;
/** The words of a message, for lists. */
function previewOf(content: OutboundContent): string {
  const words = 'text' in content ? content.text : 'body' in content ? content.body : 'caption' in content ? content.caption : undefined;
  return (words ?? '').slice(0, PREVIEW).toWellFormed();
}
const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

/** When the first link of the chain is looked at, where it is to be before the message has failed. */
function fallbackAt({ fallback }: SendCommand, from: number): number | null {
  const first = fallback?.[0];
  return first?.on.includes('not_delivered') ? from + (first.afterSeconds ?? FALLBACK_AFTER_S) * 1000 : null;
}

/** The row of a message: the command as it was asked, so that it can be rendered anew, and its place in the queue. */
export async function insertMessage(tx: Tx, { command, nowMs, ...args }: AdmitArgs, at: Placed): Promise<void> {
  const { id, channel, conversation, content, priority, notBefore } = at;
  const prev = joinMessage(conversation, id);
  await keepJoined(tx, conversation);
  await tx.run(INSERT, [
    id,
    channel.tenant,
    channel.id,
    conversation.id,
    conversation.contact,
    content.type,
    JSON.stringify(command.content),
    previewOf(content),
    nowMs,
    at.replyTo ?? null,
    command.author ?? null,
    priority,
    at.sendAt,
    command.expiresAt ? Date.parse(command.expiresAt) : null,
    notBefore === null ? 'ready' : 'waiting',
    notBefore,
    at.rendered.calls.length,
    args.source,
    args.fallbackOf?.commandId ?? args.key,
    json(command.metadata),
    JSON.stringify(at.to),
    command.category ?? null,
    json(command.onWindowClosed?.template),
    at.mode,
    rankOf(priority, at.scheduled),
    json(command.fallback?.length ? command.fallback : undefined),
    args.fallbackOf?.id ?? null,
    fallbackAt(command, at.scheduled && at.sendAt !== null ? at.sendAt : nowMs),
    prev,
  ]);
}
