import type { Failure, OutboundContent } from '../../schemas/index.ts';
import { refused } from '../_content/check-content.ts';
import { compose, type Place } from '../_content/compose.ts';
import type { Piece } from '../_content/piece.ts';
import type { Call, RenderContext, Rendered, Result } from '../contract.ts';
import { capabilities } from './limits.ts';
import { nativeInteractive } from './native-interactive.ts';
import { type Body, nativePlain } from './native-plain.ts';
import { nativeTemplate } from './native-template.ts';

/** Graph version where the channel names none (v26.0 is of 29 July 2026). */
const GRAPH_VERSION = 'v26.0';
export const versionOf = (settings: Readonly<Record<string, unknown>>): string => (typeof settings.graphVersion === 'string' ? settings.graphVersion : GRAPH_VERSION);

/** Exactly one of `to` and `recipient`: phones with `+` (without it Meta prepends the business's own country code), BSUIDs in `recipient`. */
function addressee({ to: { type, value } }: RenderContext): Record<string, string> | null {
  if (type === 'phone') return { recipient_type: 'individual', to: value };
  if (type === 'whatsapp_user' || type === 'whatsapp_parent_user') return { recipient_type: 'individual', recipient: value };
  return type === 'group' ? { recipient_type: 'group', to: value } : null;
}

/** `type` and the object of that name. */
function typed(piece: Piece, place: Place): Result<Body, Failure> {
  switch (piece.type) {
    case 'template':
      return nativeTemplate(piece);
    case 'choices':
    case 'cards':
    case 'link':
    case 'request':
      return { ok: true, value: { type: 'interactive', interactive: nativeInteractive(piece, place.context) } };
    case 'raw':
      return { ok: true, value: {} };
    case 'text':
    case 'location':
    case 'contacts':
    case 'reaction':
    case 'image':
    case 'audio':
    case 'voice':
    case 'video':
    case 'document':
    case 'sticker':
      return { ok: true, value: nativePlain(piece, place.context) };
  }
}

/** As it was given, to our recipient alone: where a payload names `to` as well as `recipient`, `to` wins (whatsapp.md 2.17.4). */
function addressed({ to: _to, recipient: _recipient, ...payload }: Body, address: Record<string, string>): Body {
  return { ...payload, ...address };
}

function native(piece: Piece, place: Place): Result<Call, Failure> {
  const { context } = place;
  const to = addressee(context);
  if (!to) return refused('unknown_recipient', `an address of kind ${context.to.type} can not be written to on WhatsApp`);
  const body = typed(piece, place);
  if (!body.ok) return body;
  // A reaction quotes nothing: it names its message itself.
  const quote = place.replyTo !== undefined && piece.type !== 'reaction' ? { context: { message_id: place.replyTo } } : {};
  const message = piece.type === 'raw' ? addressed(piece.payload, to) : { messaging_product: 'whatsapp', ...to, ...body.value, ...quote, biz_opaque_callback_data: place.ownId };
  const path = `/${versionOf(context.channel.settings)}/${context.channel.account}/messages`;
  return { ok: true, value: { method: 'POST', path, contentType: 'application/json', body: JSON.stringify(message) } };
}

/** Content as Cloud API calls. */
export const render = (content: OutboundContent, context: RenderContext): Result<Rendered, Failure> => compose(content, context, { name: 'WhatsApp', capabilities, native });
