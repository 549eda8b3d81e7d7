import type { Failure, OutboundContent } from '../../schemas/index.ts';
import { splitText } from '../_text/split-text.ts';
import type { Call, RenderContext, Rendered, Result } from '../contract.ts';
import { capabilities } from './limits.ts';

/** Graph version where the channel names none (v26.0 is of 29 July 2026). */
export const GRAPH_VERSION = 'v26.0';

const refuse = (code: Failure['code'], message: string): Result<Rendered, Failure> => ({
  ok: false,
  error: { code, outcome: 'not_sent', retryable: false, scope: 'message', platformMessage: message },
});

/** Exactly one of `to` and `recipient`: phones with `+` (without it Meta prepends the business's own country code), BSUIDs in `recipient`. */
function addressee(context: RenderContext): Record<string, string> | null {
  const { type, value } = context.to;
  if (type === 'phone') return { recipient_type: 'individual', to: value };
  if (type === 'whatsapp_user' || type === 'whatsapp_parent_user') return { recipient_type: 'individual', recipient: value };
  return type === 'group' ? { recipient_type: 'group', to: value } : null;
}

/** Content as Cloud API calls, in order. Pure: same content and context, same bytes. */
export function render(content: OutboundContent, context: RenderContext): Result<Rendered, Failure> {
  const to = addressee(context);
  if (!to) return refuse('unknown_recipient', `an address of kind ${context.to.type} can not be written to on WhatsApp`);
  if (content.type !== 'text') return refuse('content_unsupported', `content of type ${content.type} can not be sent on WhatsApp yet; send text`);
  const version = typeof context.channel.settings.graphVersion === 'string' ? context.channel.settings.graphVersion : GRAPH_VERSION;
  const calls = splitText(content.text, capabilities.text.max).map((body, i): Call => {
    const quote = i === 0 && context.replyTo ? { context: { message_id: context.replyTo } } : {};
    const message = {
      messaging_product: 'whatsapp',
      ...to,
      type: 'text',
      text: { preview_url: /https?:\/\//.test(body), body },
      ...quote,
      biz_opaque_callback_data: `${context.ownId}.${i + 1}`,
    };
    return { method: 'POST', path: `/${version}/${context.channel.account}/messages`, contentType: 'application/json', body: JSON.stringify(message) };
  });
  return { ok: true, value: { calls, losses: [] } };
}
