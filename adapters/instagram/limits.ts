import { RETIRED_TAGS } from '../_graph/messaging/tags.ts';
import type { Capabilities } from '../contract.ts';
import type { Natives } from '../natives.ts';

const MB = 1024 * 1024;
const PICTURES = ['image/jpeg', 'image/png', 'image/gif'];
/** What Instagram shows itself (messenger.md 6): text by bytes, PDF alone as a file, no templates outside the window. */
const natives: Natives = {
  choices: [
    { style: 'quick_replies', max: 13, titleMax: 20, idMax: 1000, bodyMax: 1000, bodyUnit: 'byte' },
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
    audio: { mimeTypes: ['audio/aac', 'audio/mp4', 'audio/wav'], maxBytes: 25 * MB, by: 'upload', into: 'm4a' },
    video: { mimeTypes: ['video/mp4', 'video/ogg', 'video/quicktime', 'video/webm', 'video/x-msvideo'], maxBytes: 25 * MB, by: 'upload', into: 'mp4' },
    document: { mimeTypes: ['application/pdf'], maxBytes: 25 * MB, by: 'upload' },
  },
  reaction: true,
  replyTo: true,
  request: { what: ['contact'], bodyMax: 1000, bodyUnit: 'byte' },
  markdown: 'none',
};
/**
 * Instagram, as of November 2026: 100 calls per second and account for text through Instagram Login; through Facebook Login 300
 * (settings.messagesPerSecond); 10 for audio and video. Lists: 2 calls per second, of which the last tenth is left. Text of 1,000 bytes of UTF-8. Nothing tells of `sent` but an echo, so acceptance is it.
 */
export const capabilities: Capabilities = {
  natives,
  text: { max: 1000, unit: 'byte' },
  acceptedIsSent: true,
  windowHours: 24,
  humanAgentHours: 168,
  retiredTags: RETIRED_TAGS,
  limits: { account: { perSecond: 100, inboundCounts: false }, media: { perSecond: 10 }, listPerSecond: 1.8 },
};

/** Files reach an account without a linked Page (Instagram Login) by a link: the upload is an edge of the Page alone (messenger.md 6). */
export function capabilitiesOf(settings: Readonly<Record<string, unknown>>): Capabilities {
  if (typeof settings.pageId === 'string' && settings.pageId !== '') return capabilities;
  const media = Object.fromEntries(Object.entries(natives.media).map(([kind, form]) => [kind, { ...form, by: 'link' as const }]));
  return { ...capabilities, natives: { ...natives, media } };
}
