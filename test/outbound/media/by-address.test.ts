import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { MediaFault } from '../../../src/media/media-fault.ts';
import { ffmpegSuite, recorded } from '../../support/ffmpeg.ts';
import { type FilesDesk, openFilesDesk, sha256 } from '../../support/files-desk.ts';
import { until } from '../../support/gateway.ts';
import { type RecordingProxy, startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Sandbox, startSandbox } from '../../support/sandbox.ts';

/** Files by https address: passed on where the platform takes them, fetched through the guard where they must be converted. */
const PHONE = '447700900188';
let sandbox: Sandbox;
let proxy: RecordingProxy;
let desk: FilesDesk;
let origin: http.Server;
const served: string[] = [];

function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  const path = request.url ?? '';
  served.push(path);
  const to = (location: string) => void response.writeHead(302, { location }).end();
  const bytes = (body: Buffer, type = 'application/octet-stream') => void response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(body);
  if (path.startsWith('/voice')) return bytes(recorded('a.mp3'), 'audio/mpeg');
  if (path.startsWith('/twice')) return served.filter((p) => p === path).length < 3 ? void response.writeHead(503).end() : bytes(recorded('a.mp3'), 'audio/mpeg');
  if (path.startsWith('/away')) return void response.writeHead(503).end();
  if (path.startsWith('/loopback')) return to('http://127.0.0.1:9/secret.wav');
  if (path.startsWith('/mapped')) return to('https://[::ffff:127.0.0.1]/secret.wav');
  if (path.startsWith('/nat64')) return to('https://[64:ff9b::7f00:1]/secret.wav');
  if (path.startsWith('/metadata')) return to('http://169.254.169.254/latest/a.wav');
  if (path.startsWith('/loop')) return to(path);
  if (path.startsWith('/huge')) return void response.writeHead(200, { 'content-length': 5 * 1024 ** 3 }).write('x');
  if (path.startsWith('/empty')) return bytes(Buffer.alloc(0));
  if (path.startsWith('/playlist')) return bytes(Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'), 'audio/wav');
  response.writeHead(404).end();
}
ffmpegSuite('files by address', () => {
  beforeAll(async () => {
    origin = http.createServer(answer);
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', () => resolve()));
    sandbox = await startSandbox('whatsapp', { limits: false });
    proxy = await startRecordingProxy(sandbox.url);
    desk = await openFilesDesk({
      channels: [{ id: 'ch_wa', type: 'whatsapp', account: '207700000000123', baseUrl: proxy.url, credentials: { accessToken: 'wa-token' } }],
      outbound: { maxAttempts: 20 },
      filesAt: `http://127.0.0.1:${(origin.address() as AddressInfo).port}`,
      examine: async ({ declaredType, vouched }) => {
        if (declaredType === 'audio/wav' && !vouched) throw new MediaFault('refused', 'The file is not a recording.');
        return { mimeType: declaredType ?? '' };
      },
    });
    await sandbox.call('/sandbox/whatsapp/messages', { body: { from: PHONE, text: 'hi' } });
    await desk.customer('ch_wa', { type: 'phone', value: `+${PHONE}` });
    await desk.start();
  });
  afterAll(async () => {
    await desk?.close();
    await proxy?.end();
    await sandbox?.stop();
    origin.closeAllConnections();
    await new Promise((resolve) => origin.close(resolve));
  });
  const send = (content: object) => desk.send({ channel: 'ch_wa', to: { phone: `+${PHONE}` }, content });

  test('what the platform takes goes as the address that was given, and nobody here fetches it', async () => {
    const id = await send({ type: 'image', media: { url: 'https://files.example/never.jpg' }, caption: 'Door' });
    await desk.done(id);
    expect((await desk.calls(id)).map((c) => JSON.parse(c.body) as object)).toMatchObject([{ image: { link: 'https://files.example/never.jpg', caption: 'Door' } }]);
    expect(served).not.toContain('/never.jpg');
    expect(proxy.of(/\/media$/)).toEqual([]);
  });

  test('what must be converted is fetched, converted and uploaded, once for ten messages', async () => {
    const previewed = await desk.preview({ channel: 'ch_wa', to: { phone: `+${PHONE}` }, content: { type: 'voice', media: { url: 'https://files.example/voice.wav' } } });
    expect(previewed).toMatchObject({ losses: [{ code: 'media_converted' }], placeholders: [{ media: 'https://files.example/voice.wav', becomes: 'upload' }] });
    const ids = await Promise.all(Array.from({ length: 10 }, () => send({ type: 'voice', media: { url: 'https://files.example/voice.wav' } })));
    for (const id of ids) await desk.done(id);
    const bodies = (await Promise.all(ids.map((id) => desk.calls(id)))).flat().map((c) => JSON.parse(c.body) as { audio: { id: string; voice: boolean } });
    expect(new Set(bodies.map((b) => b.audio.id)).size).toBe(1);
    expect(bodies[0]?.audio.voice).toBe(true);
    expect([served.filter((p) => p === '/voice.wav').length, proxy.of(/\/media$/).length]).toEqual([1, 1]);
    const kept = await desk.rows<{ sha256: string; parent: string | null }>("SELECT sha256, parent FROM media WHERE kind = 'voice' ORDER BY parent IS NULL DESC");
    expect(kept[0]?.sha256).toBe(sha256(recorded('a.mp3')));
  });

  test('what the platform could not fetch is fetched here and handed over, once', async () => {
    const id = await send({ type: 'audio', media: { url: 'https://files.example/voice.mp3' } });
    await desk.done(id);
    const link = (await desk.calls(id)).map((c) => JSON.parse(c.body) as { audio: object });
    expect(link).toMatchObject([{ audio: { link: 'https://files.example/voice.mp3' } }]);
    const failure = { code: 'media_invalid', retryable: false, staleMedia: true } as const;
    await desk.status(id, failure, 1);
    await desk.tick();
    await until('the second attempt', async () => (await desk.calls(id)).length === 2 && (await desk.message(id))?.queue_state === 'done');
    const second = JSON.parse((await desk.calls(id))[1]?.body ?? '{}') as { audio: { id?: string } };
    expect(second.audio.id).toMatch(/^15\d+$/);
    await desk.status(id, failure, 2);
    await desk.tick();
    expect(await desk.message(id)).toMatchObject({ state: 'failed', error_code: 'media_invalid', queue_state: 'done' });
  });

  test('trouble on the way is tried again', async () => {
    const id = await send({ type: 'voice', media: { url: 'https://files.example/twice.wav' } });
    await desk.done(id);
    expect(await desk.message(id)).toMatchObject({ error_code: null });
    expect((await desk.timeline(id)).filter((t) => t.kind === 'preparing').length).toBe(2);
  });

  test('an address that stays away is given up after five tries, so that it holds its conversation for a while alone', async () => {
    const id = await send({ type: 'voice', media: { url: 'https://files.example/away.wav' } });
    await desk.done(id);
    expect(await desk.message(id)).toMatchObject({ state: 'failed', error_code: 'media_unusable', platform_message: 'The host answered 503.' });
    expect(served.filter((p) => p === '/away.wav').length).toBe(5);
  });

  test.each([
    ['a redirect to loopback', 'loopback.wav', /not an https one|public/],
    ['a redirect to an IPv4-mapped address', 'mapped.wav', /public/],
    ['a redirect to NAT64', 'nat64.wav', /public/],
    ['a redirect to cloud metadata', 'metadata.wav', /https|public/],
    ['a redirect loop', 'loop.wav', /redirects/],
    ['5 GB', 'huge.wav', /larger than 100 MB/],
    ['nothing', 'empty.wav', /empty/],
    ['a playlist that calls itself WAV', 'playlist.wav', /not a recording/],
    ['a file that is not there', 'none.wav', /404/],
  ])('%s fails the message in words, and nothing is sent', async (_what, name, words) => {
    const id = await send({ type: 'voice', media: { url: `https://files.example/${name}` } });
    await desk.done(id);
    const m = await desk.message(id);
    expect([m?.state, m?.error_code]).toEqual(['failed', 'media_unusable']);
    expect(m?.platform_message).toMatch(words);
    expect(proxy.passed.filter((p) => p.body.includes(id))).toEqual([]);
  });

  test.each([
    ['an address of loopback', 'https://127.0.0.1/a.jpg'],
    ['IPv6 loopback', 'https://[::1]/a.jpg'],
    ['an IPv4-mapped address', 'https://[::ffff:10.0.0.1]/a.jpg'],
    ['a name of this machine', 'https://localhost/a.jpg'],
    ['a name of a company’s net', 'https://files.internal/a.jpg'],
    ['a name without a dot', 'https://intranet/a.jpg'],
    ['a decimal address', 'https://2130706433/a.jpg'],
    ['credentials', 'https://user:pass@files.example/a.jpg'],
  ])('%s is refused when it is asked for', async (_what, url) => {
    await expect(send({ type: 'image', media: { url } })).rejects.toMatchObject({ code: 'media_unusable', pointer: '/content/media/url' });
    await expect(
      send({
        type: 'cards',
        body: 'b',
        cards: [
          { title: 'a', media: { url: 'https://files.example/a.jpg' } },
          { title: 'b', media: { url } },
        ],
      }),
    ).rejects.toMatchObject({
      pointer: '/content/cards/1/media/url',
    });
  });
});
