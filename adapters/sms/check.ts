import type { Http } from '../_graph/http.ts';
import { list as items, type Loose, object, text } from '../_graph/loose.ts';
import { PlatformRefusal } from '../_graph/send-error.ts';
import type { CheckTarget, Finding, SendOptions } from '../contract.ts';
import { request } from './client.ts';
import { OVERRIDES } from './native-call.ts';

const MESSAGING = 'https://messaging.twilio.com';
const API = 'https://api.twilio.com';

async function read(http: Http, path: string, options: SendOptions): Promise<Loose> {
  const answer = await request(http, { method: 'GET', path, contentType: 'application/x-www-form-urlencoded', body: '' }, options);
  if (answer.status !== 200) throw new PlatformRefusal(answer.status, answer.body, answer.retryAfter);
  return object(JSON.parse(answer.body));
}

/** Whether the retries that an address asks for are enough: Twilio by itself retries a failed connect once, and nothing else. */
function overridesHold(fragment: string): boolean {
  const asked = new URLSearchParams(fragment.replace(/^#/, ''));
  const retried = (asked.get('rp') ?? '').split(',');
  const covers = (what: string) => retried.includes(what) || retried.includes('all');
  const within = (key: string, most: number) => Number(asked.get(key) ?? Number.NaN) <= most;
  return Number(asked.get('rc')) >= 5 && ['ct', 'rt', '5xx'].every(covers) && within('ct', 2000) && within('rt', 3500);
}
/** One address that Twilio calls: it leads here, and is tried again. */
function callback(check: string, url: string | undefined, target: CheckTarget): Finding {
  const wanted = `${target.webhooks[0]}${OVERRIDES}`;
  if (!url) return { check, ok: false, detail: `no address is set: set it to ${wanted}` };
  const [bare = '', fragment = ''] = url.split('#', 2);
  if (!target.webhooks.includes(bare.split('?')[0] ?? '')) return { check, ok: false, detail: `Twilio calls ${bare}: set it to ${wanted}, or PUBLIC_URL to what it calls` };
  return overridesHold(fragment)
    ? { check, ok: true, detail: url }
    : { check, ok: false, detail: `${url}: put ${OVERRIDES} at its end, else Twilio tries only once and the message is lost to the webhook` };
}
const fallback = (url: string | undefined, target: CheckTarget): Finding => ({
  check: 'fallback URL',
  ok: url !== undefined,
  detail: url ?? `none is set: set it to ${target.webhooks[0]} at another address of this gateway, so that a message is delivered when the first is away`,
});

async function service(http: Http, sid: string, target: CheckTarget, options: SendOptions): Promise<Finding[] | null> {
  // Services have a host of their own; a base URL that was set (a proxy, a test) stands for both.
  const base = options.baseUrl.replace(/\/$/, '') === API ? MESSAGING : options.baseUrl;
  const found = await read(http, `/v1/Services/${sid}`, { ...options, baseUrl: base });
  if (found.use_inbound_webhook_on_number === true) return null;
  const url = text(found.inbound_request_url);
  return [{ ...callback('inbound URL of the messaging service', url, target), access: true }, fallback(text(found.fallback_url), target)];
}
async function number(http: Http, target: CheckTarget, options: SendOptions): Promise<Finding[]> {
  const [sid = '', own = ''] = target.account.split(' ');
  const path = /^\+\d+$/.test(own)
    ? `/2010-04-01/Accounts/${sid}/IncomingPhoneNumbers.json?${new URLSearchParams({ PhoneNumber: own }).toString()}`
    : `/2010-04-01/Accounts/${sid}/SMS/ShortCodes.json?${new URLSearchParams({ ShortCode: own }).toString()}`;
  const answer = await read(http, path, options);
  const [found] = [...items(answer.incoming_phone_numbers), ...items(answer.short_codes)].map(object);
  if (!found) return [{ check: 'account and address', ok: false, detail: `this account has no ${own}: check accountSid and address` }];
  return [
    { check: 'account and address', ok: true, access: true, detail: `the account has ${own}` },
    callback('inbound URL of the number', text(found.sms_url), target),
    fallback(text(found.sms_fallback_url), target),
  ];
}

/** Whether the account knows our key, and whether what it calls leads here and is tried again. */
export async function check(http: Http, target: CheckTarget, options: SendOptions): Promise<readonly Finding[]> {
  const [, own = ''] = target.account.split(' ');
  const { messagingServiceSid } = target.settings;
  try {
    const ofService = typeof messagingServiceSid === 'string' && messagingServiceSid ? await service(http, messagingServiceSid, target, options) : null;
    if (ofService) return ofService;
    if (own.includes(':'))
      return [
        { check: 'inbound URL of the sender', ok: true, detail: `not checked: the console alone shows it; set it to ${target.webhooks[0]}${OVERRIDES}, with a fallback URL` },
      ];
    return await number(http, target, options);
  } catch (error) {
    const told = error instanceof PlatformRefusal ? `Twilio answers ${error.status}` : 'no answer from Twilio';
    return [{ check: 'account and address', ok: false, detail: `${told}; check accountSid, authToken (or apiKey and apiSecret) and messagingServiceSid` }];
  }
}
