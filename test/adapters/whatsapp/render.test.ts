import { createWhatsappAdapter } from '../../../adapters/whatsapp/index.ts';
import type { OutboundContent } from '../../../schemas/index.ts';
import { expectRow, type Row, shown } from '../../support/render-suite.ts';

const adapter = createWhatsappAdapter();
const context = {
  channel: { id: 'ch_wa', type: 'whatsapp' as const, account: '207700000000123', settings: {} },
  publicUrl: 'https://gw.example/',
  to: { type: 'phone' as const, value: '+447700900123' },
  ownId: 'ms_1.1',
};
const head = { messaging_product: 'whatsapp', recipient_type: 'individual', to: '+447700900123' };
/** A message as the API takes it: its own part between address and our id. */
const sent = (body: object, n = 1, quote: object = {}) => ({ ...head, ...body, ...quote, biz_opaque_callback_data: `ms_1.1.${n}` });
const text = (body: string, n = 1, preview_url = false) => sent({ type: 'text', text: { preview_url, body } }, n);
const interactive = (value: object, n = 1) => sent({ type: 'interactive', interactive: value }, n);
const reply = (id: string, title: string) => ({ type: 'reply', reply: { id, title } });
const options = (n: number, title = (i: number) => `Option ${i}`) => Array.from({ length: n }, (_, i) => ({ id: `o${i + 1}`, title: title(i + 1) }));
const url = (name: string) => `https://cdn.example/${name}`;
const card = (n: number, buttons: object[]) => ({ title: `Plan ${n}`, body: 'Good', media: { url: url(`${n}.png`) }, buttons });
const shownCard = (n: number, action: object, type = {}) => ({
  card_index: n - 1,
  ...type,
  header: { type: 'image', image: { link: url(`${n}.png`) } },
  body: { text: `Plan ${n}\nGood` },
  action,
});
const cta = (display_text: string, to: string) => ({ name: 'cta_url', parameters: { display_text, url: to } });
const LONG = 'Talk to somebody about my order';

const ROWS: readonly Row[] = [
  ['text', { type: 'text', text: 'hi' }, [text('hi')]],
  ['text with an address shows it', { type: 'text', text: 'see https://a.example' }, [text('see https://a.example', 1, true)]],
  [
    'an answer quotes with its first part alone',
    { type: 'text', text: `${'a'.repeat(4095)} b c` },
    [sent({ type: 'text', text: { preview_url: false, body: `${'a'.repeat(4095)} ` } }, 1, { context: { message_id: 'wamid.Q' } }), text('b c', 2)],
    [],
    { replyTo: 'wamid.Q' },
  ],
  ['image', { type: 'image', media: { url: url('a.jpg') }, caption: 'Door' }, [sent({ type: 'image', image: { link: url('a.jpg'), caption: 'Door' } })]],
  ['video', { type: 'video', media: { url: url('a.mp4') } }, [sent({ type: 'video', video: { link: url('a.mp4') } })]],
  [
    'document',
    { type: 'document', media: { url: url('a.pdf?x=1') }, caption: 'Invoice', filename: 'i.pdf' },
    [sent({ type: 'document', document: { link: url('a.pdf?x=1'), caption: 'Invoice', filename: 'i.pdf' } })],
  ],
  ['sticker', { type: 'sticker', media: { url: url('a.webp') } }, [sent({ type: 'sticker', sticker: { link: url('a.webp') } })]],
  ['audio', { type: 'audio', media: { url: url('a.mp3') } }, [sent({ type: 'audio', audio: { link: url('a.mp3') } })]],
  ['voice', { type: 'voice', media: { url: url('a.ogg') } }, [sent({ type: 'audio', audio: { link: url('a.ogg'), voice: true } })]],
  ['audio that says voice', { type: 'audio', voice: true, media: { url: url('a') } }, [sent({ type: 'audio', audio: { link: url('a'), voice: true } })]],
  ['voice of another codec', { type: 'voice', media: { url: url('a.mp3') } }, [sent({ type: 'audio', audio: { link: url('a.mp3') } })], ['voice_as_audio']],
  [
    'a caption that audio lacks',
    { type: 'audio', media: { url: url('a.mp3') }, caption: 'Hear' },
    [sent({ type: 'audio', audio: { link: url('a.mp3') } }), text('Hear', 2)],
    ['caption_as_text'],
  ],
  [
    'a caption too long',
    { type: 'image', media: { url: url('a.jpg') }, caption: 'c'.repeat(1025) },
    [sent({ type: 'image', image: { link: url('a.jpg') } }), text('c'.repeat(1025), 2)],
    ['caption_as_text'],
  ],
  ['a type that nothing is made of', { type: 'image', media: { url: url('a.svg') }, caption: 'Ha' }, [text(`Ha\n${url('a.svg')}`, 1, true)], ['media_as_link']],
  [
    'a type that is converted first',
    { type: 'image', media: { url: url('a.gif') }, caption: 'Ha' },
    [sent({ type: 'image', image: { id: `upload:${url('a.gif')}`, caption: 'Ha' } })],
    ['media_converted', 'moving_as_still'],
  ],
  ['location', { type: 'location', latitude: 51.5, longitude: -0.12, name: 'Depot' }, [sent({ type: 'location', location: { latitude: 51.5, longitude: -0.12, name: 'Depot' } })]],
  [
    'contacts',
    {
      type: 'contacts',
      contacts: [
        { name: { formatted: 'Ben' }, phones: [{ phone: '+4477', type: 'WORK' }] },
        { name: { formatted: 'A B', first: 'A', last: 'B' }, phones: [] },
      ],
    },
    [
      sent({
        type: 'contacts',
        contacts: [
          { name: { formatted_name: 'Ben', first_name: 'Ben' }, phones: [{ phone: '+4477', type: 'WORK' }] },
          { name: { formatted_name: 'A B', first_name: 'A', last_name: 'B' }, phones: [] },
        ],
      }),
    ],
  ],
  [
    'reaction',
    { type: 'reaction', emoji: '👍', target: { id: 'ms_0' } },
    [sent({ type: 'reaction', reaction: { message_id: 'wamid.T', emoji: '👍' } })],
    [],
    { reactTo: 'wamid.T', replyTo: 'wamid.Q' },
  ],
  [
    'no reaction any more',
    { type: 'reaction', emoji: '', target: { platformId: 'wamid.T' } },
    [sent({ type: 'reaction', reaction: { message_id: 'wamid.T', emoji: '' } })],
    [],
    { reactTo: 'wamid.T' },
  ],
  [
    'three choices are buttons',
    { type: 'choices', body: 'Pick', header: 'H', footer: 'F', options: options(3) },
    [
      interactive({
        type: 'button',
        header: { type: 'text', text: 'H' },
        body: { text: 'Pick' },
        footer: { text: 'F' },
        action: { buttons: [reply('o1', 'Option 1'), reply('o2', 'Option 2'), reply('o3', 'Option 3')] },
      }),
    ],
  ],
  [
    'ten are a list',
    { type: 'choices', body: 'Pick', options: options(10) },
    [interactive({ type: 'list', body: { text: 'Pick' }, action: { button: 'Options', sections: [{ rows: options(10) }] } })],
  ],
  [
    'a list by wish, opened in words of the channel',
    { type: 'choices', body: 'Pick', style: 'list', options: [{ id: 'a', title: 'A', description: 'first' }] },
    [interactive({ type: 'list', body: { text: 'Pick' }, action: { button: 'Auswählen', sections: [{ rows: [{ id: 'a', title: 'A', description: 'first' }] }] } })],
    [],
    { channel: { ...context.channel, settings: { listButton: 'Auswählen' } } },
  ],
  [
    'descriptions ask for a list',
    { type: 'choices', body: 'Pick', options: [{ id: 'a', title: 'A', description: 'first' }] },
    [interactive({ type: 'list', body: { text: 'Pick' }, action: { button: 'Options', sections: [{ rows: [{ id: 'a', title: 'A', description: 'first' }] }] } })],
  ],
  [
    'eleven are numbered',
    { type: 'choices', body: 'Pick', footer: 'F', options: options(11) },
    [
      text(
        `Pick\n\n${options(11)
          .map((o, i) => `${i + 1}. ${o.title}`)
          .join('\n')}\n\nF`,
      ),
    ],
    ['choices_numbered'],
  ],
  [
    'a title too long for a button is shown whole in a list',
    { type: 'choices', body: 'Pick', options: [{ id: 'a', title: 'x'.repeat(24) }] },
    [interactive({ type: 'list', body: { text: 'Pick' }, action: { button: 'Options', sections: [{ rows: [{ id: 'a', title: 'x'.repeat(24) }] }] } })],
  ],
  [
    'a title too long for both is cut, whole in the body, and told apart',
    { type: 'choices', body: 'Pick', options: [LONG, `${LONG}s`, 'No'].map((title, i) => ({ id: `${i}`, title })) },
    [
      interactive({
        type: 'button',
        body: { text: `Pick\n\n${LONG}\n${LONG}s` },
        action: { buttons: [reply('0', 'Talk to somebody ab…'), reply('1', 'Talk to somebod… (2)'), reply('2', 'No')] },
      }),
    ],
    ['title_shortened'],
  ],
  [
    'a body too long goes before',
    { type: 'choices', body: `${'w '.repeat(600)}end`, options: options(1) },
    [text('w '.repeat(512)), interactive({ type: 'button', body: { text: `${'w '.repeat(88)}end` }, action: { buttons: [reply('o1', 'Option 1')] } }, 2)],
    ['body_split'],
  ],
  ['link', { type: 'link', body: 'Dates', title: 'See', url: url('d') }, [interactive({ type: 'cta_url', body: { text: 'Dates' }, action: cta('See', url('d')) })]],
  [
    'link with a long title',
    { type: 'link', body: 'Dates', title: LONG, url: url('d') },
    [interactive({ type: 'cta_url', body: { text: `Dates\n\n${LONG}` }, action: cta('Talk to somebody ab…', url('d')) })],
    ['title_shortened'],
  ],
  [
    'location request',
    { type: 'request', what: 'location', body: 'Where?' },
    [interactive({ type: 'location_request_message', body: { text: 'Where?' }, action: { name: 'send_location' } })],
  ],
  [
    'contact request',
    { type: 'request', what: 'contact', body: 'Number?' },
    [interactive({ type: 'request_contact_info', body: { text: 'Number?' }, action: { name: 'request_contact_info' } })],
  ],
  [
    'cards with links',
    { type: 'cards', body: 'Plans', cards: [1, 2].map((n) => card(n, [{ type: 'url', title: 'Buy', url: url(`b${n}`) }])) as never },
    [interactive({ type: 'carousel', body: { text: 'Plans' }, action: { cards: [1, 2].map((n) => shownCard(n, cta('Buy', url(`b${n}`)), { type: 'cta_url' })) } })],
  ],
  [
    'cards with replies, more than one message holds',
    { type: 'cards', body: 'Plans', cards: Array.from({ length: 11 }, (_, i) => card(i + 1, [{ type: 'reply', title: 'More', id: `m${i + 1}` }])) as never },
    [Array.from({ length: 6 }, (_, i) => i), Array.from({ length: 5 }, (_, i) => i + 6)].map((group, part) =>
      interactive(
        {
          type: 'carousel',
          body: { text: 'Plans' },
          action: {
            cards: group.map((i, at) => ({ ...shownCard(i + 1, { buttons: [{ type: 'quick_reply', quick_reply: { id: `m${i + 1}`, title: 'More' } }] }), card_index: at })),
          },
        },
        part + 1,
      ),
    ),
    ['cards_split'],
  ],
  [
    'one card, or cards that differ, are messages',
    {
      type: 'cards',
      body: 'Plans',
      cards: [
        card(1, [{ type: 'reply', title: 'More', id: 'm' }]),
        card(2, [{ type: 'url', title: 'Buy', url: url('b') }]),
        { title: 'Plan 3', media: { url: url('3.png') } },
      ] as never,
    },
    [
      text('Plans'),
      sent({ type: 'image', image: { link: url('1.png') } }, 2),
      interactive({ type: 'button', body: { text: 'Plan 1\nGood' }, action: { buttons: [reply('m', 'More')] } }, 3),
      sent({ type: 'image', image: { link: url('2.png') } }, 4),
      interactive({ type: 'cta_url', body: { text: 'Plan 2\nGood' }, action: cta('Buy', url('b')) }, 5),
      sent({ type: 'image', image: { link: url('3.png'), caption: 'Plan 3' } }, 6),
    ],
    ['cards_as_messages'],
  ],
  [
    'template',
    { type: 'template', name: 'slot', language: 'en_GB', components: [{ type: 'body', parameters: [{ type: 'text', text: 'Ana' }] }] },
    [sent({ type: 'template', template: { name: 'slot', language: { code: 'en_GB' }, components: [{ type: 'body', parameters: [{ type: 'text', text: 'Ana' }] }] } })],
  ],
  [
    'template with nothing to fill',
    { type: 'template', name: 'hi', language: 'en', components: [] },
    [sent({ type: 'template', template: { name: 'hi', language: { code: 'en' } } })],
  ],
  [
    'raw: the address alone is filled in',
    { type: 'raw', payload: { messaging_product: 'whatsapp', type: 'x', to: 'me', recipient: 'GB.1', x: { y: 1 } } },
    [{ messaging_product: 'whatsapp', type: 'x', x: { y: 1 }, recipient_type: 'individual', to: head.to }],
  ],
];
test.each(ROWS.map((row) => [row[0], row] as const))('%s', (_what, row) => expectRow(adapter, context, row));

test('numbered options are a menu, with their own ids', () => {
  expect(shown(adapter, { type: 'choices', body: 'Pick', options: options(11) }, context).menu).toEqual(options(11).map((o, i) => ({ n: i + 1, ...o })));
  expect(shown(adapter, { type: 'choices', body: 'Pick', options: options(3) }, context).menu).toBeUndefined();
});

test.each<[string, OutboundContent, string]>([
  ['a file by id', { type: 'image', media: { id: 'md_1' } }, 'unknown_media: media'],
  ['a content SID', { type: 'template', contentSid: 'HX1' }, 'content_unsupported: contentSid'],
  ['a template without a language', { type: 'template', name: 'x' }, 'invalid_request: a template'],
  ['a blank body', { type: 'choices', body: ' ', options: options(1) }, 'invalid_request: body'],
  ['an option without a title', { type: 'choices', body: 'x', options: [{ id: 'a', title: '' }] }, 'invalid_request: options[0]'],
  ['an id twice', { type: 'choices', body: 'x', options: [...options(1), ...options(1)] }, 'invalid_request: options: the id "o1"'],
  [
    'an id twice on a card',
    { type: 'cards', body: 'x', cards: [{ title: 'a', buttons: ['b', 'c'].map((title) => ({ type: 'reply' as const, title, id: '1' })) }] },
    'invalid_request: cards[0].buttons: the id "1"',
  ],
  ['a button without its address', { type: 'cards', body: 'x', cards: [{ title: 'a', buttons: [{ type: 'url', title: 'b' }] }] }, 'invalid_request: cards[0].buttons[0]: url'],
])('%s is refused in words', (_what, content, words) => expect(() => shown(adapter, content, context)).toThrow(words));
