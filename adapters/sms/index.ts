import type { ChannelType } from '../../schemas/index.ts';
import { createHttp } from '../_graph/http.ts';
import type { ChannelAdapter, Reply, VerifiedRequest } from '../contract.ts';
import { cancel } from './cancel.ts';
import { check } from './check.ts';
import { classify } from './classify.ts';
import { send } from './client.ts';
import { fetchMedia } from './fetch-media.ts';
import { capabilitiesOf } from './limits.ts';
import { list, lookUp } from './list.ts';
import { normalize } from './normalize.ts';
import { render } from './render.ts';
import { segmentsOfCall } from './segments-of-call.ts';
import { verify } from './verify.ts';

const TWIML: Reply = { status: 200, type: 'text/xml; charset=utf-8', body: '<?xml version="1.0" encoding="UTF-8"?><Response/>' };
const NO_CONTENT: Reply = { status: 204, type: 'text/xml; charset=utf-8', body: '' };
/** A text body would be sent to the customer as an SMS: messages are answered with empty TwiML, statuses with nothing. */
const ack = (request: VerifiedRequest): Reply => (request.url.pathname.startsWith('/webhooks/sms/status') ? NO_CONTENT : TWIML);

/** Twilio: SMS and MMS, and WhatsApp and RCS where Twilio carries them. */
export function createSmsAdapter(channel: ChannelType = 'sms'): ChannelAdapter {
  const http = createHttp();
  return {
    channel,
    capabilities: capabilitiesOf(channel),
    handshake: () => null,
    verify,
    ack,
    normalize,
    render,
    costs: (call) => ({ units: segmentsOfCall(call), media: false }),
    classify,
    send: (call, options) => send(http, call, options),
    fetchMedia,
    lookUp: (call, at, options) => lookUp(http, call, { ...at, options }),
    cancel: (sid, at, options) => cancel(http, sid, { ...at, options }),
    list: (query, options) => list(http, query, options),
    check: (target, options) => check(http, target, options),
  };
}
