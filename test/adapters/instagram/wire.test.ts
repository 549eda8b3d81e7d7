import fc from 'fast-check';
import type { RenderContext } from '../../../adapters/contract.ts';
import { createInstagramAdapter } from '../../../adapters/instagram/index.ts';
import { useGraphApi } from '../../support/graph-api.ts';
import { thrown } from '../../support/payloads.ts';

const adapter = createInstagramAdapter();
const IGID = '17841400000000001';
const PAGE = '104900000000001';
const CUSTOMER = '9120000000000077';
const graph = useGraphApi();
const rendered = (text: string, settings: Record<string, unknown> = {}, over: Partial<RenderContext> = {}) => {
  const context: RenderContext = {
    channel: { id: 'ch', type: 'instagram', account: IGID, settings },
    publicUrl: 'https://gw.example/',
    to: { type: 'igsid', value: CUSTOMER },
    ownId: 'ms_01jd.1',
    ...over,
  };
  return adapter.render({ type: 'text', text }, context);
};
const calls = (text: string, settings = {}, over: Partial<RenderContext> = {}) => {
  const made = rendered(text, settings, over);
  if (!made.ok) throw new Error(made.error.code);
  return made.value.calls;
};

test('rendering: exactly this, by the account itself or by its Page', () => {
  expect(calls('Hello')).toEqual([
    {
      method: 'POST',
      path: `/v26.0/${IGID}/messages`,
      contentType: 'application/json',
      body: `{"recipient":{"id":"${CUSTOMER}"},"messaging_type":"RESPONSE","message":{"text":"Hello","metadata":"ms_01jd.1.1"}}`,
    },
  ]);
  expect(calls('Hello', { pageId: PAGE })[0]?.path).toBe(`/v26.0/${PAGE}/messages`);
  expect(calls('Hello', { sendAs: 'me', graphVersion: 'v25.0' })[0]?.path).toBe('/v25.0/me/messages');
  expect(rendered('x', {}, { to: { type: 'psid', value: '1' } })).toMatchObject({ ok: false, error: { code: 'unknown_recipient' } });
});
test('rendering: parts of at most 1,000 bytes that join to the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3000 }), (text) => {
      const parts = calls(text).map((c) => (JSON.parse(c.body) as { message: { text: string } }).message.text);
      expect(parts.join('')).toBe(text);
      expect(parts.every((part) => part.length > 0 && Buffer.byteLength(part) <= 1000)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test('the wire: sent, refused, restricted', async () => {
  const [call] = calls('Hello');
  if (!call) throw new Error('nothing rendered');
  graph.answer = () => ({ body: { recipient_id: CUSTOMER, message_id: 'aWdf_o1' } });
  expect(await adapter.send(call, graph.options())).toMatchObject({ platformId: 'aWdf_o1', aliases: [] });
  graph.answer = () => ({ status: 403, body: { error: { message: 'outside', type: 'IGApiException', code: 10, error_subcode: 2_534_022 } } });
  expect(adapter.classify(await thrown(adapter.send(call, graph.options())))).toMatchObject({ code: 'window_closed', scope: 'recipient', outcome: 'not_sent' });
  graph.answer = () => ({ status: 400, body: { error: { message: 'blocked', code: 100, error_subcode: 2_534_029 } } });
  expect(adapter.classify(await thrown(adapter.send(call, graph.options())))).toMatchObject({ code: 'channel_restricted', scope: 'channel' });
});

test('what was missed comes through the Page where there is one; its own messages are told from the customers by either id', async () => {
  const message = (id: string, minute: number, from: string, to: string) => ({
    id,
    created_time: `2026-11-22T10:${minute}:00+0000`,
    from: { id: from },
    to: { data: [{ id: to }] },
    message: id,
  });
  graph.answer = () => ({
    body: {
      data: [
        {
          id: 't',
          updated_time: '2026-11-22T10:30:00+0000',
          participants: { data: [{ id: IGID }, { id: CUSTOMER }] },
          messages: { data: [message('c', 30, CUSTOMER, IGID), message('b', 20, PAGE, CUSTOMER), message('a', 10, IGID, CUSTOMER)] },
        },
      ],
    },
  });
  const found: unknown[] = [];
  for await (const missed of adapter.list?.({ account: IGID, since: new Date('2026-11-22T10:00:00Z'), unsettled: [], settings: { pageId: PAGE } }, graph.options()) ?? []) {
    const [fact] = adapter.normalize({ body: missed.body } as never).facts;
    if (fact?.body.kind === 'message') found.push([fact.idParts.join(' '), fact.body.as, fact.addresses]);
  }
  const addresses = [{ type: 'igsid', value: CUSTOMER }];
  expect(found).toEqual([
    [`instagram ${IGID} message a`, 'echo', addresses],
    [`instagram ${IGID} message b`, 'echo', addresses],
    [`instagram ${IGID} message c`, 'received', addresses],
  ]);
  expect(graph.calls.map((c) => [c.url.pathname, c.url.searchParams.get('platform')])).toEqual([[`/v26.0/${PAGE}/conversations`, 'instagram']]);
});

test('profile: name, picture, and what else Instagram tells; consent that is missing is no name', async () => {
  const profile = () => adapter.profile?.({ type: 'igsid', value: CUSTOMER }, { account: IGID, settings: {} }, graph.options());
  graph.answer = () => ({ body: { id: CUSTOMER, name: 'Kari', username: 'kari', profile_pic: 'https://x.test/p.jpg', follower_count: 7, is_verified_user: false } });
  expect(await profile()).toEqual({ name: 'Kari', picture: 'https://x.test/p.jpg', platform: { username: 'kari', followerCount: 7, isVerifiedUser: false } });
  graph.answer = () => ({ body: { id: CUSTOMER, username: 'kari' } });
  expect(await profile()).toEqual({ platform: { username: 'kari' } });
  graph.answer = () => ({ status: 400, body: { error: { message: 'User consent is required', code: 230 } } });
  expect(await profile()).toBeNull();
  expect(graph.calls[0]?.url.searchParams.get('fields')).toBe('name,username,profile_pic,follower_count,is_verified_user,is_user_follow_business,is_business_follow_user');
});
