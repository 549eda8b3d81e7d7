import type { Capabilities } from '../contract.ts';
import type { MediaForm, Natives } from '../natives.ts';

const MB = 1024 * 1024;
const OFFICE = [
  'text/plain',
  'application/pdf',
  'application/msword',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.ms-excel',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
];
/** "audio/ogg with Opus codec, mono (bare audio/ogg not accepted)"; "H.264 video, AAC audio, one or no audio stream" (whatsapp.md 6.4). */
const OPUS: MediaForm['inside'] = { 'audio/ogg': { audio: 'opus', channels: 1 } };
const H264: MediaForm['inside'] = { 'video/mp4': { video: 'h264', audio: 'aac', plain: true }, 'video/3gpp': { video: 'h264', audio: 'aac', plain: true } };
/** What the Cloud API shows itself (whatsapp.md 5.3 to 5.8 and 6.4). */
const natives: Natives = {
  choices: [
    { style: 'buttons', max: 3, titleMax: 20, idMax: 256, bodyMax: 1024, headerMax: 60, footerMax: 60 },
    { style: 'list', max: 10, titleMax: 24, idMax: 200, descriptionMax: 72, bodyMax: 4096, headerMax: 60, footerMax: 60 },
  ],
  // How many replies a card may have is not told: templates take two.
  cards: {
    min: 2,
    max: 10,
    bodyMax: 160,
    linesMax: 3,
    introMax: 1024,
    buttonsMax: 2,
    buttonTitleMax: 20,
    idMax: 20,
    uniform: { url: 1, reply: 2 },
    picture: { mimeTypes: ['image/jpeg', 'image/png'], maxBytes: 5 * MB, by: 'upload', into: 'image' },
  },
  link: { titleMax: 20, bodyMax: 1024 },
  media: {
    image: { captionMax: 1024, mimeTypes: ['image/jpeg', 'image/png'], maxBytes: 5 * MB, by: 'upload', into: 'image' },
    audio: { mimeTypes: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'], maxBytes: 16 * MB, by: 'upload', into: 'm4a', inside: OPUS },
    voice: { mimeTypes: ['audio/ogg'], maxBytes: 16 * MB, by: 'upload', into: 'voice', inside: OPUS },
    video: { captionMax: 1024, mimeTypes: ['video/mp4', 'video/3gpp'], maxBytes: 16 * MB, by: 'upload', into: 'mp4', inside: H264 },
    document: { captionMax: 1024, filename: true, mimeTypes: OFFICE, maxBytes: 100 * MB, by: 'upload' },
    // 100 KB where it stands still, 500 KB where it moves; what is made here stands still.
    sticker: { mimeTypes: ['image/webp'], maxBytes: 500 * 1024, by: 'upload', into: 'sticker', intoBytes: 100 * 1024, side: 512 },
  },
  location: true,
  contacts: { max: 257 },
  reaction: true,
  replyTo: true,
  request: { what: ['location', 'contact'], bodyMax: 1024 },
  template: 'name',
  markdown: 'whatsapp',
};
/**
 * Cloud API limits, as of October 2026: 80 messages per second and number, inbound and outbound together (20 for Coexistence
 * numbers, up to 1,000 after Meta's upgrade: settings.messagesPerSecond); 1 per 6 s to one user, burst 45; text of 4,096 characters.
 */
export const capabilities: Capabilities = {
  natives,
  text: { max: 4096, unit: 'character' },
  windowHours: 24,
  templateOutsideWindow: true,
  limits: { account: { perSecond: 80, inboundCounts: true }, recipient: { everyMs: 6000, burst: 45 } },
};
