import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { Answer, Asked } from '../core/platform-server.ts';
import { checkCreate } from './create.ts';
import { refuse } from './errors.ts';
import { listMessages } from './list.ts';
import { rfc2822, showMessage, type TwilioMessage, type TwilioMessages } from './messages.ts';
import type { createOptOuts } from './opt-out.ts';
import type { createOutgoing } from './outgoing.ts';
import { sendersOf, type TwilioSender } from './senders.ts';

interface Parts {
  readonly senders: readonly TwilioSender[];
  readonly clock: Clock;
  readonly messages: TwilioMessages;
  readonly optOuts: ReturnType<typeof createOptOuts>;
  readonly outgoing: ReturnType<typeof createOutgoing>;
  url(): string;
}
const ROUTE = /^\/2010-04-01\/Accounts\/(AC[^/]+)\/Messages(?:\/([A-Z]{2}[0-9a-f]{32})(?:\/(Media)(?:\/(ME[0-9a-f]{32}))?)?)?(\.json)?$/;
const CDN = '/mms-cdn/';
/** The link that the API redirects to lives 4 hours (sms.md 4.1). */
const LINK_MS = 4 * 3_600_000;

function showMedium(message: TwilioMessage, medium: TwilioMessage['media'][number]): object {
  const uri = `/2010-04-01/Accounts/${message.accountSid}/Messages/${message.sid}/Media/${medium.sid}.json`;
  const date = rfc2822(message.createdAt);
  return { sid: medium.sid, account_sid: message.accountSid, parent_sid: message.sid, content_type: medium.mimeType, date_created: date, date_updated: date, uri };
}

/** The Messages resource and its media. */
export function createRest({ senders, clock, messages, optOuts, outgoing, url }: Parts) {
  const links = new Map<string, { medium: TwilioMessage['media'][number]; until: number }>();

  function create(asked: Asked, own: readonly TwilioSender[]): Answer {
    const checked = checkCreate(new URLSearchParams(asked.body.toString('utf8')), { senders: own, optedOut: optOuts.has });
    if ('no' in checked) return checked.no;
    if (!checked.create.byService && outgoing.full(checked.create.sender)) return refuse(21611);
    return { status: 201, body: showMessage(outgoing.accept(checked.create)) };
  }
  function one(asked: Asked, message: TwilioMessage): Answer {
    if (asked.method === 'GET') return { status: 200, body: showMessage(message) };
    if (asked.method !== 'POST') return refuse(20404);
    if (new URLSearchParams(asked.body.toString('utf8')).get('Body') === '') message.body = ''; // redaction
    return { status: 200, body: showMessage(message) };
  }
  function media(asked: Asked, message: TwilioMessage, { sid, json }: { sid: string | undefined; json: boolean }): Answer {
    if (asked.method !== 'GET') return refuse(20404);
    if (sid === undefined) {
      const uri = `${asked.path}?PageSize=50&Page=0`;
      const list = message.media.map((m) => showMedium(message, m));
      return {
        status: 200,
        body: { media_list: list, page: 0, page_size: 50, start: 0, end: Math.max(list.length - 1, 0), uri, first_page_uri: uri, next_page_uri: null, previous_page_uri: null },
      };
    }
    const medium = message.media.find((m) => m.sid === sid);
    if (!medium) return refuse(20404);
    if (json) return { status: 200, body: showMedium(message, medium) };
    const key = randomBytes(16).toString('hex');
    links.set(key, { medium, until: clock.now() + LINK_MS });
    return { status: 302, headers: { location: `${url()}${CDN}${key}` }, body: '' };
  }
  return (asked: Asked): Answer => {
    if (asked.path.startsWith(CDN)) {
      const link = links.get(asked.path.slice(CDN.length));
      if (!link || link.until <= clock.now()) return { status: 403, body: 'expired' };
      return { status: 200, headers: { 'content-type': link.medium.mimeType }, body: link.medium.bytes };
    }
    const [whole, account = '', sid, isMedia, mediaSid, json] = ROUTE.exec(asked.path) ?? [];
    const own = sendersOf(asked, senders);
    if (!own.length) return refuse(20003);
    const mine = own.filter((s) => s.accountSid === account);
    if (whole === undefined || !mine.length) return refuse(20404);
    if (sid === undefined) {
      if (asked.method === 'POST') return create(asked, mine);
      return asked.method === 'GET' ? listMessages(messages.of(account), asked.query, asked.path) : refuse(20404);
    }
    const message = messages.find(account, sid);
    if (!message) return refuse(20404);
    return isMedia === undefined ? one(asked, message) : media(asked, message, { sid: mediaSid, json: json !== undefined });
  };
}
