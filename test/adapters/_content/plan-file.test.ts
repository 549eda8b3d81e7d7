import fc from 'fast-check';
import { planFile } from '../../../adapters/_content/plan-file.ts';
import type { FileFacts, FileState } from '../../../adapters/files.ts';
import { createAdapters } from '../../../adapters/index.ts';
import { CONVERTIBLE, type MediaForm, type MediaKind } from '../../../adapters/natives.ts';

/** What becomes of a file, from its facts and the channel's data alone. */
const adapters = createAdapters();
const form = (channel: 'whatsapp' | 'messenger' | 'sms', kind: MediaKind): MediaForm => {
  const found = adapters.of(channel, channel === 'sms' ? 'twilio' : 'meta')?.capabilities.natives.media[kind];
  if (!found) throw new Error(`${channel} has no ${kind}`);
  return found;
};
const inside = (audio: string, channels: number): Inside => ({ audio: { codec: audio, channels }, audioStreams: 1 });
const film = (codec: string, profile: string, bFrames: boolean, audioStreams = 1): Inside => ({
  audio: { codec: 'aac', channels: 2 },
  audioStreams,
  video: { codec, profile, bFrames },
});
type Inside = NonNullable<FileFacts['inside']>;
const MB = 1024 * 1024;
/** What comes out must be something that the channel takes. */
const MADE = {
  image: ['image/jpeg'],
  sticker: ['image/webp'],
  voice: ['audio/ogg'],
  mp3: ['audio/mpeg'],
  m4a: ['audio/mp4'],
  mp4: ['video/mp4'],
};
const plan = (f: MediaForm, state: FileState | undefined, { ffmpeg = true, heif = true, ref = 'md_1' } = {}) => {
  const made = planFile(ref, f, { states: state ? { [ref]: state } : {}, ffmpeg, heif });
  return made.way === 'convert'
    ? `convert ${made.conversion.into} ${made.conversion.maxBytes}`
    : made.way === 'look'
      ? `look ${made.step}`
      : made.way === 'no_tool'
        ? `no_tool ${made.tool}`
        : made.way;
};
const facts = (mimeType: string, more: Partial<FileFacts> = {}): FileState => ({ facts: { mimeType, bytes: 1000, ...more } });

test.each<[string, MediaForm, FileState, string]>([
  ['JPEG', form('whatsapp', 'image'), facts('image/jpeg'), 'pass'],
  ['JPEG of exactly the size', form('whatsapp', 'image'), facts('image/jpeg', { bytes: 5 * MB }), 'pass'],
  ['one byte more', form('whatsapp', 'image'), facts('image/jpeg', { bytes: 5 * MB + 1 }), `convert image ${5 * MB}`],
  ['HEIC', form('whatsapp', 'image'), facts('image/heic'), `convert image ${5 * MB}`],
  ['HEIF as a sticker', form('whatsapp', 'sticker'), facts('image/heif'), `convert sticker ${100 * 1024}`],
  ['HEIC that could not be made', form('whatsapp', 'image'), { ...facts('image/heic'), made: { [`image-${5 * MB}`]: { fault: 'too large' } } }, 'unfit'],
  ['SVG', form('messenger', 'image'), facts('image/svg+xml'), 'unfit'],
  ['Ogg that nobody looked into', form('whatsapp', 'voice'), facts('audio/ogg'), 'look probe'],
  ['Opus in one channel', form('whatsapp', 'voice'), facts('audio/ogg', { inside: inside('opus', 1) }), 'pass'],
  ['Opus in two', form('whatsapp', 'voice'), facts('audio/ogg', { inside: inside('opus', 2) }), `convert voice ${16 * MB}`],
  ['Vorbis', form('whatsapp', 'voice'), facts('audio/ogg', { inside: inside('vorbis', 1) }), `convert voice ${16 * MB}`],
  ['Ogg without sound', form('whatsapp', 'voice'), facts('audio/ogg', { inside: { audioStreams: 0 } }), `convert voice ${16 * MB}`],
  ['H.264', form('whatsapp', 'video'), facts('video/mp4', { inside: film('h264', 'Main', true) }), 'pass'],
  ['H.264 without B frames in the High profile', form('whatsapp', 'video'), facts('video/mp4', { inside: film('h264', 'High', false) }), 'pass'],
  ['and with them', form('whatsapp', 'video'), facts('video/mp4', { inside: film('h264', 'High', true) }), `convert mp4 ${16 * MB}`],
  ['two sounds', form('whatsapp', 'video'), facts('video/mp4', { inside: film('h264', 'Main', false, 2) }), `convert mp4 ${16 * MB}`],
  ['H.265', form('whatsapp', 'video'), facts('video/mp4', { inside: film('hevc', 'Main', false) }), `convert mp4 ${16 * MB}`],
  ['a sticker of the right side', form('whatsapp', 'sticker'), facts('image/webp', { width: 512, height: 512 }), 'pass'],
  ['and of another', form('whatsapp', 'sticker'), facts('image/webp', { width: 512, height: 500 }), `convert sticker ${100 * 1024}`],
  ['any document', form('messenger', 'document'), facts('application/zip'), 'pass'],
  ['a document that is too large', form('messenger', 'document'), facts('application/zip', { bytes: 26 * MB }), 'unfit'],
  ['a voice note by MMS', form('sms', 'audio'), facts('audio/ogg'), `convert mp3 ${500 * 1024}`],
  ['what could not be made', form('sms', 'audio'), { ...facts('audio/ogg'), made: { [`mp3-${500 * 1024}`]: { fault: 'too long' } } }, 'unfit'],
])('%s', (_what, f, state, expected) => expect(plan(f, state)).toBe(expected));

const HEIC_MADE: FileState = { ...facts('image/heic'), made: { [`image-${5 * MB}`]: { link: 'https://gw.example/m' } } };
test.each<[string, MediaForm, FileState, { ffmpeg?: boolean; heif?: boolean }, string]>([
  ['HEIC without heif-convert', form('whatsapp', 'image'), facts('image/heic'), { heif: false }, 'no_tool heif'],
  ['HEIC without ffmpeg', form('whatsapp', 'image'), facts('image/heic'), { ffmpeg: false }, `convert image ${5 * MB}`],
  ['HEIC that was made while it was there', form('whatsapp', 'image'), HEIC_MADE, { heif: false }, `convert image ${5 * MB}`],
  ['WebP without either', form('whatsapp', 'image'), facts('image/webp'), { ffmpeg: false, heif: false }, `convert image ${5 * MB}`],
  ['sound without ffmpeg', form('whatsapp', 'voice'), facts('audio/wav'), { ffmpeg: false }, 'no_tool ffmpeg'],
  ['sound without heif-convert', form('whatsapp', 'voice'), facts('audio/wav'), { heif: false }, `convert voice ${16 * MB}`],
])('%s', (_what, f, state, tools, expected) => expect(plan(f, state, tools)).toBe(expected));

test.each<[string, MediaForm, string, boolean, string]>([
  ['a type that is taken', form('whatsapp', 'image'), 'https://a.example/a.jpg', true, 'pass'],
  ['none that the name tells', form('whatsapp', 'voice'), 'https://a.example/a', true, 'pass'],
  ['one that is converted', form('whatsapp', 'voice'), 'https://a.example/a.wav?x=1', true, 'look fetch'],
  ['one that only ffmpeg would convert', form('whatsapp', 'voice'), 'https://a.example/a.wav', false, 'no_tool ffmpeg'],
  ['HEIC, without either', form('whatsapp', 'image'), 'https://a.example/a.HEIC', false, 'no_tool heif'],
  ['HEIF, with both', form('whatsapp', 'image'), 'https://a.example/a.heif', true, 'look fetch'],
  ['a picture, without ffmpeg', form('whatsapp', 'image'), 'https://a.example/a.webp', false, 'look fetch'],
  ['one that nothing converts', form('whatsapp', 'document'), 'https://a.example/a.zip', true, 'unfit'],
])('by address: %s', (_what, f, ref, there, expected) => expect(plan(f, undefined, { ref, ffmpeg: there, heif: there })).toBe(expected));

test('whatever the facts: the same plan each time, and what passes is of a type and size that the channel takes', () => {
  const types = [...CONVERTIBLE.pictures, ...CONVERTIBLE.sounds, ...CONVERTIBLE.films, 'image/svg+xml', 'application/pdf', 'text/html', ''];
  const forms = (['whatsapp', 'messenger', 'instagram', 'sms', 'rcs'] as const).flatMap((type) =>
    (['meta', 'twilio'] as const).flatMap((provider) => Object.values(adapters.of(type, provider)?.capabilities.natives.media ?? {})),
  );
  const any = fc.record({
    mimeType: fc.constantFrom(...types),
    bytes: fc.oneof(fc.integer({ min: 0, max: 200 * MB }), fc.constantFrom(5 * MB, 16 * MB, 500 * 1024)),
    width: fc.integer({ min: 1, max: 9000 }),
    height: fc.integer({ min: 1, max: 9000 }),
    inside: fc.option(fc.constantFrom(inside('opus', 1), inside('mp3', 2), film('h264', 'High', true), { audioStreams: 0 } as Inside), { nil: undefined }),
  });
  fc.assert(
    fc.property(any, fc.constantFrom(...forms), fc.boolean(), fc.boolean(), (given, f, ffmpeg, heif) => {
      const state = { facts: JSON.parse(JSON.stringify(given)) as FileFacts };
      const made = planFile('x', f, { states: { x: state }, ffmpeg, heif });
      expect(planFile('x', f, { states: { x: state }, ffmpeg, heif })).toEqual(made);
      if (made.way === 'pass') expect([given.bytes <= f.maxBytes, f.mimeTypes === 'any' || f.mimeTypes.includes(given.mimeType)]).toEqual([true, true]);
      if (made.way === 'convert') expect([made.conversion.into === f.into, made.conversion.maxBytes <= f.maxBytes]).toEqual([true, true]);
      if (made.way === 'convert' && !ffmpeg) expect(['image', 'sticker']).toContain(made.conversion.into);
      if (made.way === 'convert' && !heif) expect(given.mimeType).not.toMatch(/hei[cf]/);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['whatsapp', 'meta', true],
  ['messenger', 'meta', true],
  ['instagram', 'meta', true],
  ['sms', 'twilio', false],
  ['whatsapp', 'twilio', false],
  ['rcs', 'twilio', false],
] as const)('%s of %s takes uploads where its data says so: %s', (type, provider, uploads) => {
  const adapter = adapters.of(type, provider);
  const forms = Object.values(adapter?.capabilities.natives.media ?? {});
  expect([forms.length > 0, forms.every((f) => f.by === (uploads ? 'upload' : 'link')), adapter?.uploadMedia !== undefined]).toEqual([true, true, uploads]);
  for (const f of forms) if (f.mimeTypes !== 'any' && f.into) expect(f.mimeTypes.some((t) => MADE[f.into ?? 'image'].includes(t))).toBe(true);
});
