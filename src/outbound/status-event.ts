import { type ChannelType, eventId, type Failure, type MessageState } from '../../schemas/index.ts';
import type { Conversation } from '../inbound/conversations.ts';
import { contactRef, conversationRef } from '../inbound/publish.ts';
import { statusError } from '../inbound/statuses.ts';
import type { EventDraft } from '../store/port.ts';

interface Own {
  readonly channel: { readonly id: string; readonly type: ChannelType; readonly tenant: string; readonly name: string | null; readonly address: string | null };
  readonly conversation: Conversation | null;
  readonly message: {
    readonly id: string;
    readonly commandId: string | null;
    readonly metadata: unknown;
    readonly attempt: number;
    readonly parts: number;
    readonly platformId: string | null;
  };
  readonly part?: number;
  readonly status: MessageState;
  readonly current: MessageState;
  readonly failure?: Failure;
  readonly nowMs: number;
}

/** A message.status of our own making: queued, failed before the platform took it, unknown, expired, canceled. */
export function statusDraft({ channel, conversation, message, part = 1, status, current, failure, nowMs }: Own): EventDraft {
  const at = new Date(nowMs).toISOString();
  return {
    id: eventId(['parlance', 'status', message.id, String(message.attempt), String(part), status]),
    type: 'message.status',
    subject: conversation?.id ?? channel.id,
    source: `/channels/${channel.id}`,
    tenant: channel.tenant,
    channel: channel.id,
    time: at,
    data: {
      tenant: channel.tenant,
      channel: { id: channel.id, type: channel.type, ...(channel.address ? { address: channel.address } : {}), ...(channel.name ? { name: channel.name } : {}) },
      ...(conversation ? { contact: contactRef(conversation), conversation: conversationRef(conversation) } : {}),
      messageId: message.id,
      platformId: message.platformId,
      commandId: message.commandId,
      ...(message.metadata === undefined || message.metadata === null ? {} : { metadata: message.metadata }),
      attempt: message.attempt,
      part,
      parts: message.parts,
      status,
      at,
      current,
      ...(failure ? { error: statusError(failure) } : {}),
    },
  };
}
