import type { Capabilities } from '../contract.ts';

/**
 * Send API, as of November 2026: 300 calls per second and Page for text (settings.messagesPerSecond lowers it; above 40 a second Meta
 * calls the Page one of high volume and its inbox shows less), no limit per thread that Meta puts a number on. Text of 2,000
 * characters. Lists: 2 calls per second, of which the last tenth is left. Only echoes tell of `sent`, and a Page need not subscribe to them, so acceptance is it; an echo then changes nothing.
 */
export const capabilities: Capabilities = {
  content: ['text'],
  text: { max: 2000, unit: 'character' },
  acceptedIsSent: true,
  windowHours: 24,
  limits: { account: { perSecond: 300, inboundCounts: false }, listPerSecond: 1.8 },
};
