import type { Failure, OutboundContent } from '../../schemas/index.ts';
import { compose } from '../_content/compose.ts';
import { splitText } from '../_text/split-text.ts';
import type { RenderContext, Rendered, Result } from '../contract.ts';
import { capabilitiesOf } from './limits.ts';
import { bodyText, nativeCall } from './native-call.ts';
import { MAX_TEXT, nativesBetween } from './natives.ts';
import { smsOfCall } from './segments-of-call.ts';

const NAMES = { sms: 'SMS', whatsapp: 'WhatsApp by Twilio', rcs: 'RCS', messenger: 'Messenger', instagram: 'Instagram' } as const;

/** Segments of all parts together; one part that is not GSM-7 is what a sender wants to know of. */
function segmentsOf(calls: Rendered['calls']): Pick<Rendered, 'sms'> {
  const all = calls.flatMap((call) => smsOfCall(call) ?? []);
  if (!all.length) return {};
  return { sms: { encoding: all.some(({ encoding }) => encoding === 'ucs2') ? 'UCS-2' : 'GSM-7', segments: all.reduce((sum, { segments }) => sum + segments, 0) } };
}

/** Content as calls of the Messages resource, in order. Twilio itself cuts a text into segments; only longer ones than it takes are split here. */
export function render(content: OutboundContent, context: RenderContext): Result<Rendered, Failure> {
  const { type } = context.channel;
  const rendered = compose(content, context, {
    name: NAMES[type],
    capabilities: { ...capabilitiesOf(type), natives: nativesBetween(context) },
    native: nativeCall,
    split: (text) => splitText(bodyText(text, context), MAX_TEXT),
  });
  return rendered.ok ? { ok: true, value: { ...rendered.value, ...segmentsOf(rendered.value.calls) } } : rendered;
}
