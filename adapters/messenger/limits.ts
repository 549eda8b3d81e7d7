import { RETIRED_TAGS } from '../_graph/messaging/tags.ts';
import type { Capabilities } from '../contract.ts';
import type { Natives } from '../natives.ts';

const MB = 1024 * 1024;
const PICTURES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
/** What the Send API shows itself (messenger.md 4.2 to 4.5 and 8.2). */
const natives: Natives = {
  choices: [
    { style: 'quick_replies', max: 13, titleMax: 20, idMax: 1000, bodyMax: 2000 },
    { style: 'buttons', max: 3, titleMax: 20, idMax: 1000, bodyMax: 640 },
  ],
  cards: {
    min: 1,
    max: 10,
    titleMax: 80,
    bodyMax: 80,
    buttonsMax: 3,
    buttonTitleMax: 20,
    idMax: 1000,
    picture: { mimeTypes: PICTURES, maxBytes: 8 * MB, by: 'link', into: 'image' },
  },
  link: { titleMax: 20, bodyMax: 640 },
  media: {
    image: { mimeTypes: PICTURES, maxBytes: 8 * MB, by: 'upload', into: 'image' },
    // Voice notes of other services are Ogg, which its player does not play everywhere: MP3 and M4A (messenger.md 12).
    audio: { mimeTypes: ['audio/aac', 'audio/mpeg', 'audio/mp4', 'audio/wav'], maxBytes: 25 * MB, by: 'upload', into: 'm4a' },
    video: { mimeTypes: ['video/mp4', 'video/ogg', 'video/quicktime', 'video/webm', 'video/x-msvideo'], maxBytes: 25 * MB, by: 'upload', into: 'mp4' },
    document: { mimeTypes: 'any', maxBytes: 25 * MB, by: 'upload' },
  },
  reaction: true,
  replyTo: true,
  request: { what: ['contact'], bodyMax: 2000 },
  template: 'name',
  markdown: 'none',
};
/**
 * Send API, as of November 2026: 300 calls per second and Page for text, 10 for audio and video (settings.messagesPerSecond lowers it; above 40 a second Meta
 * calls the Page one of high volume and its inbox shows less), no limit per thread that Meta puts a number on. Text of 2,000
 * characters. Lists: 2 calls per second, of which the last tenth is left. Only echoes tell of `sent`, and a Page need not subscribe to them, so acceptance is it; an echo then changes nothing.
 */
export const capabilities: Capabilities = {
  natives,
  text: { max: 2000, unit: 'character' },
  acceptedIsSent: true,
  windowHours: 24,
  humanAgentHours: 168,
  retiredTags: RETIRED_TAGS,
  limits: { account: { perSecond: 300, inboundCounts: false }, media: { perSecond: 10 }, listPerSecond: 1.8 },
};
