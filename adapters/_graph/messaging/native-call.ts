import type { Failure } from '../../../schemas/index.ts';
import { refused } from '../../_content/check-content.ts';
import type { Place } from '../../_content/compose.ts';
import type { Of, Piece } from '../../_content/piece.ts';
import type { Call, RenderContext, Result } from '../../contract.ts';
import { graphVersionOf, senderOf } from './graph-path.ts';
import { type Body, nativeMessage } from './native-message.ts';

/** How a channel of the Messenger Platform addresses its customers; null: this address can not be written to. */
export interface Way {
  readonly name: string;
  recipientOf(context: RenderContext): Readonly<Record<string, string>> | null;
}

/** A person's late answer carries its tag (messenger.md 5.2); everything else is a response within the window. */
const typeOf = ({ tag }: RenderContext): Body => (tag ? { messaging_type: 'MESSAGE_TAG', tag } : { messaging_type: 'RESPONSE' });

function utility({ name, language, components, contentSid }: Of<'template'>): Result<Body, Failure> {
  if (contentSid !== undefined) return refused('content_unsupported', 'contentSid: a content SID is a template of Twilio; give name and language');
  if (!name || !language) return refused('invalid_request', 'a utility template of Messenger needs name and language, e.g. "en"');
  return { ok: true, value: { template: { name, language: { code: language }, ...(components?.length ? { components } : {}) } } };
}
/** Any emoji; the last one stands (messenger.md 4.4). */
function reaction({ emoji }: Of<'reaction'>, { reactTo }: RenderContext): Body {
  return emoji ? { sender_action: 'react', payload: { message_id: reactTo, reaction: emoji } } : { sender_action: 'unreact', payload: { message_id: reactTo } };
}

/** Everything of a request but its recipient. */
function requestOf(piece: Piece, { context, ownId, replyTo }: Place, way: Way): Result<Body, Failure> {
  const quote = replyTo === undefined ? {} : { reply_to: { mid: replyTo } };
  switch (piece.type) {
    case 'raw':
      return { ok: true, value: piece.payload };
    case 'reaction':
      return { ok: true, value: reaction(piece, context) };
    case 'template': {
      const message = utility(piece);
      return message.ok ? { ok: true, value: { messaging_type: 'UTILITY', message: { ...message.value, metadata: ownId }, ...quote } } : message;
    }
    case 'location':
    case 'contacts':
      return refused('content_unsupported', `${way.name} has no ${piece.type}`);
    case 'text':
    case 'choices':
    case 'cards':
    case 'link':
    case 'request':
    case 'image':
    case 'audio':
    case 'voice':
    case 'video':
    case 'document':
    case 'sticker':
      // `metadata` comes back in the echo: evidence that the call arrived.
      return { ok: true, value: { ...typeOf(context), message: { ...nativeMessage(piece), metadata: ownId }, ...quote } };
  }
}

/** One call of the Send API for a piece. */
export const nativeCall =
  (way: Way) =>
  (piece: Piece, place: Place): Result<Call, Failure> => {
    const { channel, to } = place.context;
    const recipient = way.recipientOf(place.context);
    if (!recipient) return refused('unknown_recipient', `an address of kind ${to.type} can not be written to on ${way.name}`);
    const request = requestOf(piece, place, way);
    if (!request.ok) return request;
    const body = piece.type === 'raw' ? { ...request.value, recipient } : { recipient, ...request.value };
    const path = `/${graphVersionOf(channel.settings)}/${senderOf(channel.account, channel.settings)}/messages`;
    return { ok: true, value: { method: 'POST', path, contentType: 'application/json', body: JSON.stringify(body) } };
  };
