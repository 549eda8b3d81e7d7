import { z } from 'zod';

/** `unknown` is only ever our own uncertain send: it may have reached the platform, and evidence is awaited. */
export const MessageState = z.enum(['queued', 'sent', 'delivered', 'read', 'played', 'failed', 'expired', 'canceled', 'unknown']);
export type MessageState = z.infer<typeof MessageState>;

/**
 * The status table: which states may follow which, within one attempt. Forward only: queued < sent < delivered < read < played;
 * `unknown` gives way to any evidence; `failed` and `expired` give way to delivered or better and to nothing else.
 * Every order of arrival ends in the same state.
 */
export const STATUS_TABLE: Readonly<Record<MessageState, readonly MessageState[]>> = {
  queued: ['unknown', 'sent', 'delivered', 'read', 'played', 'failed', 'expired', 'canceled'],
  unknown: ['sent', 'delivered', 'read', 'played', 'failed', 'expired'],
  sent: ['delivered', 'read', 'played', 'failed', 'expired'],
  delivered: ['read', 'played'],
  read: ['played'],
  played: [],
  failed: ['delivered', 'read', 'played'],
  expired: ['delivered', 'read', 'played'],
  canceled: [],
};

/** The state after `next` is told while `current` holds: `next` where the table lets it follow, else `current`. */
export function advance(current: MessageState, next: MessageState): MessageState {
  return STATUS_TABLE[current].includes(next) ? next : current;
}
