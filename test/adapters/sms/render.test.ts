import fc from 'fast-check';
import type { ChannelAdapter, RenderContext } from '../../../adapters/contract.ts';
import { createSmsAdapter } from '../../../adapters/sms/index.ts';
import { segmentsOfCall } from '../../../adapters/sms/segments-of-call.ts';
import type { OutboundContent } from '../../../schemas/index.ts';

const AC = 'AC00000000000000000000000000000001';
type Channel = 'sms' | 'whatsapp' | 'rcs';
const OWN = { sms: '+14155550101', whatsapp: 'whatsapp:+14155550101', rcs: 'rcs:acme' } as const;
const TO = { sms: '+14155550199', whatsapp: 'whatsapp:+14155550199', rcs: 'rcs:+14155550199' } as const;
const adapters = { sms: createSmsAdapter('sms'), whatsapp: createSmsAdapter('whatsapp'), rcs: createSmsAdapter('rcs') } satisfies Record<Channel, ChannelAdapter>;
interface Over {
  readonly own?: string;
  readonly to?: RenderContext['to'];
  readonly settings?: Record<string, unknown>;
  readonly replyTo?: string;
}
const contextOf = (type: Channel, { own = OWN[type], to = { type: 'phone', value: '+14155550199' }, settings = {}, replyTo }: Over = {}): RenderContext => ({
  channel: { id: 'ch', type, account: `${AC} ${own}`, settings },
  publicUrl: 'https://gw.example/',
  to,
  ownId: 'ms_1.1',
  ...(replyTo ? { replyTo } : {}),
});
const callback = (n: number) => ['StatusCallback', `https://gw.example/webhooks/sms/status?mid=ms_1.1.${n}#rc=5&rp=ct,rt,5xx&ct=2000&rt=3500`] as const;
type Pairs = readonly (readonly [string, string])[];
const file = (name: string) => `https://cdn.example/${name}`;
const MAP = 'https://www.google.com/maps/search/?api=1&query=51.5%2C-0.12';
const BUTTONS: OutboundContent = {
  type: 'choices',
  header: 'Your parcel',
  body: 'What now?',
  footer: 'Answer any time',
  options: [
    { id: 'track', title: 'Track it' },
    { id: 'move', title: 'Another day', description: 'up to Friday' },
  ],
};
const NUMBERED = 'Your parcel\n\nWhat now?\n\n1. Track it\n2. Another day: up to Friday\n\nAnswer any time';

/** What stands in each call between addresses and callback. */
type Row = readonly [what: string, channels: string, content: OutboundContent, calls: readonly Pairs[], losses?: readonly string[], over?: Over];
const LONDON: Over = { to: { type: 'phone', value: '+447700900123' } };
const ROWS: readonly Row[] = [
  ['text', 'sms whatsapp rcs', { type: 'text', text: 'hi *you*' }, [[['Body', 'hi *you*']]]],
  ['text with marks apart is composed', 'sms', { type: 'text', text: 'cafe\u0301' }, [[['Body', 'café']]]],
  [
    'long text',
    'sms whatsapp rcs',
    { type: 'text', text: `${'a'.repeat(1598)}. Next` },
    [[['Body', `${'a'.repeat(1598)}. `]], [['Body', 'Next']]].map((p) => p as unknown as Pairs),
  ],
  ['an answer', 'sms whatsapp rcs', { type: 'text', text: 'yes' }, [[['Body', 'yes']]], ['reply_not_shown'], { replyTo: 'SM1' }],
  ['markdown', 'whatsapp', { type: 'text', format: 'markdown', text: '**bold** [shop](https://x.example)' }, [[['Body', '*bold* shop (https://x.example)']]]],
  ['markdown', 'sms rcs', { type: 'text', format: 'markdown', text: '**bold** - `x`' }, [[['Body', 'bold - x']]], ['markdown_marks']],
  [
    'smart encoding',
    'sms',
    { type: 'text', text: '“so” – it’s' },
    [
      [
        ['Body', '"so" - it\'s'],
        ['SmartEncoded', 'true'],
      ],
    ],
    [],
    { settings: { smartEncoding: true } },
  ],
  [
    'smart encoding off',
    'sms',
    { type: 'text', text: '“so”' },
    [
      [
        ['Body', '“so”'],
        ['SmartEncoded', 'false'],
      ],
    ],
    [],
    { settings: { smartEncoding: false } },
  ],
  ['smart encoding is of SMS', 'whatsapp rcs', { type: 'text', text: '“so”' }, [[['Body', '“so”']]], [], { settings: { smartEncoding: true } }],
  [
    'image',
    'sms whatsapp rcs',
    { type: 'image', media: { url: file('a.jpg') }, caption: 'Door' },
    [
      [
        ['Body', 'Door'],
        ['MediaUrl', file('a.jpg')],
      ],
    ],
  ],
  ['image without words', 'sms whatsapp rcs', { type: 'image', media: { url: file('a') } }, [[['MediaUrl', file('a')]]]],
  ['image overseas', 'sms', { type: 'image', media: { url: file('a.jpg') }, caption: 'Door' }, [[['Body', `Door\n${file('a.jpg')}`]]], ['media_as_link'], LONDON],
  ['image to Jamaica', 'sms', { type: 'image', media: { url: file('a.jpg') } }, [[['Body', file('a.jpg')]]], ['media_as_link'], { to: { type: 'phone', value: '+18765550100' } }],
  ['image from a short code', 'sms', { type: 'image', media: { url: file('a.jpg') } }, [[['Body', file('a.jpg')]]], ['media_as_link'], { own: '12345' }],
  ['image overseas', 'whatsapp', { type: 'image', media: { url: file('a.jpg') } }, [[['MediaUrl', file('a.jpg')]]], [], LONDON],
  ['an image type that it lacks', 'sms whatsapp rcs', { type: 'image', media: { url: file('a.svg') } }, [[['Body', file('a.svg')]]], ['media_as_link']],
  [
    'video',
    'sms whatsapp rcs',
    { type: 'video', media: { url: file('a.mp4') }, caption: 'Door' },
    [
      [
        ['Body', 'Door'],
        ['MediaUrl', file('a.mp4')],
      ],
    ],
  ],
  [
    'audio',
    'sms',
    { type: 'audio', media: { url: file('a.mp3') }, caption: 'Hear' },
    [
      [
        ['Body', 'Hear'],
        ['MediaUrl', file('a.mp3')],
      ],
    ],
  ],
  ['audio', 'whatsapp', { type: 'audio', media: { url: file('a.mp3') }, caption: 'Hear' }, [[['MediaUrl', file('a.mp3')]], [['Body', 'Hear']]], ['caption_as_text']],
  ['audio', 'rcs', { type: 'audio', media: { url: file('a.mp3') }, caption: 'Hear' }, [[['Body', `Hear\n${file('a.mp3')}`]]], ['media_as_link']],
  ['audio/mp4 is refused there', 'whatsapp', { type: 'audio', media: { url: file('a.m4a') } }, [[['Body', file('a.m4a')]]], ['media_as_link']],
  ['voice', 'whatsapp', { type: 'voice', media: { url: file('a.ogg') } }, [[['MediaUrl', file('a.ogg')]]]],
  ['voice that only ffmpeg could convert', 'sms', { type: 'voice', media: { url: file('a.ogg') } }, [[['Body', file('a.ogg')]]], ['media_as_link']],
  ['voice', 'sms', { type: 'voice', media: { url: file('a.m4a') } }, [[['MediaUrl', file('a.m4a')]]], ['voice_as_audio']],
  [
    'document',
    'whatsapp',
    { type: 'document', media: { url: file('a.pdf') }, caption: 'Bill', filename: 'bill.pdf' },
    [[['MediaUrl', file('a.pdf')]], [['Body', 'Bill']]],
    ['filename_lost', 'caption_as_text'],
  ],
  [
    'document',
    'sms rcs',
    { type: 'document', media: { url: file('a.pdf') }, caption: 'Bill' },
    [
      [
        ['Body', 'Bill'],
        ['MediaUrl', file('a.pdf')],
      ],
    ],
  ],
  ['sticker', 'whatsapp', { type: 'sticker', media: { url: file('a.webp') } }, [[['MediaUrl', file('a.webp')]]]],
  ['sticker', 'sms rcs', { type: 'sticker', media: { url: file('a.png') } }, [[['MediaUrl', file('a.png')]]], ['sticker_as_image']],
  [
    'location',
    'whatsapp',
    { type: 'location', latitude: 51.5, longitude: -0.12, name: 'Shop | north', address: '1 High St' },
    [
      [
        ['Body', 'Shop | north\n1 High St'],
        ['PersistentAction', 'geo:51.5,-0.12|Shop   north'],
      ],
    ],
  ],
  [
    'location without a name',
    'whatsapp',
    { type: 'location', latitude: 51.5, longitude: -0.12 },
    [
      [
        ['Body', '51.5, -0.12'],
        ['PersistentAction', 'geo:51.5,-0.12'],
      ],
    ],
  ],
  ['location', 'sms rcs', { type: 'location', latitude: 51.5, longitude: -0.12, name: 'Shop' }, [[['Body', `Shop\n${MAP}`]]], ['location_as_text']],
  [
    'contacts',
    'sms whatsapp rcs',
    { type: 'contacts', contacts: [{ name: { formatted: 'Ana Ruiz' }, phones: [{ phone: '+34600000001' }] }] },
    [[['Body', 'Ana Ruiz\n+34600000001']]],
    ['contacts_as_text'],
  ],
  ['choices', 'sms whatsapp rcs', BUTTONS, [[['Body', NUMBERED]]], ['choices_numbered']],
  [
    'link',
    'sms whatsapp rcs',
    { type: 'link', body: 'Pay here', title: 'Pay', url: 'https://pay.example/1' },
    [[['Body', 'Pay here\nPay: https://pay.example/1']]],
    ['link_as_text'],
  ],
  ['request', 'sms whatsapp rcs', { type: 'request', what: 'location', body: 'Where are you?' }, [[['Body', 'Where are you?']]], ['request_as_text']],
  [
    'template',
    'sms whatsapp rcs',
    { type: 'template', contentSid: 'HX1', variables: { 1: 'Ana', 2: '5 €' } },
    [
      [
        ['ContentSid', 'HX1'],
        ['ContentVariables', '{"1":"Ana","2":"5 €"}'],
      ],
    ],
  ],
  ['template without variables', 'sms whatsapp rcs', { type: 'template', contentSid: 'HX1' }, [[['ContentSid', 'HX1']]]],
  [
    'raw keeps its own words, and no address of another',
    'sms whatsapp rcs',
    {
      type: 'raw',
      payload: { To: '+1', From: '+2', MessagingServiceSid: 'MGx', Body: 'b', MediaUrl: [file('a.png'), file('b.png')], ShortenUrls: true, Tags: { a: 1 }, Attempt: null },
    },
    [
      [
        ['Body', 'b'],
        ['MediaUrl', file('a.png')],
        ['MediaUrl', file('b.png')],
        ['ShortenUrls', 'true'],
        ['Tags', '{"a":1}'],
      ],
    ],
  ],
];
type Case = [what: string, channel: Channel, content: OutboundContent, calls: readonly Pairs[], losses?: readonly string[], over?: Over];
const TABLE = ROWS.flatMap(([what, channels, ...rest]) => channels.split(' ').map((channel): Case => [`${what} on ${channel}`, channel as Channel, ...rest]));
test.each<Case>(TABLE)('%s', (_what, channel, content, calls, losses = [], over = {}) => {
  const context = contextOf(channel, over);
  const made = adapters[channel].render(content, context);
  if (!made.ok) throw new Error(made.error.platformMessage);
  const to = TO[channel].replace('+14155550199', context.to.value);
  expect(made.value.calls.map((c) => [...new URLSearchParams(c.body)])).toEqual(calls.map((own, i) => [['To', to], ['From', over.own ?? OWN[channel]], ...own, callback(i + 1)]));
  expect(new Set(made.value.calls.map(({ method, path, contentType }) => `${method} ${path} ${contentType}`))).toEqual(
    new Set([`POST /2010-04-01/Accounts/${AC}/Messages.json application/x-www-form-urlencoded`]),
  );
  expect(made.value.losses.map((l) => l.code)).toEqual(losses);
});

test('the form byte for byte, by a messaging service, to a user id', () => {
  const context = contextOf('whatsapp', { settings: { messagingServiceSid: 'MG1' }, to: { type: 'whatsapp_user', value: 'GB.778' } });
  expect(adapters.whatsapp.render({ type: 'text', text: 'a+b & é 😀' }, context)).toEqual({
    ok: true,
    value: {
      calls: [
        {
          method: 'POST',
          path: `/2010-04-01/Accounts/${AC}/Messages.json`,
          contentType: 'application/x-www-form-urlencoded',
          body: 'To=whatsapp%3AGB.778&MessagingServiceSid=MG1&Body=a%2Bb+%26+%C3%A9+%F0%9F%98%80&StatusCallback=https%3A%2F%2Fgw.example%2Fwebhooks%2Fsms%2Fstatus%3Fmid%3Dms_1.1.1%23rc%3D5%26rp%3Dct%2Crt%2C5xx%26ct%3D2000%26rt%3D3500',
        },
      ],
      losses: [],
    },
  });
});
test('a callback that raw content names is its own', () => {
  const made = adapters.sms.render({ type: 'raw', payload: { Body: 'b', StatusCallback: 'https://mine.example/' } }, contextOf('sms'));
  expect(made.ok && [...new URLSearchParams(made.value.calls[0]?.body)].at(-1)).toEqual(['StatusCallback', 'https://mine.example/']);
});

test.each<[string, Channel, OutboundContent, string, Over?]>([
  ['a reaction', 'whatsapp', { type: 'reaction', emoji: '👍', target: { id: 'ms_1' } }, 'content_unsupported'],
  ['a template by name', 'sms', { type: 'template', name: 'order', language: 'en' }, 'content_unsupported'],
  ['a line break in a variable', 'whatsapp', { type: 'template', contentSid: 'HX1', variables: { 1: 'a\nb' } }, 'invalid_request'],
  ['a file by id', 'sms', { type: 'image', media: { id: 'md_1' } }, 'unknown_media'],
  ['an address of another channel', 'sms', { type: 'text', text: 'x' }, 'unknown_recipient', { to: { type: 'psid', value: '1' } }],
])('%s is refused', (_what, channel, content, code, over = {}) =>
  expect(adapters[channel].render(content, contextOf(channel, over))).toMatchObject({ ok: false, error: { code, outcome: 'not_sent', retryable: false } }),
);

test('cards become one text, and numbers go on from one to the next', () => {
  const card = (n: number) => ({ title: `Plan ${n}`, buttons: [{ type: 'reply' as const, id: `p${n}`, title: 'Take it' }] });
  const made = adapters.sms.render({ type: 'cards', body: 'Our plans', cards: [card(1), card(2)] }, contextOf('sms'));
  expect(made.ok && made.value.menu).toEqual([
    { n: 1, id: 'p1', title: 'Take it' },
    { n: 2, id: 'p2', title: 'Take it' },
  ]);
  expect(made.ok && made.value.calls.map((c) => new URLSearchParams(c.body).get('Body'))).toEqual(['Our plans\n\nPlan 1\n\n1. Take it\n\nPlan 2\n\n2. Take it']);
});

test.each<[string, Channel, OutboundContent, object | undefined, number[], Over?]>([
  ['one segment', 'sms', { type: 'text', text: 'hi' }, { encoding: 'GSM-7', segments: 1 }, [1]],
  ['one letter makes it UCS-2', 'sms', { type: 'text', text: `ж${'a'.repeat(70)}` }, { encoding: 'UCS-2', segments: 2 }, [2]],
  ['unless it has a look-alike', 'sms', { type: 'text', text: `“${'a'.repeat(70)}` }, { encoding: 'GSM-7', segments: 1 }, [1], { settings: { smartEncoding: true } }],
  ['all parts together', 'sms', { type: 'text', text: 'a'.repeat(1700) }, { encoding: 'GSM-7', segments: 12 }, [11, 1]],
  ['MMS has none', 'sms', { type: 'image', media: { url: file('a.png') }, caption: 'a'.repeat(400) }, undefined, [1]],
  ['what only Twilio knows', 'sms', { type: 'template', contentSid: 'HX1' }, undefined, [1]],
  ['other channels count messages', 'whatsapp', { type: 'text', text: 'a'.repeat(400) }, undefined, [1]],
])('segments: %s', (_what, channel, content, sms, costs, over = {}) => {
  const made = adapters[channel].render(content, contextOf(channel, over));
  expect(made.ok && made.value.sms).toEqual(sms);
  expect(made.ok && made.value.calls.map(segmentsOfCall)).toEqual(costs);
});

test("any text renders within Twilio's limit, nothing of it lost, its segments as its calls say", () => {
  const texts = fc
    .array(fc.constantFrom('word ', 'é', '€', '漢字', '😀', '👨‍👩‍👧‍👦', 'ก็', '\n', 'end. ', 'https://x.example/a '), { minLength: 1, maxLength: 1500 })
    .map((p) => p.join(''));
  fc.assert(
    fc.property(texts, fc.constantFrom<Channel>('sms', 'whatsapp', 'rcs'), (text, channel) => {
      const made = adapters[channel].render({ type: 'text', text }, contextOf(channel));
      if (!made.ok) throw new Error(made.error.platformMessage);
      const bodies = made.value.calls.map((c) => new URLSearchParams(c.body).get('Body') ?? '');
      expect(bodies.every((b) => b.length <= 1600 && b !== '')).toBe(true);
      expect(bodies.join('')).toBe(text);
      if (channel === 'sms') expect(made.value.sms?.segments).toBe(made.value.calls.reduce((n, c) => n + segmentsOfCall(c), 0));
    }),
    { numRuns: 150 },
  );
});
