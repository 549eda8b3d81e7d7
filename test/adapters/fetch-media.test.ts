import { Readable } from 'node:stream';
import type { ChannelAdapter, MediaOptions } from '../../adapters/contract.ts';
import { createInstagramAdapter } from '../../adapters/instagram/index.ts';
import { MediaFault } from '../../adapters/media-fault.ts';
import { createMessengerAdapter } from '../../adapters/messenger/index.ts';
import { createSmsAdapter } from '../../adapters/sms/index.ts';
import { createWhatsappAdapter } from '../../adapters/whatsapp/index.ts';
import { nock } from '../support/nock.ts';
import { thrown } from '../support/payloads.ts';

/** Which addresses are asked for a file, and who is given our credentials. */
const SID = `AC${'1'.repeat(32)}`;
const ME = `/2010-04-01/Accounts/${SID}/Messages/MM${'2'.repeat(32)}/Media/ME${'3'.repeat(32)}`;
const file = { body: Readable.from(['x']), type: null, length: null, filename: null };
/** What `open` was called with; addresses in `dead` answer 404. */
function opener(dead: readonly string[] = []) {
  const asked: (readonly [string, string | undefined])[] = [];
  const open: MediaOptions['open'] = async (url, authorization) => {
    asked.push([url, authorization]);
    if (dead.includes(url)) throw new MediaFault('missing', 'The host answered 404.', { status: 404 });
    return file;
  };
  return { asked, open };
}
const options = (open: MediaOptions['open'], over: Partial<MediaOptions> = {}): MediaOptions => ({
  baseUrl: 'https://graph.test',
  credentials: { accessToken: 'token', accountSid: SID, authToken: 'auth' },
  signal: AbortSignal.timeout(20_000),
  account: '207',
  settings: {},
  own: (url) => url.origin === 'https://graph.test',
  open,
  ...over,
});
const fetchMedia = (adapter: ChannelAdapter, ref: object, given: MediaOptions) => adapter.fetchMedia!({ platformRef: '123', message: 'mid', index: 0, url: null, ...ref }, given);
const BEARER = 'Bearer token';

describe('WhatsApp', () => {
  const adapter = createWhatsappAdapter();
  const link = 'https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&hash=x';
  const graph = (url: string | undefined) =>
    nock('https://graph.test', { reqheaders: { authorization: BEARER } })
      .get('/v26.0/123?phone_number_id=207')
      .reply(200, { url, id: '123' });
  test('by the link of the webhook, with the token', async () => {
    const { asked, open } = opener();
    await fetchMedia(adapter, { url: link }, options(open));
    expect(asked).toEqual([[link, BEARER]]);
  });
  test('by a fresh link where there is none, or where it has died', async () => {
    for (const [url, dead] of [
      [null, []],
      ['https://lookaside.fbsbx.com/old', ['https://lookaside.fbsbx.com/old']],
    ] as const) {
      graph(link);
      const { asked, open } = opener(dead);
      await fetchMedia(adapter, { url }, options(open));
      expect(asked).toEqual([...dead.map((d) => [d, BEARER]), [link, BEARER]]);
    }
  });
  test('a fresh link that has died too is the last word of this attempt', async () => {
    graph(link);
    const { open } = opener(['https://lookaside.fbsbx.com/old', link]);
    expect(await thrown(fetchMedia(adapter, { url: 'https://lookaside.fbsbx.com/old' }, options(open)))).toMatchObject({ kind: 'missing' });
  });
  test.each([
    ['a host of strangers', 'https://evil.example/a', undefined],
    ['one that looks like ours', 'https://evilfbsbx.com/a', undefined],
    ['ours without TLS', 'http://lookaside.fbsbx.com/a', undefined],
    ["Meta's CDN", 'https://scontent.xx.fbcdn.net/a', BEARER],
    ['the configured base', 'https://graph.test/a', BEARER],
  ])('%s', async (_what, url, authorization) => {
    const { asked, open } = opener();
    await fetchMedia(adapter, { url }, options(open));
    expect(asked).toEqual([[url, authorization]]);
  });
  test('an id that the platform does not know any more is no trouble of the token', async () => {
    nock('https://graph.test')
      .get('/v26.0/123?phone_number_id=207')
      .reply(400, { error: { code: 100, error_subcode: 33, message: 'does not exist' } });
    expect(adapter.classify(await thrown(fetchMedia(adapter, {}, options(opener().open))))).toMatchObject({ retryable: false, outcome: 'not_sent', scope: 'message' });
  });
});

describe.each([
  ['Messenger', createMessengerAdapter()],
  ['Instagram', createInstagramAdapter()],
])('%s', (_name, adapter) => {
  const cdn = 'https://scontent.xx.fbcdn.net/1.jpg';
  test('by its link, never with the token', async () => {
    const { asked, open } = opener();
    await fetchMedia(adapter, { platformRef: cdn }, options(open));
    expect(asked).toEqual([[cdn, undefined]]);
  });
  test('a dead link is asked for anew by the message, the n-th file of it', async () => {
    nock('https://graph.test', { reqheaders: { authorization: BEARER } })
      .get('/v26.0/mid?fields=attachments')
      .reply(200, { attachments: { data: [{ image_data: { url: 'https://a/0' } }, { video_data: { url: 'https://a/1' } }, { file_url: 'https://a/2' }] } });
    const { asked, open } = opener([cdn]);
    await fetchMedia(adapter, { platformRef: cdn, index: 1 }, options(open));
    expect(asked).toEqual([
      [cdn, undefined],
      ['https://a/1', undefined],
    ]);
  });
  test('where the message names no other, the link stays dead', async () => {
    nock('https://graph.test').get('/v26.0/mid?fields=attachments').reply(200, { id: 'mid' });
    expect(await thrown(fetchMedia(adapter, { platformRef: cdn }, options(opener([cdn]).open)))).toMatchObject({ kind: 'missing' });
  });
});

describe('Twilio', () => {
  const adapter = createSmsAdapter();
  const basic = (user: string) => `Basic ${Buffer.from(user).toString('base64')}`;
  const at = { baseUrl: 'https://api.twilio.com', own: (url: URL) => url.origin === 'https://api.twilio.com' };
  test.each([
    ['the API', `https://api.twilio.com${ME}`],
    ['a region', `https://api.dublin.ie1.twilio.com${ME}`],
  ])('%s: Basic, at the configured base', async (_what, platformRef) => {
    const { asked, open } = opener();
    await fetchMedia(adapter, { platformRef }, options(open, at));
    expect(asked).toEqual([[`https://api.twilio.com${ME}`, basic(`${SID}:auth`)]]);
  });
  test('an API key goes before the token of the account', async () => {
    const { asked, open } = opener();
    await fetchMedia(
      adapter,
      { platformRef: `https://api.twilio.com${ME}` },
      options(open, { ...at, credentials: { accountSid: SID, authToken: 'auth', apiKey: 'SK1', apiSecret: 's' } }),
    );
    expect(asked[0]?.[1]).toBe(basic('SK1:s'));
  });
  test.each([
    ['a host of strangers', `https://evil.example${ME}`],
    ['one that looks like theirs', `https://api.twilio.com.evil.example${ME}`],
    ['theirs before an @', `https://api.twilio.com@evil.example${ME}`],
    ['without TLS', `http://api.twilio.com${ME}`],
    ['another port', `https://api.twilio.com:8443${ME}`],
    ["another account's", `https://api.twilio.com${ME.replace(SID, `AC${'9'.repeat(32)}`)}`],
    ['no medium', `https://api.twilio.com/2010-04-01/Accounts/${SID}.json`],
    ['a path that climbs', `https://api.twilio.com${ME}/../../../../../Accounts.json`],
    ['no address', 'ME123'],
  ])('%s: refused before any credentials go', async (_what, platformRef) => {
    const { asked, open } = opener();
    expect(await thrown(fetchMedia(adapter, { platformRef }, options(open, at)))).toMatchObject({
      kind: 'refused',
      message: "The address is not one of this account's media at Twilio.",
    });
    expect(asked).toEqual([]);
  });
});
