import type { Http } from '../_graph/http.ts';
import { list as items, type Loose, object, text } from '../_graph/loose.ts';
import { PlatformRefusal } from '../_graph/send-error.ts';
import type { Call, ListOptions, ListQuery, Missed, SendOptions, Sent } from '../contract.ts';
import { type Answer, request } from './client.ts';

const PAGE = 500;
const MAX_PAGES = 200;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' } as const;
const get = (path: string): Call => ({ method: 'GET', path, contentType: 'application/x-www-form-urlencoded', body: '' });

async function read(http: Http, path: string, options: SendOptions): Promise<Loose> {
  const answer: Answer = await request(http, get(path), options);
  if (answer.status !== 200) throw new PlatformRefusal(answer.status, answer.body, answer.retryAfter);
  return object(JSON.parse(answer.body));
}

/** The form that a webhook would have brought, from the API's resource; DateCreated is ours, since a webhook carries no time: that of the message, or of its state. */
function formOf(message: Loose, more: Readonly<Record<string, string>>, dated: 'date_created' | 'date_updated' = 'date_created'): URLSearchParams {
  const sid = text(message.sid) ?? '';
  const form = new URLSearchParams({
    MessageSid: sid,
    SmsSid: sid,
    AccountSid: text(message.account_sid) ?? '',
    From: text(message.from) ?? '',
    To: text(message.to) ?? '',
    ...more,
  });
  const service = text(message.messaging_service_sid);
  if (service) form.set('MessagingServiceSid', service);
  const created = Date.parse(text(message[dated]) ?? text(message.date_created) ?? '');
  if (!Number.isNaN(created)) form.set('DateCreated', new Date(created).toISOString());
  return form;
}
async function inboundForm(http: Http, message: Loose, options: ListOptions): Promise<URLSearchParams> {
  const count = Number(text(message.num_media) ?? 0);
  const form = formOf(message, {
    Body: text(message.body) ?? '',
    NumMedia: String(count),
    NumSegments: text(message.num_segments) ?? '1',
    SmsStatus: 'received',
    ApiVersion: text(message.api_version) ?? '2010-04-01',
  });
  if (!count) return form;
  const account = text(message.account_sid) ?? '';
  await options.turn();
  const media = await read(http, `/2010-04-01/Accounts/${account}/Messages/${text(message.sid)}/Media.json?PageSize=20`, options);
  for (const [i, item] of items(media.media_list).entries()) {
    const m = object(item);
    form.set(`MediaUrl${i}`, `https://api.twilio.com/2010-04-01/Accounts/${account}/Messages/${text(message.sid)}/Media/${text(m.sid)}`);
    form.set(`MediaContentType${i}`, text(m.content_type) ?? '');
  }
  return form;
}

/** Messages to our address since then, the oldest first; Twilio lists the newest first, by day. */
async function inbound(http: Http, query: ListQuery, options: ListOptions): Promise<Loose[]> {
  const [sid = '', own = ''] = query.account.split(' ');
  const day = query.since.toISOString().slice(0, 10);
  let path: string | undefined = `/2010-04-01/Accounts/${sid}/Messages.json?${new URLSearchParams({ To: own, 'DateSent>': day, PageSize: String(PAGE) }).toString()}`;
  const all: Loose[] = [];
  for (let page = 0; path && page < MAX_PAGES; page++) {
    await options.turn();
    const answer: Loose = await read(http, path, options);
    const messages = items(answer.messages).map(object);
    all.push(...messages.filter((m) => text(m.direction) === 'inbound' && Date.parse(text(m.date_created) ?? '') >= query.since.getTime()));
    const oldest = Date.parse(text(messages.at(-1)?.date_created) ?? '');
    path = oldest < query.since.getTime() ? undefined : text(answer.next_page_uri);
  }
  return all.reverse();
}

/** What was missed: inbound messages, and the final states of our own that got no callback. */
export async function* list(http: Http, query: ListQuery, options: ListOptions): AsyncIterable<Missed> {
  for (const message of await inbound(http, query, options))
    yield { url: '/webhooks/sms', headers: FORM, body: Buffer.from((await inboundForm(http, message, options)).toString()) };
  const [account = ''] = query.account.split(' ');
  for (const { platformId, ownId } of query.unsettled) {
    await options.turn();
    const message = await read(http, `/2010-04-01/Accounts/${account}/Messages/${platformId}.json`, options).catch((error: unknown) => {
      if (error instanceof PlatformRefusal && error.status === 404) return null; // deleted at the platform
      throw error;
    });
    const status = message && text(message.status);
    if (!message || !status) continue;
    const code = text(message.error_code);
    const form = formOf(message, { MessageStatus: status, SmsStatus: status, ApiVersion: '2010-04-01', ...(code ? { ErrorCode: code } : {}) }, 'date_updated');
    yield { url: `/webhooks/sms/status?mid=${ownId}`, headers: FORM, body: Buffer.from(form.toString()) };
  }
}

/** Smart encoding rewrites quotes, dashes, blanks and what has no width: texts are compared without them. */
const fold = (body: string): string =>
  body
    .normalize('NFKC')
    .replace(/[\u2018-\u201b\u2032`]/g, "'")
    .replace(/[\u201c-\u201f\u2033\u00ab\u00bb]/g, '"')
    .replace(/[\u2010-\u2015\u2022]/g, '-')
    .replace(/[\u200b\u2060\ufeff]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/** The message that a call in doubt may have made: the only one to this recipient with this text since then. Two of them can not be told apart, nor can templates be told by a text that only Twilio knows. */
export async function lookUp(http: Http, call: Call, at: { account: string; since: Date; options: SendOptions }): Promise<Sent | null | undefined> {
  const form = new URLSearchParams(call.body);
  const template = form.has('ContentSid');
  const [sid = ''] = at.account.split(' ');
  const query = new URLSearchParams({ To: form.get('To') ?? '', PageSize: '50' }).toString();
  const answer = await read(http, `/2010-04-01/Accounts/${sid}/Messages.json?${query}`, at.options);
  const found = items(answer.messages)
    .map(object)
    .filter(
      (m) =>
        text(m.direction) !== 'inbound' &&
        (template || fold(text(m.body) ?? '') === fold(form.get('Body') ?? '')) &&
        Date.parse(text(m.date_created) ?? '') >= at.since.getTime() - 2000,
    );
  const [only] = found;
  if (found.length > 1 || (only && template)) return undefined;
  return only ? { platformId: text(only.sid) ?? '', aliases: [], status: 200, body: JSON.stringify(only) } : null;
}
