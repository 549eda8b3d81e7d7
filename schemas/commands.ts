import { z } from 'zod';
import { Iso, OutboundContent, Target } from './content.ts';

/** Exactly one way to name the recipient. `phone` is E.164 with `+`; `user` a business-scoped user id; `psid` also takes an IGSID. */
export const Recipient = z.union([
  z.strictObject({ phone: z.string().regex(/^\+[1-9]\d{6,14}$/, 'E.164 with +, e.g. +447700900123') }),
  z.strictObject({ user: z.string().min(1) }),
  z.strictObject({ psid: z.string().min(1) }),
  z.strictObject({ contact: z.string().startsWith('ct_') }),
  z.strictObject({ conversation: z.string().startsWith('cv_') }),
]);
export type Recipient = z.infer<typeof Recipient>;

/** Body of `POST /v1/messages` and data of the command `message.send`. */
export const SendCommand = z.strictObject({
  channel: z.string().min(1),
  to: Recipient,
  content: OutboundContent,
  replyTo: Target.optional(),
  author: z.enum(['human', 'bot']).optional(),
  priority: z.enum(['high', 'normal', 'bulk']).optional(),
  /** Earliest and latest moment to send, by wall clock. */
  sendAt: Iso.optional(),
  expiresAt: Iso.optional(),
  fallback: z
    .array(
      z.strictObject({
        channel: z.string(),
        to: Recipient.optional(),
        on: z.array(z.enum(['failed', 'not_delivered'])).min(1),
        afterSeconds: z.number().int().positive().optional(),
      }),
    )
    .optional(),
  /** Returned untouched with every status event of the message; at most 4 KB as JSON. */
  metadata: z.unknown().optional(),
});
export type SendCommand = z.infer<typeof SendCommand>;

export const ReadCommand = z.strictObject({ channel: z.string(), message: Target, typing: z.boolean().optional() });
export type ReadCommand = z.infer<typeof ReadCommand>;
export const TypingCommand = z.strictObject({ channel: z.string(), to: Recipient });
export type TypingCommand = z.infer<typeof TypingCommand>;
export const CancelCommand = z.strictObject({ channel: z.string(), id: z.string() });
export type CancelCommand = z.infer<typeof CancelCommand>;

/** Command types on `commands.v1` and what their `data` is. The value is a whole CloudEvent; (tenant, source, id) is the idempotency key. */
export const COMMANDS = { 'message.send': SendCommand, 'message.read': ReadCommand, 'conversation.typing': TypingCommand, 'message.cancel': CancelCommand } as const;
export type CommandType = keyof typeof COMMANDS;
export const CommandEnvelope = z.looseObject({ specversion: z.literal('1.0'), id: z.string().min(1).max(255), type: z.string(), source: z.string().min(1), data: z.unknown() });
