import type { Of, Piece } from '../_content/piece.ts';
import type { RenderContext } from '../contract.ts';
import type { MediaKind } from '../natives.ts';

export type Body = Readonly<Record<string, unknown>>;
type Plain = Extract<Piece, { type: 'text' | 'location' | 'contacts' | 'reaction' | MediaKind }>;

/** A card needs a name part beside the formatted name (whatsapp.md 5.4). */
function contact({ name, phones }: Of<'contacts'>['contacts'][number]): Body {
  const parts = { ...(name.first || !name.last ? { first_name: name.first || name.formatted } : {}), ...(name.last ? { last_name: name.last } : {}) };
  return { name: { formatted_name: name.formatted, ...parts }, phones: phones.map(({ phone, type }) => ({ phone, ...(type ? { type } : {}) })) };
}

/** Messages without buttons, as `type` and the object of that name (whatsapp.md 5.3, 5.4). */
export function nativePlain(piece: Plain, context: RenderContext): Body {
  switch (piece.type) {
    case 'text':
      return { type: 'text', text: { preview_url: /https?:\/\//.test(piece.text), body: piece.text } };
    case 'location': {
      const { latitude, longitude, name, address } = piece;
      return { type: 'location', location: { latitude, longitude, ...(name ? { name } : {}), ...(address ? { address } : {}) } };
    }
    case 'contacts':
      return { type: 'contacts', contacts: piece.contacts.map(contact) };
    case 'reaction':
      return { type: 'reaction', reaction: { message_id: context.reactTo, emoji: piece.emoji } };
    case 'image':
    case 'audio':
    case 'voice':
    case 'video':
    case 'document':
    case 'sticker': {
      const { media, caption, filename } = piece;
      const type = piece.type === 'voice' ? 'audio' : piece.type;
      const file = { ...('url' in media ? { link: media.url } : { id: media.id }), ...(caption ? { caption } : {}), ...(filename ? { filename } : {}) };
      return { type, [type]: piece.type === 'voice' ? { ...file, voice: true } : file };
    }
  }
}
