import fc from 'fast-check';
import { LOSSES } from '../../../adapters/_content/losses.ts';
import type { ChannelAdapter, RenderContext } from '../../../adapters/contract.ts';
import { createInstagramAdapter } from '../../../adapters/instagram/index.ts';
import { createMessengerAdapter } from '../../../adapters/messenger/index.ts';
import { createWhatsappAdapter } from '../../../adapters/whatsapp/index.ts';
import { OutboundContent } from '../../../schemas/index.ts';

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
const content: fc.Arbitrary<OutboundContent> = fc
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

interface Body {
  readonly [key: string]: Body | undefined;
}
const list = (value: unknown): Body[] => (Array.isArray(value) ? (value as Body[]) : []);
const length = (value: unknown): number => (typeof value === 'string' ? value.length : 0);
/** Faults by the platforms' pages, counted by rules of the test's own. */
function faultsOfWhatsapp(body: Body): unknown[] {
  const i = body.interactive;
  const buttons = list(i?.action?.buttons);
  const rows = list(i?.action?.sections).flatMap((s) => list(s.rows));
  const cards = list(i?.action?.cards);
  const labels = [...buttons, ...cards.flatMap((c) => list(c.action?.buttons).map((b) => ({ reply: b.quick_reply })))].map((b) => b.reply);
  const bodyMax = (i?.type as unknown) === 'list' ? 4096 : 1024;
  return [
    length(body.text?.body) > 4096,
    ['image', 'video', 'document'].some((k) => length(body[k]?.caption) > 1024),
    i !== undefined && (length(i.body?.text) > bodyMax || String(i.body?.text).trim() === ''),
    length(i?.header?.text) > 60 || length(i?.footer?.text) > 60,
    buttons.length > 3 || rows.length > 10,
    labels.some((b) => length(b?.title) > 20 || length(b?.title) < 1 || length(b?.id) > 256),
    new Set(buttons.map((b) => String(b.reply?.title))).size !== buttons.length || new Set(rows.map((r) => String(r.title))).size !== rows.length,
    rows.some((r) => length(r.title) > 24 || length(r.description) > 72 || length(r.id) > 200),
    length(i?.action?.parameters?.display_text) > 20,
    (i?.type as unknown) === 'carousel' && (cards.length < 2 || cards.length > 10 || new Set(cards.map((c) => list(c.action?.buttons).length)).size > 1),
    cards.some((c, n) => length(c.body?.text) > 160 || String(c.body?.text).split('\n').length > 3 || !c.header || (c.card_index as unknown) !== n),
    list(body.contacts).length > 257,
  ].flatMap((bad, n) => (bad ? [n] : []));
}
const faultsOfMessaging =
  (size: (text: string) => number, max: number) =>
  (body: Body): unknown[] => {
    const { message } = body;
    const words = message?.text as unknown as string | undefined;
    const p = message?.attachment?.payload;
    const elements = list(p?.elements);
    const buttons = [...list(p?.buttons), ...elements.flatMap((e) => list(e.buttons))];
    return [
      words !== undefined && (size(words) > max || size(words) === 0),
      list(message?.quick_replies).length > 13,
      list(message?.quick_replies).some((q) => length(q.title) > 20 || length(q.payload) > 1000),
      length(p?.text) > 640 || list(p?.buttons).length > 3,
      elements.length > 10 || elements.some((e) => length(e.title) > 80 || length(e.subtitle) > 80 || list(e.buttons).length > 3 || Object.keys(e).length < 2),
      buttons.some((b) => length(b.title) > 20 || length(b.payload) > 1000),
      body.sender_action !== undefined && message !== undefined,
    ].flatMap((bad, n) => (bad ? [n] : []));
  };

const of = (type: 'whatsapp' | 'messenger' | 'instagram', to: RenderContext['to']): RenderContext => ({
  channel: { id: 'ch', type, account: '1', settings: {} },
  publicUrl: 'https://gw.example/',
  to,
  reactTo: 'm_T',
  ownId: 'ms_1.1',
});
test.each<[string, ChannelAdapter, RenderContext, (body: Body) => unknown[]]>([
  ['whatsapp', createWhatsappAdapter(), of('whatsapp', { type: 'phone', value: '+447700900123' }), faultsOfWhatsapp],
  ['messenger', createMessengerAdapter(), of('messenger', { type: 'psid', value: '1' }), faultsOfMessaging((t) => t.length, 2000)],
  ['instagram', createInstagramAdapter(), of('instagram', { type: 'igsid', value: '1' }), faultsOfMessaging((t) => Buffer.byteLength(t), 1000)],
])('%s: any content renders within the limits, the same each time, or is refused in words', (_channel, adapter, context, faults) => {
  fc.assert(
    fc.property(content, (given) => {
      const made = adapter.render(given, context);
      expect(adapter.render(given, context)).toEqual(made);
      if (!made.ok) return void expect(made.error).toMatchObject({ code: 'invalid_request', outcome: 'not_sent', platformMessage: expect.any(String) as string });
      const { calls, losses } = made.value;
      expect(calls.length).toBeGreaterThan(0);
      const bodies = calls.map((c) => JSON.parse(c.body) as Body);
      expect(bodies.flatMap((b) => faults(b))).toEqual([]);
      for (const { code } of losses) expect(Object.keys(LOSSES)).toContain(code);
      // More than one call of anything but text, and options that are no options any more, are a loss that is told.
      const changed =
        given.type !== 'text' && (calls.length > 1 || (given.type === 'choices' && /"text":\{"preview_url|"message":\{"text":"[^"]*","metadata/.test(calls[0]?.body ?? '')));
      if (changed) expect(losses.length).toBeGreaterThan(0);
    }),
    { numRuns: 400 },
  );
});
