import type { Answer } from '../core/platform-server.ts';
import { refuse } from './errors.ts';
import { metaPage } from './list-page.ts';
import { keyOf, sidOf } from './senders.ts';
import type { TwilioService } from './services.ts';
import type { Call, TwilioState } from './state.ts';

function show(s: TwilioService): object {
  return {
    sid: s.sid,
    account_sid: s.accountSid,
    friendly_name: s.sid,
    inbound_request_url: s.webhook.url,
    inbound_method: s.webhook.method,
    fallback_url: s.webhook.fallbackUrl,
    fallback_method: s.webhook.fallbackMethod,
    status_callback: s.statusCallback,
    use_inbound_webhook_on_number: s.useInboundWebhookOnNumber,
    smart_encoding: s.smartEncoding,
    sticky_sender: s.stickySender,
    mms_converter: s.mmsConverter,
    validity_period: s.validityPeriod ?? 36_000,
    area_code_geomatch: true,
    fallback_to_long_code: false,
    synchronous_validation: false,
    usecase: 'undeclared',
    url: `https://messaging.twilio.com/v1/Services/${s.sid}`,
    links: {},
  };
}
const flag = (form: URLSearchParams, name: string, otherwise: boolean) => (form.has(name) ? form.get(name) === 'true' : otherwise);
function changed(s: TwilioService, form: URLSearchParams): TwilioService {
  const text = (name: string, otherwise: string | null) => (form.has(name) ? form.get(name) || null : otherwise);
  const validity = form.get('ValidityPeriod');
  return {
    ...s,
    webhook: {
      ...s.webhook,
      url: text('InboundRequestUrl', s.webhook.url),
      fallbackUrl: text('FallbackUrl', s.webhook.fallbackUrl),
      method: form.get('InboundMethod') === 'GET' ? 'GET' : 'POST',
    },
    statusCallback: text('StatusCallback', s.statusCallback),
    useInboundWebhookOnNumber: flag(form, 'UseInboundWebhookOnNumber', s.useInboundWebhookOnNumber),
    smartEncoding: flag(form, 'SmartEncoding', s.smartEncoding),
    stickySender: flag(form, 'StickySender', s.stickySender),
    mmsConverter: flag(form, 'MmsConverter', s.mmsConverter),
    ...(validity ? { validityPeriod: Number(validity) } : {}),
  };
}
/** messaging.twilio.com/v1/Services: read, and set as a console would. */
export function serviceCall(state: TwilioState, { asked, account, form }: Call, { sid, edge }: { sid: string | undefined; edge: string | undefined }): Answer {
  if (sid === undefined) return asked.method === 'GET' ? metaPage('services', state.services.of(account.sid).map(show), asked.path) : refuse(20404);
  const service = state.services.find(sid);
  if (service?.accountSid !== account.sid) return refuse(20404);
  if (edge === 'PhoneNumbers') {
    const numbers = state.services
      .pool(sid)
      .map((s) => ({ sid: sidOf('PN', keyOf(s)), account_sid: account.sid, service_sid: sid, phone_number: s.address, capabilities: ['SMS', 'MMS'] }));
    return metaPage('phone_numbers', numbers, asked.path);
  }
  if (edge !== undefined) return refuse(20404);
  if (asked.method === 'POST') state.services.set(changed(service, form));
  return { status: 200, body: show(state.services.find(sid) ?? service) };
}
