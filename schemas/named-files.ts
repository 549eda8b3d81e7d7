import type { OutboundContent, OutMedia } from './content.ts';

/** A file that content names, where it names it (JSON pointer within the content), and as what. */
export interface NamedFile {
  readonly media: OutMedia;
  readonly pointer: string;
  readonly as: 'image' | 'audio' | 'voice' | 'video' | 'document' | 'sticker';
}

/** Every file of a message; a card's is a picture. */
export function namedFiles(content: OutboundContent): NamedFile[] {
  if (content.type === 'cards') return content.cards.flatMap(({ media }, i): NamedFile[] => (media ? [{ media, pointer: `/cards/${i}/media`, as: 'image' }] : []));
  return 'media' in content ? [{ media: content.media, pointer: '/media', as: content.type }] : [];
}
/** By what it is known: the id, or the address. */
export const refOf = (media: OutMedia): string => ('id' in media ? media.id : media.url);
