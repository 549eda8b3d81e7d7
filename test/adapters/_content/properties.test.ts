import fc from 'fast-check';
import { LOSSES } from '../../../adapters/_content/losses.ts';
import type { ChannelAdapter, RenderContext } from '../../../adapters/contract.ts';
import { createInstagramAdapter } from '../../../adapters/instagram/index.ts';
import { createMessengerAdapter } from '../../../adapters/messenger/index.ts';
import { createWhatsappAdapter } from '../../../adapters/whatsapp/index.ts';
import { anyContent } from '../../support/any-content.ts';

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
    fc.property(anyContent, (given) => {
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
