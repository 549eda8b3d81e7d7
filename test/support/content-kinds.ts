import type { OutboundContent } from '../../schemas/index.ts';

const url = (name: string) => `https://cdn.example/${name}`;
const options = (n: number) => Array.from({ length: n }, (_, i) => ({ id: `o${i + 1}`, title: `Option ${i + 1}` }));

/** Every kind of content, with what is native somewhere and what is not. */
export const KINDS: Readonly<Record<string, OutboundContent>> = {
  text: { type: 'text', text: 'hi “there” 👋' },
  'long text': { type: 'text', text: 'Where is it? '.repeat(400) },
  markdown: { type: 'text', text: '**Bold** and _soft_: [site](https://a.example)', format: 'markdown' },
  image: { type: 'image', media: { url: url('a.jpg') }, caption: 'Door' },
  audio: { type: 'audio', media: { url: url('a.m4a') } },
  voice: { type: 'voice', media: { url: url('a.ogg') } },
  video: { type: 'video', media: { url: url('a.mp4') } },
  document: { type: 'document', media: { url: url('a.pdf') }, filename: 'i.pdf' },
  sticker: { type: 'sticker', media: { url: url('a.webp') } },
  location: { type: 'location', latitude: 51.5, longitude: -0.12, name: 'Depot' },
  contacts: { type: 'contacts', contacts: [{ name: { formatted: 'Ben' }, phones: [{ phone: '+4477' }] }] },
  reaction: { type: 'reaction', emoji: '👍', target: { platformId: 'mid.T' } },
  buttons: { type: 'choices', body: 'Pick', options: options(3) },
  list: { type: 'choices', body: 'Pick', options: options(10), header: 'H', footer: 'F' },
  menu: { type: 'choices', body: 'Pick', options: options(14) },
  cards: {
    type: 'cards',
    body: 'Plans',
    cards: [1, 2].map((n) => ({ title: `Plan ${n}`, body: 'Good', media: { url: url(`${n}.png`) }, buttons: [{ type: 'reply' as const, title: 'More', id: `m${n}` }] })),
  },
  link: { type: 'link', body: 'Dates', title: 'See', url: url('d') },
  request: { type: 'request', what: 'location', body: 'Where?' },
  'contact request': { type: 'request', what: 'contact', body: 'Number?' },
  template: { type: 'template', name: 'slot', language: 'en_GB', components: [{ type: 'body', parameters: [{ type: 'text', text: 'Ana' }] }] },
  raw: { type: 'raw', payload: { messaging_product: 'whatsapp', type: 'text', text: { body: 'x' }, message: { text: 'x' } } },
};
