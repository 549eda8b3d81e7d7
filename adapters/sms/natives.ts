import type { ChannelType } from '../../schemas/index.ts';
import type { RenderContext } from '../contract.ts';
import type { Natives } from '../natives.ts';
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

/** What MMS carries; Twilio makes pictures smaller for the carrier, and nothing else. https://www.twilio.com/docs/messaging/guides/accepted-mime-types */
const mms: Natives = {
  ...plain,
  media: {
    image: { captionMax: MAX_TEXT, mimeTypes: ['image/jpeg', 'image/png', 'image/gif'], maxBytes: 5 * MB },
    audio: { captionMax: MAX_TEXT, mimeTypes: ['audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg', 'audio/wav'], maxBytes: 500 * KB },
    video: { captionMax: MAX_TEXT, mimeTypes: ['video/mp4', 'video/3gpp', 'video/quicktime', 'video/webm'], maxBytes: 500 * KB },
    document: { captionMax: MAX_TEXT, mimeTypes: ['application/pdf', 'text/csv'], maxBytes: 500 * KB },
  },
};
/** One medium a message; its Body is a caption beside a picture or video, and lost beside others. https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages */
const whatsapp: Natives = {
  ...plain,
  media: {
    image: { captionMax: 1024, mimeTypes: ['image/jpeg', 'image/png'], maxBytes: 5 * MB },
    audio: { mimeTypes: ['audio/ogg', 'audio/amr', 'audio/aac', 'audio/mpeg'], maxBytes: 16 * MB },
    voice: { mimeTypes: ['audio/ogg'], maxBytes: 16 * MB },
    video: { captionMax: 1024, mimeTypes: ['video/mp4'], maxBytes: 16 * MB },
    sticker: { mimeTypes: ['image/webp'], maxBytes: 100 * KB },
    document: {
      mimeTypes: [
        'application/pdf',
        'application/msword',
        'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
        'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        'application/vnd.openxmlformats-officedocument.presentationml.presentation',
      ],
      maxBytes: 16 * MB,
    },
  },
  location: true,
  markdown: 'whatsapp',
};
/** https://www.twilio.com/docs/rcs/send-an-rcs-message */
const rcs: Natives = {
  ...plain,
  media: {
    image: { captionMax: MAX_TEXT, mimeTypes: ['image/jpeg', 'image/png', 'image/gif'], maxBytes: 16 * MB },
    video: { captionMax: MAX_TEXT, mimeTypes: ['video/mp4'], maxBytes: 16 * MB },
    document: { captionMax: MAX_TEXT, mimeTypes: ['application/pdf'], maxBytes: 16 * MB },
  },
};

/** What a channel shows at its best. */
export const nativesOf = (channel: ChannelType): Natives => ({ sms: mms, whatsapp, rcs, messenger: plain, instagram: plain })[channel];

/** What it shows between these two addresses: a file goes as a link where no picture message can. */
export function nativesBetween({ channel, to }: RenderContext): Natives {
  const [, own = ''] = channel.account.split(' ');
  return channel.type === 'sms' && !takesMms(own, to.value) ? plain : nativesOf(channel.type);
}
