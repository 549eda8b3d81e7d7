import type { ChannelType } from '../../schemas/index.ts';
import type { RenderContext } from '../contract.ts';
import type { MediaForm, Natives } from '../natives.ts';
import { takesMms } from './mms.ts';

const MB = 1024 * 1024;
const KB = 1024;
/**
 * Buttons and lists are numbered text on every channel of Twilio. Its Messages resource takes none inline; each menu would have to be made
 * a Content resource first (sms.md 3.9), by a call that is not idempotent, of which an account holds a limited number that nobody has
 * confirmed, and whose SID no preview could show before it was made: then the preview would write, or differ from the calls. Contents
 * that a business made itself are sent as templates by their SID.
 */

/** The longest Body, which is the caption too where a medium has one. */
export const MAX_TEXT = 1600;
const plain: Natives = { media: {}, template: 'contentSid', markdown: 'none' };

/** Twilio fetches every file by its address (sms.md 4.2). */
const by = 'link';
const PICTURES = ['image/jpeg', 'image/png', 'image/gif'];
/** What MMS carries; Twilio makes pictures smaller for the carrier, and nothing else. https://www.twilio.com/docs/messaging/guides/accepted-mime-types */
const mms: Natives = {
  ...plain,
  media: {
    image: { captionMax: MAX_TEXT, mimeTypes: PICTURES, maxBytes: 5 * MB, by, into: 'image' },
    audio: { captionMax: MAX_TEXT, mimeTypes: ['audio/amr', 'audio/mpeg', 'audio/mp4'], maxBytes: 500 * KB, by, into: 'mp3' },
    video: { captionMax: MAX_TEXT, mimeTypes: ['video/mp4', 'video/3gpp', 'video/quicktime', 'video/webm'], maxBytes: 500 * KB, by, into: 'mp4' },
    document: { captionMax: MAX_TEXT, mimeTypes: ['application/pdf', 'text/csv'], maxBytes: 500 * KB, by },
  },
};
/** Opus makes a voice note of it (sms.md 4.2), as with Meta. */
const OPUS: MediaForm['inside'] = { 'audio/ogg': { audio: 'opus', channels: 1 } };
const H264: MediaForm['inside'] = { 'video/mp4': { video: 'h264', audio: 'aac', plain: true } };
/** One medium a message; its Body is a caption beside a picture or video, and lost beside others. https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages */
const whatsapp: Natives = {
  ...plain,
  media: {
    image: { captionMax: 1024, mimeTypes: ['image/jpeg', 'image/png'], maxBytes: 5 * MB, by, into: 'image' },
    audio: { mimeTypes: ['audio/ogg', 'audio/amr', 'audio/aac', 'audio/mpeg'], maxBytes: 16 * MB, by, into: 'mp3', inside: OPUS },
    voice: { mimeTypes: ['audio/ogg'], maxBytes: 16 * MB, by, into: 'voice', inside: OPUS },
    video: { captionMax: 1024, mimeTypes: ['video/mp4'], maxBytes: 16 * MB, by, into: 'mp4', inside: H264 },
    sticker: { mimeTypes: ['image/webp'], maxBytes: 100 * KB, by, into: 'sticker', side: 512 },
    document: {
      mimeTypes: [
        'application/pdf',
        'application/msword',
        'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
        'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        'application/vnd.openxmlformats-officedocument.presentationml.presentation',
      ],
      maxBytes: 16 * MB,
      by,
    },
  },
  location: true,
  markdown: 'whatsapp',
};
/** https://www.twilio.com/docs/rcs/send-an-rcs-message */
const rcs: Natives = {
  ...plain,
  media: {
    image: { captionMax: MAX_TEXT, mimeTypes: PICTURES, maxBytes: 16 * MB, by, into: 'image' },
    video: { captionMax: MAX_TEXT, mimeTypes: ['video/mp4'], maxBytes: 16 * MB, by, into: 'mp4' },
    document: { captionMax: MAX_TEXT, mimeTypes: ['application/pdf'], maxBytes: 16 * MB, by },
  },
};

/** What a channel shows at its best. */
export const nativesOf = (channel: ChannelType): Natives => ({ sms: mms, whatsapp, rcs, messenger: plain, instagram: plain })[channel];

/** What it shows between these two addresses: a file goes as a link where no picture message can. */
export function nativesBetween({ channel, to }: RenderContext): Natives {
  const [, own = ''] = channel.account.split(' ');
  return channel.type === 'sms' && !takesMms(own, to.value) ? plain : nativesOf(channel.type);
}
