import type { Failure, OutboundContent } from '../../schemas/index.ts';
import { refused } from '../_content/check-content.ts';
import type { Place } from '../_content/compose.ts';
import type { Of, Piece } from '../_content/piece.ts';
import { smartEncode } from '../_text/smart-encoding.ts';
import type { Call, RenderContext, Result } from '../contract.ts';

/** Twilio retries a callback that could not connect or was answered 5xx only where its address says so (connection overrides). */
export const OVERRIDES = '#rc=5&rp=ct,rt,5xx&ct=2000&rt=3500';
/** Names and values, in order; a list repeats its name. */
type Parameters = readonly (readonly [string, string | readonly string[]])[];

/** The recipient as Twilio writes it on this channel; user ids go without a plus. */
function addressee({ channel, to }: RenderContext): string | null {
  const scheme = channel.type === 'sms' ? '' : `${channel.type}:`;
  if (to.type === 'phone' || (to.type === 'sender_id' && channel.type === 'sms')) return scheme + to.value;
  if (channel.type === 'whatsapp' && (to.type === 'whatsapp_user' || to.type === 'whatsapp_parent_user')) return scheme + to.value;
  return channel.type === 'rcs' && to.type === 'rcs' ? scheme + to.value : null;
}
function senderOf({ channel: { account, settings } }: RenderContext): readonly [string, string] {
  const [, own = ''] = account.split(' ');
  const { messagingServiceSid } = settings;
  return typeof messagingServiceSid === 'string' && messagingServiceSid ? ['MessagingServiceSid', messagingServiceSid] : ['From', own];
}

/** Text as it goes out: composed, for letters with marks apart are no GSM-7; with GSM-7 look-alikes where the channel asks for them. */
export function bodyText(text: string, { channel: { type, settings } }: RenderContext): string {
  const composed = text.normalize('NFC');
  return type === 'sms' && settings.smartEncoding === true ? smartEncode(composed) : composed;
}
/** Twilio's own replacing, as the channel says: a messaging service may have it on, and what is replaced there is in no preview. */
const smartEncoded = ({ channel: { type, settings } }: RenderContext): Parameters =>
  type === 'sms' && typeof settings.smartEncoding === 'boolean' ? [['SmartEncoded', String(settings.smartEncoding)]] : [];

/** What no variable may hold on WhatsApp: line breaks, tabs, more than four blanks in a row. https://www.twilio.com/docs/api/errors/63013 */
const FORBIDDEN = /[\n\r\t]| {5}/;
function template({ contentSid, variables = {} }: Of<'template'>, { channel }: RenderContext): Result<Parameters, Failure> {
  if (!contentSid) return refused('content_unsupported', 'contentSid: Twilio sends templates by their content SID (HX…), not by name');
  const bad = channel.type === 'whatsapp' ? Object.entries(variables).find(([, value]) => FORBIDDEN.test(value)) : undefined;
  if (bad) return refused('invalid_request', `variables.${bad[0]}: WhatsApp takes no line break, tab or more than four blanks in a row`);
  const values: Parameters = Object.keys(variables).length ? [['ContentVariables', JSON.stringify(variables)]] : [];
  return { ok: true, value: [['ContentSid', contentSid], ...values] };
}

/** Label and Body of a place: the Body is a must, and what the customer reads where no map is shown. */
function location({ latitude, longitude, name, address }: Of<'location'>): Parameters {
  const label = (name ?? address)?.replace(/[|\r\n]+/g, ' ');
  return [
    ['Body', [name, address].filter(Boolean).join('\n') || `${latitude}, ${longitude}`],
    ['PersistentAction', `geo:${latitude},${longitude}${label ? `|${label}` : ''}`],
  ];
}

function raw({ payload }: Of<'raw'>): Parameters {
  const one = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  // Addresses are the gateway's to fill in: a payload must not send as another channel, or to another customer than the log says.
  const own = Object.entries(payload).filter(([name, value]) => !['To', 'From', 'MessagingServiceSid'].includes(name) && value !== undefined && value !== null);
  return own.map(([name, value]) => [name, Array.isArray(value) ? value.map(one) : one(value)]);
}

/** What is sent, without addresses. */
function contentOf(piece: Piece, context: RenderContext): Result<Parameters, Failure> {
  switch (piece.type) {
    case 'text':
      return { ok: true, value: [['Body', piece.text], ...smartEncoded(context)] };
    case 'location':
      return { ok: true, value: location(piece) };
    case 'template':
      return template(piece, context);
    case 'raw':
      return { ok: true, value: raw(piece) };
    case 'image':
    case 'audio':
    case 'voice':
    case 'video':
    case 'document':
    case 'sticker': {
      const caption: Parameters = piece.caption ? [['Body', bodyText(piece.caption, context)], ...smartEncoded(context)] : [];
      return { ok: true, value: [...caption, ['MediaUrl', 'url' in piece.media ? piece.media.url : piece.media.id]] };
    }
    case 'reaction':
    case 'contacts':
    case 'choices':
    case 'cards':
    case 'link':
    case 'request':
      return refused('content_unsupported', `Twilio's Messages resource has no ${piece.type satisfies OutboundContent['type']}`);
  }
}

/** One call of the Messages resource. Our id stands in the address of the callback, which Twilio signs. */
export function nativeCall(piece: Piece, { context, ownId }: Place): Result<Call, Failure> {
  const to = addressee(context);
  if (to === null) return refused('unknown_recipient', `an address of kind ${context.to.type} can not be written to on this channel`);
  const content = contentOf(piece, context);
  if (!content.ok) return content;
  const callback: Parameters = content.value.some(([name]) => name === 'StatusCallback')
    ? []
    : [['StatusCallback', `${context.publicUrl}webhooks/sms/status?mid=${ownId}${OVERRIDES}`]];
  const form = new URLSearchParams();
  for (const [name, value] of [['To', to], senderOf(context), ...content.value, ...callback] as Parameters) for (const one of [value].flat()) form.append(name, one);
  const [sid = ''] = context.channel.account.split(' ');
  return { ok: true, value: { method: 'POST', path: `/2010-04-01/Accounts/${sid}/Messages.json`, contentType: 'application/x-www-form-urlencoded', body: form.toString() } };
}
