import type { RenderContext, Signal } from '../../adapters/contract.ts';
import { createAdapters } from '../../adapters/index.ts';
import { useGraphApi } from '../support/graph-api.ts';
import { thrown } from '../support/payloads.ts';

const adapters = createAdapters();
const graph = useGraphApi();
const context = (type: 'whatsapp' | 'messenger' | 'instagram', to: RenderContext['to']): RenderContext => ({
  channel: { id: 'ch', type, account: '104900000000001', settings: {} },
  publicUrl: 'https://gw.example/',
  to,
  ownId: '',
});
const WHATSAPP = context('whatsapp', { type: 'phone', value: '+447700900123' });
const MESSENGER = context('messenger', { type: 'psid', value: '7410' });
const INSTAGRAM = context('instagram', { type: 'igsid', value: '9120' });
const read = { messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.1' };
const typing = { ...read, typing_indicator: { type: 'text' } };
const action = (id: string, sender_action: string) => ({ recipient: { id }, sender_action });

test.each<[Signal, RenderContext, object[]]>([
  [{ kind: 'read', message: 'wamid.1' }, WHATSAPP, [read]],
  [{ kind: 'read', message: 'wamid.1', typing: true }, WHATSAPP, [typing]],
  [{ kind: 'typing', message: 'wamid.1' }, WHATSAPP, [typing]],
  [{ kind: 'read', message: 'm_1' }, MESSENGER, [action('7410', 'mark_seen')]],
  [{ kind: 'read', message: 'm_1', typing: true }, INSTAGRAM, [action('9120', 'mark_seen'), action('9120', 'typing_on')]],
  [{ kind: 'typing' }, MESSENGER, [action('7410', 'typing_on')]],
])('%j on %o', (signal, at, bodies) => {
  const made = adapters.of(at.channel.type, 'meta')?.renderSignal?.(signal, at);
  expect(made?.ok && made.value.map((c) => [c.path, JSON.parse(c.body) as unknown])).toEqual(bodies.map((b) => ['/v26.0/104900000000001/messages', b]));
});

test('typing without a message on WhatsApp, and an address of another kind, are refused in words; Twilio has neither', () => {
  const refused = (at: RenderContext, signal: Signal) => adapters.of(at.channel.type, 'meta')?.renderSignal?.(signal, at);
  expect(refused(WHATSAPP, { kind: 'typing' })).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
  expect(refused({ ...MESSENGER, to: WHATSAPP.to }, { kind: 'typing' })).toMatchObject({ ok: false, error: { code: 'unknown_recipient' } });
  expect(adapters.of('sms', 'twilio')?.renderSignal).toBeUndefined();
});

test.each([
  [WHATSAPP, { success: true }, {}],
  [MESSENGER, { recipient_id: '7410' }, { error: { code: 10 } }],
] as const)('an acceptance is told from anything else', async (at, good, bad) => {
  const adapter = adapters.of(at.channel.type, 'meta');
  const made = adapter?.renderSignal?.({ kind: 'read', message: 'x' }, at);
  const [call] = made?.ok ? made.value : [];
  if (!adapter?.signal || !call) throw new Error('no call');
  graph.answer = () => ({ body: good });
  await adapter.signal(call, graph.options());
  graph.answer = () => ({ body: bad });
  expect(adapter.classify(await thrown(adapter.signal(call, graph.options())))).toMatchObject({ code: expect.any(String) as string });
});
