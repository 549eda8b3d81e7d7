import { z } from 'zod';

/** How fast a channel may send; digits in text too, since `${NAME}` fills the file with text. */
const messagesPerSecond = z.union([z.number().positive(), z.string().regex(/^\d+(\.\d+)?$/)], { error: 'must be a number above 0: messages a second' });

/** What a channel's `settings` may say. Keys that this version does not know are kept and not read; what it knows must be of its kind. */
export const ChannelSettings = z.looseObject({
  messagesPerSecond: messagesPerSecond.optional(),
  coexistence: z.boolean('must be true or false').optional(),
  onUnknown: z.enum(['resend', 'fail'], 'must be "resend" or "fail"').optional(),
  smartEncoding: z.boolean('must be true or false').optional(),
  listButton: z.string('must be text').optional(),
  graphVersion: z
    .string()
    .regex(/^v\d+\.\d+$/, 'must be as v25.0')
    .optional(),
});
