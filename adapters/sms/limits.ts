import type { ChannelType } from '../../schemas/index.ts';
import type { Capabilities } from '../contract.ts';
import { MAX_TEXT, nativesOf } from './natives.ts';

/**
 * Twilio, as of November 2026: 10 messages a second of a number (US long codes take from 1, by registration: settings.messagesPerSecond),
 * 80 of a WhatsApp sender, 100 of an RCS sender. Above it Twilio queues for hours. Text of 1,600 characters. Of its REST API only the number of
 * requests at once is limited: lists are read one after the other, ten pages of 500 a second at most.
 */
const PER_SECOND: Readonly<Partial<Record<ChannelType, number>>> = { sms: 10, whatsapp: 80, rcs: 100 };
export const capabilitiesOf = (channel: ChannelType): Capabilities => ({
  natives: nativesOf(channel),
  text: { max: MAX_TEXT, unit: 'character' },
  windowHours: channel === 'whatsapp' ? 24 : null,
  limits: { account: { perSecond: PER_SECOND[channel] ?? 10, inboundCounts: false }, listPerSecond: 10 },
});
