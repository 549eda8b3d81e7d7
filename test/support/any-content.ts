import fc from 'fast-check';
import { OutboundContent } from '../../schemas/index.ts';

const words = (max: number) => fc.oneof(fc.string({ unit: 'grapheme', maxLength: max }), fc.lorem({ maxCount: Math.ceil(max / 8) }));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const file = fc.constantFrom('a.jpg', 'a.gif', 'a.webp', 'a.mp4', 'a.mp3', 'a.ogg', 'a.pdf', 'a.zip', 'a').map((name) => ({ url: `https://cdn.example/${name}` }));
const button = fc.record({
  type: fc.constantFrom('url' as const, 'reply' as const),
  title: words(40),
  url: fc.constant('https://a.example'),
  id: fc.string({ minLength: 1, maxLength: 300 }),
});
const option = fc.record({ id: fc.string({ minLength: 1, maxLength: 300 }), title: words(60), description: maybe(words(120)) });
const kind = fc.constantFrom('image', 'audio', 'voice', 'video', 'document', 'sticker');
/** Any content of the schema, and much that no platform takes as it is. */
export const anyContent: fc.Arbitrary<OutboundContent> = fc
  .oneof(
    fc.record({ type: fc.constant('text'), text: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6000 }) }),
    fc.record({ type: kind, media: file, caption: maybe(words(1500)), filename: maybe(words(20)), voice: maybe(fc.boolean()) }),
    fc.record({
      type: fc.constant('location'),
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
      name: maybe(words(50)),
    }),
    fc.record({
      type: fc.constant('contacts'),
      contacts: fc.array(fc.record({ name: fc.record({ formatted: words(20) }), phones: fc.array(fc.record({ phone: words(12) }), { maxLength: 3 }) }), {
        minLength: 1,
        maxLength: 300,
      }),
    }),
    fc.record({
      type: fc.constant('choices'),
      body: words(5000),
      header: maybe(words(80)),
      footer: maybe(words(80)),
      style: maybe(fc.constantFrom('buttons' as const, 'list' as const)),
      options: fc.uniqueArray(option, { minLength: 1, maxLength: 16, selector: (o) => o.id }),
    }),
    fc.record({
      type: fc.constant('cards'),
      body: words(1500),
      cards: fc.array(fc.record({ title: words(100), body: maybe(words(200)), media: maybe(file), buttons: maybe(fc.array(button, { maxLength: 4 })) }), {
        minLength: 1,
        maxLength: 23,
      }),
    }),
    fc.record({ type: fc.constant('link'), body: words(1500), title: words(50), url: fc.constant('https://a.example/x') }),
    fc.record({ type: fc.constant('request'), what: fc.constantFrom('location', 'contact'), body: words(2500) }),
    fc.record({ type: fc.constant('reaction'), emoji: fc.constantFrom('', '👍'), target: fc.constant({ id: 'ms_1' }) }),
  )
  .map((value) => OutboundContent.parse(JSON.parse(JSON.stringify(value))));
