import type { Failure, OutboundContent } from '../../schemas/index.ts';
import { splitText } from '../_text/split-text.ts';
import type { Call, RenderContext, Rendered, Result } from '../contract.ts';
import { MAX_TEXT } from './limits.ts';

/** Twilio retries a callback that could not connect or was answered 5xx only where its address says so (connection overrides). */
export const OVERRIDES = '#rc=5&rp=ct,rt,5xx&ct=2000&rt=3500';

const refuse = (code: Failure['code'], message: string): Result<Rendered, Failure> => ({
  ok: false,
  error: { code, outcome: 'not_sent', retryable: false, scope: 'message', platformMessage: message },
});

/** The recipient as Twilio writes it on this channel; user ids go without a plus. */
function addressee({ channel, to }: RenderContext): string | null {
  const scheme = channel.type === 'sms' ? '' : `${channel.type}:`;
  if (to.type === 'phone' || (to.type === 'sender_id' && channel.type === 'sms')) return scheme + to.value;
  if (channel.type === 'whatsapp' && (to.type === 'whatsapp_user' || to.type === 'whatsapp_parent_user')) return scheme + to.value;
  return channel.type === 'rcs' && to.type === 'rcs' ? scheme + to.value : null;
}

/** Content as calls of the Messages resource, in order. Our id stands in the address of the callback, which Twilio signs. Pure. */
export function render(content: OutboundContent, context: RenderContext): Result<Rendered, Failure> {
  const to = addressee(context);
  if (to === null) return refuse('unknown_recipient', `an address of kind ${context.to.type} can not be written to on this channel`);
  if (content.type !== 'text') return refuse('content_unsupported', `content of type ${content.type} can not be sent through Twilio yet; send text`);
  const [sid = '', own = ''] = context.channel.account.split(' ');
  const { messagingServiceSid } = context.channel.settings;
  const sender = typeof messagingServiceSid === 'string' && messagingServiceSid ? { MessagingServiceSid: messagingServiceSid } : { From: own };
  const calls = splitText(content.text.normalize('NFC'), MAX_TEXT).map((body, i): Call => {
    const callback = `${context.publicUrl}webhooks/sms/status?mid=${context.ownId}.${i + 1}${OVERRIDES}`;
    const form = new URLSearchParams({ To: to, ...sender, Body: body, StatusCallback: callback });
    return { method: 'POST', path: `/2010-04-01/Accounts/${sid}/Messages.json`, contentType: 'application/x-www-form-urlencoded', body: form.toString() };
  });
  return { ok: true, value: { calls, losses: [] } };
}
