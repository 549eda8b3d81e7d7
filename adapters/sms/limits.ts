import type { ChannelType } from '../../schemas/index.ts';
import type { Capabilities, SenderPace } from '../contract.ts';
import { MAX_TEXT, nativesOf } from './natives.ts';

/**
 * Twilio, as of November 2026: 10 segments a second of a number (US long codes take from 1 to 225, by registration: settings.messagesPerSecond),
 * 3 of a toll-free number, 100 of a short code; 80 of a WhatsApp sender, 100 of an RCS sender. Above it Twilio queues for hours. Text of 1,600 characters. Of its REST API only the number of
 * requests at once is limited: lists are read one after the other, ten pages of 500 a second at most.
 */
const SENDERS: readonly SenderPace[] = [
  { address: /^\+1(8(00|33|44|55|66|77|88))\d{7}$/, perSecond: 3 }, // toll-free, US and Canada
  { address: /^\d{3,8}$/, perSecond: 100 }, // short code
];
/** Twilio promises no order: a message of one segment overtakes one of three (sms.md 5). */
const PART_WAIT_MS = 10_000;
const PER_SECOND: Readonly<Partial<Record<ChannelType, number>>> = { sms: 10, whatsapp: 80, rcs: 100 };
export const capabilitiesOf = (channel: ChannelType): Capabilities => ({
  natives: nativesOf(channel),
  text: { max: MAX_TEXT, unit: 'character' },
  windowHours: channel === 'whatsapp' ? 24 : null,
  ...(channel === 'whatsapp' ? { templateOutsideWindow: true as const } : {}),
  partWaitMs: PART_WAIT_MS,
  limits: { account: { perSecond: PER_SECOND[channel] ?? 10, inboundCounts: false, ...(channel === 'sms' ? { senders: SENDERS } : {}) }, listPerSecond: 10 },
});
