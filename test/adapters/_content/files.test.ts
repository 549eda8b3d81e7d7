import fc from 'fast-check';
import type { ChannelAdapter, RenderContext } from '../../../adapters/contract.ts';
import { type FileFacts, type FileState, type Files, type MediaNeed, nameOf, type Shown } from '../../../adapters/files.ts';
import { createAdapters } from '../../../adapters/index.ts';
import { CONVERTIBLE } from '../../../adapters/natives.ts';
import { namedFiles, type OutboundContent, refOf } from '../../../schemas/index.ts';
import { anyContent } from '../../support/any-content.ts';

/** Content with files, whatever they are, to its final calls: what render asks for is done, step by step, until it asks for nothing. */
const adapters = createAdapters();
const TO: Readonly<Record<string, RenderContext['to']>> = {
  messenger: { type: 'psid', value: '1' },
  instagram: { type: 'igsid', value: '1' },
};
const CHANNELS = [
  ['whatsapp', 'meta'],
  ['messenger', 'meta'],
  ['instagram', 'meta'],
  ['sms', 'twilio'],
  ['whatsapp', 'twilio'],
  ['rcs', 'twilio'],
] as const;
const TYPES = [...CONVERTIBLE.pictures, ...CONVERTIBLE.sounds, ...CONVERTIBLE.films, 'image/svg+xml', 'application/pdf', 'application/zip'];
const inside = fc.constantFrom<NonNullable<FileFacts['inside']>>(
  { audioStreams: 0 },
  { audio: { codec: 'opus', channels: 1 }, audioStreams: 1 },
  { audio: { codec: 'aac', channels: 2 }, audioStreams: 2, video: { codec: 'h264', profile: 'High', bFrames: true } },
);
/** How the world answers: what a file turns out to be, and whether it can be converted. */
const world = fc.record({
  types: fc.array(fc.constantFrom(...TYPES), { minLength: 3, maxLength: 3 }),
  bytes: fc.integer({ min: 1, max: 120 * 1024 * 1024 }),
  inside,
  convertible: fc.boolean(),
  ffmpeg: fc.boolean(),
  heif: fc.boolean(),
  without: fc.constantFrom('link' as const, 'refuse' as const),
  byId: fc.boolean(),
});
type World = (typeof world extends fc.Arbitrary<infer T> ? T : never) & object;

function withIds(content: OutboundContent, byId: boolean): OutboundContent {
  if (!byId) return content;
  const media = <T extends { media?: unknown }>(one: T, i: number): T => (one.media ? { ...one, media: { id: `md_${i}` } } : one);
  return content.type === 'cards' ? { ...content, cards: content.cards.map(media) } : 'media' in content ? media(content, 0) : content;
}
const factsOf = (w: World, ref: string): FileFacts => ({ mimeType: w.types[ref.length % w.types.length] ?? '', bytes: w.bytes });
const LINK = 'https://gw.example/media/';
/** What became of one need. */
function meet(state: FileState | undefined, need: MediaNeed, w: World): FileState {
  const name = nameOf(need.conversion);
  const facts = state?.facts ?? factsOf(w, need.ref);
  const own = state?.own ?? { link: `${LINK}${need.ref.length}` };
  if (need.step === 'fetch') return { facts, own };
  if (need.step === 'probe') return { ...state, facts: { ...facts, inside: w.inside }, own };
  if (need.step === 'convert') return { ...state, facts, own, made: { ...state?.made, [name]: w.convertible ? { link: `${LINK}made` } : { fault: 'no' } } };
  const uploaded = (shown: Shown): Shown => ({ ...shown, uploaded: '1500' });
  return name === '' ? { ...state, facts, own: uploaded(own) } : { ...state, facts, own, made: { ...state?.made, [name]: uploaded(state?.made?.[name] as Shown) } };
}

test.each(CHANNELS)('%s of %s: any files end in final calls or a refusal in words, in few steps, and nothing but the placeholders changes meanwhile', (type, provider) => {
  const adapter = adapters.of(type, provider) as ChannelAdapter;
  const account = provider === 'twilio' ? `AC1 ${type === 'sms' ? '+14155550101' : `${type}:+14155550101`}` : '1';
  fc.assert(
    fc.property(
      anyContent.filter((c) => namedFiles(c).length > 0),
      world,
      fc.boolean(),
      (given, w, page) => {
        const content = withIds(given, w.byId);
        const states: Record<string, FileState> = {};
        if (w.byId) for (const { media } of namedFiles(content)) states[refOf(media)] = { facts: factsOf(w, refOf(media)), own: { link: `${LINK}own` } };
        const files = (): Files => ({ states: { ...states }, ffmpeg: w.ffmpeg, heif: w.heif, without: w.without });
        const context = (): RenderContext => ({
          channel: { id: 'ch', type, account, settings: page ? { pageId: '1' } : {} },
          publicUrl: 'https://gw.example/',
          to: TO[type] ?? { type: 'phone', value: '+14155550188' },
          ownId: 'ms_1.1',
          files: files(),
        });
        for (let round = 0; round < 6; round++) {
          const made = adapter.render(content, context());
          expect(adapter.render(content, context())).toEqual(made);
          if (!made.ok) {
            expect(['media_unusable', 'invalid_request']).toContain(made.error.code);
            return;
          }
          const { calls, needs = [] } = made.value;
          const bodies = calls.map((c) => (c.contentType === 'application/json' ? JSON.stringify(JSON.parse(c.body)) : decodeURIComponent(c.body.replaceAll('+', ' '))));
          for (const { placeholder } of needs) expect(bodies.join('\n')).toContain(placeholder);
          if (!needs.length) return void expect(bodies.join('\n')).not.toMatch(/"(upload|link):|=(upload|link):/);
          for (const need of needs) states[need.ref] = meet(states[need.ref], need, w);
        }
        throw new Error('it asks for more and more');
      },
    ),
    { numRuns: 300 },
  );
});
