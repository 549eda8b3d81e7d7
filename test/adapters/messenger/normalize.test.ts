import { createHmac } from 'node:crypto';
import { createAdapters } from '../../../adapters/index.ts';
import { createMessengerAdapter } from '../../../adapters/messenger/index.ts';
import { messagingSuite } from '../../support/messaging-suite.ts';
import { verifiedJson } from '../../support/payloads.ts';

const adapter = createMessengerAdapter();
const suite = messagingSuite({ adapter, dir: import.meta.dirname, object: 'page', account: '104900000000001', customer: '7410000000000011' });

test('edits of one message are told apart, an edit delivered twice is not', () => {
  const id = (n: number | string) => suite.factsOf('messaging', { message_edit: { mid: 'm_1', text: 'x', num_edit: n } })[0]?.idParts.join();
  expect(id(1)).toBe(id('1'));
  expect(id(1)).not.toBe(id(2));
});
test('reactions: another emoji, another moment and taking it back are each their own; the same twice is one', () => {
  const id = (over: object, timestamp = 1_795_341_599_871) =>
    suite.factsOf('messaging', { timestamp, reaction: { mid: 'm_1', action: 'react', emoji: '❤️', ...over } })[0]?.idParts.join();
  expect(id({})).toBe(id({}));
  expect(new Set([id({}), id({ emoji: '😮' }), id({ action: 'unreact' }), id({}, 1_795_341_599_999)]).size).toBe(4);
});
test('a comment that comes twice with another advertisement is one', () => {
  const value = { item: 'comment', verb: 'add', comment_id: 'c_1', post_id: 'p_1', from: { id: '7410000000000011' }, message: 'Price?', created_time: 1_795_341_699 };
  const id = (over: object) => suite.factsOf('changes', { field: 'feed', value: { ...value, ...over } })[0]?.idParts.join();
  expect(id({ ad_id: '1' })).toBe(id({ ad_id: '2' }));
  expect(id({})).not.toBe(id({ verb: 'edited', message: 'The price?' }));
});
test('own ids are read from metadata of our form alone', () => {
  const own = (metadata: string) => {
    const [fact] = suite.factsOf('messaging', { sender: { id: '104900000000001' }, recipient: { id: '1' }, message: { mid: 'm', is_echo: true, text: 'x', metadata } });
    return fact?.body.kind === 'message' ? fact.body.ownId : null;
  };
  expect(own('ms_01jd.1.2')).toBe('ms_01jd.1.2');
  for (const other of ['gw:01JD', 'ms_01jd', 'ms_01JD.1.1', ' ms_01jd.1.1', 'ms_01jd.1.1x']) expect(own(other)).toBeUndefined();
});

test('signature and handshake are those of Meta', () => {
  const body = '{"object":"page","entry":[]}';
  const signed = (secret: string, text = body) => ({
    ...verifiedJson(text, '/webhooks/messenger'),
    headers: { 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`, 'x-hub-signature': 'sha1=00' },
  });
  const keys = {
    secrets: [
      { id: 'old', secret: 'another' },
      { id: 'mine', secret: 'right' },
    ],
    verifyTokens: ['token'],
  };
  expect(adapter.verify(signed('right'), keys)).toMatchObject({ ok: true, value: { keyId: 'mine' } });
  expect(adapter.verify(signed('wrong'), keys)).toEqual({ ok: false, error: 'mismatch' });
  expect(adapter.verify(signed('right', `${body} `), keys)).toEqual({ ok: false, error: 'mismatch' });
  expect(adapter.verify(verifiedJson(body, '/'), keys)).toEqual({ ok: false, error: 'missing' });
  const asked = (token: string) => ({ ...verifiedJson('', `/webhooks/messenger?hub.mode=subscribe&hub.challenge=4711&hub.verify_token=${token}`), method: 'GET' });
  expect(adapter.handshake(asked('token'), keys)).toMatchObject({ status: 200, body: '4711' });
  expect(adapter.handshake(asked('nope'), keys)).toMatchObject({ status: 403 });
  expect(adapter.ack(verifiedJson(body, '/'))).toMatchObject({ status: 200 });
});
test("Meta's one endpoint reads page, instagram and WhatsApp bodies by their object", () => {
  const read = (object: string, entry: object) =>
    createAdapters()
      .webhooks('meta')
      ?.normalize(verifiedJson({ object, entry: [entry] }, '/webhooks/whatsapp'));
  const messaging = [{ sender: { id: '7' }, recipient: { id: '1' }, timestamp: 1_795_341_599_871, message: { mid: 'm', text: 'x' } }];
  expect(read('page', { id: '1', messaging })?.facts).toMatchObject([{ channelType: 'messenger', addresses: [{ type: 'psid', value: '7' }] }]);
  expect(read('instagram', { id: '1', messaging })?.facts).toMatchObject([{ channelType: 'instagram', addresses: [{ type: 'igsid', value: '7' }] }]);
  expect(read('user', { id: '1', messaging })?.rejects).toMatchObject([{ code: 'malformed_body' }]);
});
