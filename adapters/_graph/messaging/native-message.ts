import type { Card, CardButton, Piece } from '../../_content/piece.ts';
import type { MediaKind } from '../../natives.ts';

export type Body = Readonly<Record<string, unknown>>;
type Media = Extract<Piece, { type: MediaKind }>;
/** Pieces that are a `message`; the others are never asked for: places and contacts are degraded to text. */
export type Message = Extract<Piece, { type: 'text' | 'choices' | 'cards' | 'link' | 'request' | MediaKind }>;

/** How the platform calls each kind. */
export const TYPE: Readonly<Record<Media['type'], string>> = { image: 'image', sticker: 'image', audio: 'audio', voice: 'audio', video: 'video', document: 'file' };
const template = (payload: Body): Body => ({ attachment: { type: 'template', payload } });
const button = ({ type, title, url, id }: CardButton): Body => (type === 'url' ? { type: 'web_url', url, title } : { type: 'postback', title, payload: id });

function element({ title, body, media, buttons = [] }: Card): Body {
  const image = media && 'url' in media ? { image_url: media.url } : {};
  return { title, ...(body ? { subtitle: body } : {}), ...image, ...(buttons.length ? { buttons: buttons.map(button) } : {}) };
}

/** The `message` of a piece, without metadata (messenger.md 4.2, 4.3). */
export function nativeMessage(piece: Message): Body {
  switch (piece.type) {
    case 'text':
      return { text: piece.text };
    case 'choices':
      return piece.form === 'buttons'
        ? template({ template_type: 'button', text: piece.body, buttons: piece.options.map(({ id, title }) => button({ type: 'reply', id, title })) })
        : { text: piece.body, quick_replies: piece.options.map(({ id, title }) => ({ content_type: 'text', title, payload: id })) };
    case 'cards':
      return template({ template_type: 'generic', elements: piece.cards.map(element) });
    case 'link':
      return template({ template_type: 'button', text: piece.body, buttons: [button({ type: 'url', title: piece.title, url: piece.url })] });
    case 'request':
      return { text: piece.body, quick_replies: [{ content_type: 'user_phone_number' }] };
    case 'image':
    case 'audio':
    case 'voice':
    case 'video':
    case 'document':
    case 'sticker':
      return { attachment: { type: TYPE[piece.type], payload: 'url' in piece.media ? { url: piece.media.url } : { attachment_id: piece.media.id } } };
  }
}
