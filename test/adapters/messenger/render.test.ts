import type { RenderContext } from '../../../adapters/contract.ts';
import { createInstagramAdapter } from '../../../adapters/instagram/index.ts';
import { createMessengerAdapter } from '../../../adapters/messenger/index.ts';
import { expectRow, type Row, shown } from '../../support/render-suite.ts';

const MESSENGER: RenderContext = {
  channel: { id: 'ch_fb', type: 'messenger', account: '104900000000001', settings: {} },
  publicUrl: 'https://gw.example/',
  to: { type: 'psid', value: '7410000000000011' },
  ownId: 'ms_1.1',
};
const INSTAGRAM: RenderContext = {
  ...MESSENGER,
  channel: { id: 'ch_ig', type: 'instagram', account: '17841400000000001', settings: {} },
  to: { type: 'igsid', value: '7410000000000011' },
};
const recipient = { id: '7410000000000011' };
const sent = (message: object, n = 1, more: object = {}) => ({ recipient, messaging_type: 'RESPONSE', message: { ...message, metadata: `ms_1.1.${n}` }, ...more });
const text = (value: string, n = 1) => sent({ text: value }, n);
const file = (type: string, url: string, n = 1) => sent({ attachment: { type, payload: { url } } }, n);
const template = (payload: object, n = 1) => sent({ attachment: { type: 'template', payload } }, n);
const url = (name: string) => `https://cdn.example/${name}`;
const options = (n: number) => Array.from({ length: n }, (_, i) => ({ id: `o${i + 1}`, title: `Option ${i + 1}` }));
const quick = (n: number) => options(n).map(({ id, title }) => ({ content_type: 'text', title, payload: id }));
const numbered = (n: number) =>
  options(n)
    .map(({ title }, i) => `${i + 1}. ${title}`)
    .join('\n');
const LONG = 'Talk to somebody about my order';

/** What Messenger and Instagram do alike. */
const BOTH: readonly Row[] = [
  ['text', { type: 'text', text: 'hi' }, [text('hi')]],
  ['an answer', { type: 'text', text: 'hi' }, [sent({ text: 'hi' }, 1, { reply_to: { mid: 'm_Q' } })], [], { replyTo: 'm_Q' }],
  [
    'a person after the window',
    { type: 'text', text: 'hi' },
    [{ recipient, messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT', message: { text: 'hi', metadata: 'ms_1.1.1' } }],
    [],
    { tag: 'HUMAN_AGENT' },
  ],
  ['thirteen choices are quick replies', { type: 'choices', body: 'Pick', options: options(13) }, [sent({ text: 'Pick', quick_replies: quick(13) })]],
  ['fourteen are numbered', { type: 'choices', body: 'Pick', options: options(14) }, [text(`Pick\n\n${numbered(14)}`)], ['choices_numbered']],
  [
    'buttons by wish',
    { type: 'choices', body: 'Pick', style: 'buttons', options: options(3) },
    [template({ template_type: 'button', text: 'Pick', buttons: options(3).map(({ id, title }) => ({ type: 'postback', title, payload: id })) })],
  ],
  [
    'four buttons by wish are quick replies',
    { type: 'choices', body: 'Pick', style: 'buttons', options: options(4) },
    [sent({ text: 'Pick', quick_replies: quick(4) })],
    ['choices_restyled'],
  ],
  [
    'header, footer, descriptions and long titles stand in the body',
    {
      type: 'choices',
      body: 'Pick',
      header: 'H',
      footer: 'F',
      options: [
        { id: 'a', title: LONG },
        { id: 'b', title: 'B', description: 'second' },
      ],
    },
    [
      sent({
        text: `H\n\nPick\n\n${LONG}\nB: second\n\nF`,
        quick_replies: [
          { content_type: 'text', title: 'Talk to somebody ab…', payload: 'a' },
          { content_type: 'text', title: 'B', payload: 'b' },
        ],
      }),
    ],
    ['title_shortened', 'description_in_body', 'header_in_body', 'footer_in_body'],
  ],
  [
    'link',
    { type: 'link', body: 'Dates', title: 'See', url: url('d') },
    [template({ template_type: 'button', text: 'Dates', buttons: [{ type: 'web_url', url: url('d'), title: 'See' }] })],
  ],
  [
    'cards',
    {
      type: 'cards',
      body: 'Plans',
      cards: [
        { title: 'One', body: 'Good', media: { url: url('1.png') }, buttons: [{ type: 'reply', title: 'More', id: 'm1' }] },
        { title: 'Two', body: 'Better', buttons: [{ type: 'url', title: 'Buy', url: url('b') }] },
      ],
    },
    [
      text('Plans'),
      template(
        {
          template_type: 'generic',
          elements: [
            { title: 'One', subtitle: 'Good', image_url: url('1.png'), buttons: [{ type: 'postback', title: 'More', payload: 'm1' }] },
            { title: 'Two', subtitle: 'Better', buttons: [{ type: 'web_url', url: url('b'), title: 'Buy' }] },
          ],
        },
        2,
      ),
    ],
    ['body_apart'],
  ],
  [
    'a card with more text than it holds',
    { type: 'cards', body: 'Plans', cards: [{ title: 'One', body: 'g'.repeat(81) }] },
    [text(`Plans\n\nOne\n${'g'.repeat(81)}`), template({ template_type: 'generic', elements: [{ title: 'One', subtitle: `${'g'.repeat(79)}…` }] }, 2)],
    ['card_shortened', 'body_apart'],
  ],
  ['cards of nothing but a title', { type: 'cards', body: 'Plans', cards: [{ title: 'One' }, { title: 'Two' }] }, [text('Plans\n\nOne\n\nTwo')], ['cards_as_messages']],
  ['image with a caption', { type: 'image', media: { url: url('a.jpg') }, caption: 'Door' }, [file('image', url('a.jpg')), text('Door', 2)], ['caption_as_text']],
  ['video', { type: 'video', media: { url: url('a.mp4') } }, [file('video', url('a.mp4'))]],
  ['voice', { type: 'voice', media: { url: url('a.m4a') } }, [file('audio', url('a.m4a'))], ['voice_as_audio']],
  ['document', { type: 'document', media: { url: url('a.pdf') }, filename: 'i.pdf' }, [file('file', url('a.pdf'))], ['filename_lost']],
  [
    'location',
    { type: 'location', latitude: 51.5, longitude: -0.12, name: 'Depot', address: '1 Rd' },
    [text('Depot\n1 Rd\nhttps://www.google.com/maps/search/?api=1&query=51.5%2C-0.12')],
    ['location_as_text'],
  ],
  ['contacts', { type: 'contacts', contacts: [{ name: { formatted: 'Ben' }, phones: [{ phone: '+4477' }] }] }, [text('Ben\n+4477')], ['contacts_as_text']],
  ['request of a number', { type: 'request', what: 'contact', body: 'Number?' }, [sent({ text: 'Number?', quick_replies: [{ content_type: 'user_phone_number' }] })]],
  ['request of a place', { type: 'request', what: 'location', body: 'Where?' }, [text('Where?')], ['request_as_text']],
  [
    'reaction',
    { type: 'reaction', emoji: '😊', target: { platformId: 'm_T' } },
    [{ recipient, sender_action: 'react', payload: { message_id: 'm_T', reaction: '😊' } }],
    [],
    { reactTo: 'm_T' },
  ],
  [
    'no reaction any more',
    { type: 'reaction', emoji: '', target: { platformId: 'm_T' } },
    [{ recipient, sender_action: 'unreact', payload: { message_id: 'm_T' } }],
    [],
    { reactTo: 'm_T' },
  ],
  ['raw: the address alone is filled in', { type: 'raw', payload: { recipient: { id: 'me' }, message: { text: 'x' } } }, [{ recipient, message: { text: 'x' } }]],
];
const ONLY_MESSENGER: readonly Row[] = [
  ['sticker', { type: 'sticker', media: { url: url('a.webp') } }, [file('image', url('a.webp'))], ['sticker_as_image']],
  ['any document', { type: 'document', media: { url: url('a.zip') } }, [file('file', url('a.zip'))]],
  [
    'utility template',
    { type: 'template', name: 'order', language: 'en', components: [{ type: 'body', parameters: [] }] },
    [
      {
        recipient,
        messaging_type: 'UTILITY',
        message: { template: { name: 'order', language: { code: 'en' }, components: [{ type: 'body', parameters: [] }] }, metadata: 'ms_1.1.1' },
      },
    ],
  ],
  ['text of 2,001 characters', { type: 'text', text: `${'a'.repeat(2000)}b` }, [text('a'.repeat(2000)), text('b', 2)]],
];
const ONLY_INSTAGRAM: readonly Row[] = [
  [
    'a sticker it does not take, with a Page',
    { type: 'sticker', media: { url: url('a.webp') } },
    [sent({ attachment: { type: 'image', payload: { attachment_id: `upload:${url('a.webp')}` } } })],
    ['sticker_as_image', 'media_converted'],
    { channel: { ...INSTAGRAM.channel, settings: { pageId: '104900000000001' } } },
  ],
  ['and by itself', { type: 'sticker', media: { url: url('a.webp') } }, [file('image', `link:${url('a.webp')}`)], ['sticker_as_image', 'media_converted']],
  ['a document that is no PDF', { type: 'document', media: { url: url('a.zip') }, caption: 'All' }, [text(`All\n${url('a.zip')}`)], ['media_as_link']],
  ['text by bytes', { type: 'text', text: 'é'.repeat(501) }, [text('é'.repeat(500)), text('é', 2)]],
  ['a body by bytes', { type: 'choices', body: 'é'.repeat(501), options: options(1) }, [text('é'.repeat(500)), sent({ text: 'é', quick_replies: quick(1) }, 2)], ['body_split']],
];
const messenger = createMessengerAdapter();
const instagram = createInstagramAdapter();
const named = (rows: readonly Row[]) => rows.map((row) => [row[0], row] as const);
test.each(named([...BOTH, ...ONLY_MESSENGER]))('Messenger: %s', (_what, row) => expectRow(messenger, MESSENGER, row));
test.each(named([...BOTH, ...ONLY_INSTAGRAM]))('Instagram: %s', (_what, row) => expectRow(instagram, INSTAGRAM, row));

test('templates that a channel lacks, and a file by id, are refused in words', () => {
  expect(() => shown(instagram, { type: 'template', name: 'x', language: 'en' }, INSTAGRAM)).toThrow('content_unsupported: Instagram has no templates');
  expect(() => shown(messenger, { type: 'template', contentSid: 'HX1' }, MESSENGER)).toThrow('content_unsupported: contentSid');
  expect(() => shown(messenger, { type: 'image', media: { id: 'md_1' } }, MESSENGER)).toThrow('unknown_media: media');
});
