import type { Capabilities } from '../contract.ts';

/**
 * Cloud API limits, as of October 2026: 80 messages per second and number, inbound and outbound together (20 for Coexistence
 * numbers, up to 1,000 after Meta's upgrade: settings.messagesPerSecond); 1 per 6 s to one user, burst 45; text of 4,096 characters.
 */
export const capabilities: Capabilities = {
  content: ['text'],
  text: { max: 4096, unit: 'character' },
  windowHours: 24,
  templateOutsideWindow: true,
  limits: { account: { perSecond: 80, inboundCounts: true }, recipient: { everyMs: 6000, burst: 45 } },
};
