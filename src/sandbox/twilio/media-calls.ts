import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Answer, Asked } from '../core/platform-server.ts';
import { refuse } from './errors.ts';
import { onePage } from './list-page.ts';
import { rfc2822, type TwilioMedium, type TwilioMessage } from './messages.ts';

const CDN = '/mms-cdn/';
/** The link that the API redirects to lives 4 hours (sms.md 4.1). */
const LINK_MS = 4 * 3_600_000;

function showMedium(message: TwilioMessage, medium: TwilioMedium): object {
  const uri = `/2010-04-01/Accounts/${message.accountSid}/Messages/${message.sid}/Media/${medium.sid}.json`;
  const date = rfc2822(message.createdAt);
  return { sid: medium.sid, account_sid: message.accountSid, parent_sid: message.sid, content_type: medium.mimeType, date_created: date, date_updated: date, uri };
}
/** Media of messages (sms.md 4.1): the API wants Basic, and leads to a link that needs nothing. */
export function createMediaCalls({ clock, url }: { clock: Clock; url: () => string }) {
  const links = new Map<string, { medium: TwilioMedium; until: number }>();
  return {
    serves: (path: string) => path.startsWith(CDN),
    cdn(path: string): Answer {
      const link = links.get(path.slice(CDN.length));
      if (!link || link.until <= clock.now()) return { status: 403, body: 'expired' };
      return { status: 200, headers: { 'content-type': link.medium.mimeType }, body: link.medium.bytes };
    },
    call(asked: Asked, message: TwilioMessage, { sid, json }: { sid: string | undefined; json: boolean }): Answer {
      if (sid === undefined)
        return asked.method === 'GET'
          ? onePage(
              'media_list',
              message.media.map((m) => showMedium(message, m)),
              asked.path,
            )
          : refuse(20404);
      const medium = message.media.find((m) => m.sid === sid);
      if (!medium) return refuse(20404);
      if (asked.method === 'DELETE') {
        message.media = message.media.filter((m) => m !== medium);
        return { status: 204 };
      }
      if (asked.method !== 'GET') return refuse(20404);
      if (json) return { status: 200, body: showMedium(message, medium) };
      const key = randomBytes(16).toString('hex');
      links.set(key, { medium, until: clock.now() + LINK_MS });
      return { status: 302, headers: { location: `${url()}${CDN}${key}` }, body: '' };
    },
  };
}
export type MediaCalls = ReturnType<typeof createMediaCalls>;
