import type { Failure, OutboundContent } from '../../../schemas/index.ts';
import { splitText } from '../../_text/split-text.ts';
import type { Call, Capabilities, RenderContext, Rendered, Result } from '../../contract.ts';
import { graphVersionOf } from './graph-path.ts';

const refuse = (code: Failure['code'], message: string): Result<Rendered, Failure> => ({
  ok: false,
  error: { code, outcome: 'not_sent', retryable: false, scope: 'message', platformMessage: message },
});

interface Way {
  readonly name: string;
  /** The node that sends: Page, Instagram account, or `me`. */
  readonly node: string;
  /** Null: this address can not be written to. */
  readonly recipient: Readonly<Record<string, string>> | null;
  readonly text: Capabilities['text'];
}

/** Text as calls of the Send API, in order. `metadata` comes back in the echo: evidence that the call arrived. Pure: same content and context, same bytes. */
export function renderText(content: OutboundContent, context: RenderContext, way: Way): Result<Rendered, Failure> {
  if (!way.recipient) return refuse('unknown_recipient', `an address of kind ${context.to.type} can not be written to on ${way.name}`);
  if (content.type !== 'text') return refuse('content_unsupported', `content of type ${content.type} can not be sent on ${way.name} yet; send text`);
  const path = `/${graphVersionOf(context.channel.settings)}/${way.node}/messages`;
  const unit = way.text.unit === 'byte' ? 'byte' : 'character';
  const calls = splitText(content.text, way.text.max, unit).map((text, i): Call => {
    const quote = i === 0 && context.replyTo ? { reply_to: { mid: context.replyTo } } : {};
    const body = { recipient: way.recipient, messaging_type: 'RESPONSE', message: { text, metadata: `${context.ownId}.${i + 1}` }, ...quote };
    return { method: 'POST', path, contentType: 'application/json', body: JSON.stringify(body) };
  });
  return { ok: true, value: { calls, losses: [] } };
}
