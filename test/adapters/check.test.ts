import type { ChannelAdapter, CheckTarget, Finding } from '../../adapters/contract.ts';
import { createInstagramAdapter } from '../../adapters/instagram/index.ts';
import { createMessengerAdapter } from '../../adapters/messenger/index.ts';
import { createWhatsappAdapter } from '../../adapters/whatsapp/index.ts';
import { type GraphAnswer, type GraphCall, useGraphApi } from '../support/graph-api.ts';

const graph = useGraphApi();
const US = 'https://gw.example/webhooks/';
const target = (over: Partial<CheckTarget>): CheckTarget => ({
  account: '104',
  businessAccount: '118',
  address: null,
  settings: {},
  webhooks: [`${US}whatsapp`, `${US}messenger`],
  secrets: ['s1', 's2'],
  ...over,
});
const check = (adapter: ChannelAdapter, over: Partial<CheckTarget> = {}): Promise<readonly Finding[]> => adapter.check?.(target(over), graph.options()) ?? Promise.resolve([]);
const refusal = (code: number): GraphAnswer => ({ status: 400, body: { error: { message: `(#${code}) no`, code } } });
/** Answers by the end of the path. */
const answers =
  (of: Readonly<Record<string, GraphAnswer>>) =>
  (call: GraphCall): GraphAnswer => {
    const end = Object.keys(of).find((path) => call.url.pathname.endsWith(path));
    return (end === undefined ? undefined : of[end]) ?? refusal(100);
  };
const NUMBER = { body: { id: '104', display_phone_number: '+1 555', quality_rating: 'GREEN' } };
const APP = { body: { data: [{ whatsapp_business_api_data: { id: '88', name: 'Acme' } }] } };
const fields = (object: string, names: readonly string[], callback = `${US}whatsapp`): GraphAnswer => ({
  body: { data: [{ object, callback_url: callback, fields: names.map((name) => ({ name })) }] },
});
const WA = ['messages', 'message_template_status_update', 'account_update', 'phone_number_quality_update', 'user_preferences', 'standby', 'messaging_handovers'];
const PAGE = [
  'messages',
  'messaging_postbacks',
  'messaging_optins',
  'messaging_referrals',
  'message_deliveries',
  'message_reads',
  'message_echoes',
  'message_edits',
  'message_reactions',
  'messaging_handovers',
  'standby',
  'messaging_policy_enforcement',
];
const IG = ['messages', 'messaging_postbacks', 'messaging_seen', 'message_reactions', 'message_edit', 'messaging_referral', 'messaging_handover', 'standby'];

const whatsapp = createWhatsappAdapter();
test.each([
  ['all is well', { '/104': NUMBER, '/118/subscribed_apps': APP, '/88/subscriptions': fields('whatsapp_business_account', WA) }, [true, true, true], ''],
  ['a token that is refused', { '/118/subscribed_apps': APP, '/88/subscriptions': fields('whatsapp_business_account', WA) }, [false, true, true], 'check accessToken'],
  ['no app is subscribed', { '/104': NUMBER, '/118/subscribed_apps': { body: { data: [] } } }, [true, false, true], 'POST /118/subscribed_apps'],
  [
    'the account calls elsewhere',
    { '/104': NUMBER, '/118/subscribed_apps': { body: { data: [{ override_callback_uri: 'https://other.example/' }] } } },
    [true, false, true],
    'other.example',
  ],
  [
    'a field is missing',
    { '/104': NUMBER, '/118/subscribed_apps': APP, '/88/subscriptions': fields('whatsapp_business_account', WA.slice(1)) },
    [true, true, false],
    'not subscribed: messages',
  ],
  [
    'the app calls elsewhere',
    { '/104': NUMBER, '/118/subscribed_apps': APP, '/88/subscriptions': fields('whatsapp_business_account', WA, 'https://x/') },
    [true, true, false],
    `to ${US}whatsapp`,
  ],
  ['the app has none of ours', { '/104': NUMBER, '/118/subscribed_apps': APP, '/88/subscriptions': fields('page', WA) }, [true, true, false], 'no subscription'],
  ['the platform does not tell the fields', { '/104': NUMBER, '/118/subscribed_apps': APP }, [true, true, true], 'in the App Dashboard subscribe'],
])('WhatsApp: %s', async (_what, of, ok, says) => {
  graph.answer = answers(of);
  const findings = await check(whatsapp);
  expect(findings.map((f) => f.ok)).toEqual(ok);
  expect(findings.map((f) => f.detail).join('; ')).toContain(says);
  expect(JSON.stringify(findings)).not.toMatch(/secret-token|s1|s2/);
});
test('the fields of an app are read with its own token, whichever secret fits', async () => {
  graph.answer = (call) =>
    call.url.pathname.endsWith('/subscriptions') && call.authorization !== 'Bearer 88|s2'
      ? refusal(190)
      : answers({ '/104': NUMBER, '/118/subscribed_apps': APP, '/88/subscriptions': fields('whatsapp_business_account', WA) })(call);
  expect((await check(whatsapp)).every((f) => f.ok)).toBe(true);
});

const named = { body: { id: '104', name: 'Acme', username: 'acme' } };
const installed = (names: readonly string[]): GraphAnswer => ({ body: { data: [{ id: '88', subscribed_fields: names }] } });
test.each([
  ['Messenger, all is well', createMessengerAdapter(), { '/104': named, '/subscribed_apps': installed(PAGE), '/subscriptions': fields('page', PAGE) }, [true, true, true], ''],
  [
    'Messenger, a field of the Page is missing',
    createMessengerAdapter(),
    { '/104': named, '/subscribed_apps': installed(PAGE.filter((f) => f !== 'message_echoes')) },
    [true, false, true],
    'not subscribed: message_echoes; POST /104/subscribed_apps?subscribed_fields=messages,',
  ],
  ['Messenger, unsubscribed', createMessengerAdapter(), { '/104': named, '/subscribed_apps': { body: { data: [] } } }, [true, false, true], 'nothing arrives'],
  [
    'Instagram by its Page, all is well',
    createInstagramAdapter(),
    { '/104': named, '/77/subscribed_apps': installed(['messages', 'feed']), '/subscriptions': fields('instagram', IG, `${US}messenger`) },
    [true, true, true],
    '',
  ],
  [
    'Instagram by its Page, not installed',
    createInstagramAdapter(),
    { '/104': named, '/77/subscribed_apps': installed(['feed']) },
    [true, false, true],
    'POST /77/subscribed_apps',
  ],
])('%s', async (_what, adapter, of, ok, says) => {
  graph.answer = answers(of);
  const findings = await check(adapter, adapter.channel === 'instagram' ? { settings: { pageId: '77' } } : {});
  expect(findings.map((f) => f.ok)).toEqual(ok);
  expect(findings.map((f) => f.detail).join('; ')).toContain(says);
});
