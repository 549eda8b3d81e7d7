import type { Answer } from '../core/platform-server.ts';
import { classOf } from './addresses.ts';
import { refuse } from './errors.ts';
import { onePage } from './list-page.ts';
import { keyOf, sidOf, type TwilioSender, type Webhook } from './senders.ts';
import type { Call, TwilioState } from './state.ts';

type Kind = 'IncomingPhoneNumbers' | 'ShortCodes';
const isOf = (kind: Kind) => (s: TwilioSender) => (kind === 'ShortCodes' ? classOf(s.address) === 'shortCode' : /^\+/.test(s.address));
const sidOfNumber = (s: TwilioSender, kind: Kind) => sidOf(kind === 'ShortCodes' ? 'SC' : 'PN', keyOf(s));

function show(state: TwilioState, sender: TwilioSender, kind: Kind): object {
  const webhook = state.numbers.of(sender);
  const base = `/2010-04-01/Accounts/${sender.accountSid}/${kind === 'ShortCodes' ? 'SMS/' : ''}${kind}`;
  const sid = sidOfNumber(sender, kind);
  return {
    sid,
    account_sid: sender.accountSid,
    friendly_name: sender.address,
    ...(kind === 'ShortCodes'
      ? { short_code: sender.address }
      : { phone_number: sender.address, capabilities: { voice: false, sms: true, mms: sender.mms !== false, fax: false } }),
    sms_url: webhook.url ?? '',
    sms_method: webhook.method,
    sms_fallback_url: webhook.fallbackUrl ?? '',
    sms_fallback_method: webhook.fallbackMethod,
    status_callback: '',
    api_version: '2010-04-01',
    uri: `${base}/${sid}.json`,
  };
}
const methodIn = (form: URLSearchParams, name: string) => (form.get(name) === 'GET' ? ('GET' as const) : ('POST' as const));
function changes(form: URLSearchParams): Partial<Webhook> {
  return {
    ...(form.has('SmsUrl') ? { url: form.get('SmsUrl') || null } : {}),
    ...(form.has('SmsMethod') ? { method: methodIn(form, 'SmsMethod') } : {}),
    ...(form.has('SmsFallbackUrl') ? { fallbackUrl: form.get('SmsFallbackUrl') || null } : {}),
    ...(form.has('SmsFallbackMethod') ? { fallbackMethod: methodIn(form, 'SmsFallbackMethod') } : {}),
  };
}
/** /IncomingPhoneNumbers and /SMS/ShortCodes: what is set on a number, as a check of a channel reads it. */
export function numberCall(state: TwilioState, { asked, account, form }: Call, { kind, sid }: { kind: Kind; sid: string | undefined }): Answer {
  const own = state.senders.filter((s) => s.accountSid === account.sid && isOf(kind)(s));
  if (sid === undefined) {
    const wanted = asked.query.get(kind === 'ShortCodes' ? 'ShortCode' : 'PhoneNumber');
    const found = own.filter((s) => wanted === null || s.address.includes(wanted));
    const name = kind === 'ShortCodes' ? 'short_codes' : 'incoming_phone_numbers';
    return asked.method === 'GET'
      ? onePage(
          name,
          found.map((s) => show(state, s, kind)),
          asked.path,
        )
      : refuse(20404);
  }
  const sender = own.find((s) => sidOfNumber(s, kind) === sid);
  if (!sender) return refuse(20404);
  if (asked.method === 'POST') state.numbers.set(sender, changes(form));
  return { status: 200, body: show(state, sender, kind) };
}
