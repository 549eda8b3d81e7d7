import type { Capabilities } from '../contract.ts';

/**
 * Instagram, as of November 2026: 100 calls per second and account for text through Instagram Login; through Facebook Login 300
 * (settings.messagesPerSecond). Lists: 2 calls per second, of which the last tenth is left. Text of 1,000 bytes of UTF-8. Nothing tells of `sent` but an echo, so acceptance is it.
 */
export const capabilities: Capabilities = {
  content: ['text'],
  text: { max: 1000, unit: 'byte' },
  acceptedIsSent: true,
  windowHours: 24,
  limits: { account: { perSecond: 100, inboundCounts: false }, listPerSecond: 1.8 },
};
