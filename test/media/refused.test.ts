import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { residentMbOfLiving } from '../bench/proc.ts';
import { remove, SECRET, startGateway, type TestGateway, until } from '../support/gateway.ts';
import type { MediaEvent } from '../support/media-desk.ts';
import { picture, voiceNote } from '../support/media-files.ts';

/** Files and servers that mean harm, or are broken: each is refused in words, at once or after its attempts, and costs nothing but itself. */
const PAGE = '104900000000001';
const answers = new Map<string, (request: http.IncomingMessage, response: http.ServerResponse) => void>();
let sockets = 0;
const server = http.createServer((request, response) => {
  const answer = answers.get(new URL(request.url ?? '/', 'http://x').pathname);
  if (answer) answer(request, response);
  else response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"(#100) no such node","code":100}}');
});
server.on('connection', (socket) => {
  sockets++;
  socket.on('close', () => sockets--);
});
let base: string;
/** Named by the environment of the gateway, and never to be asked. */
let proxied = 0;
const proxy = http.createServer((_request, response) => void response.writeHead(502).end());
proxy.on('connection', () => proxied++);
let gateway: TestGateway;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  gateway = await startGateway({
    channels: [{ id: 'ch_fb', type: 'messenger', tenant: 'acme', pageId: PAGE, accessToken: 'very-secret-token', appSecret: SECRET, verifyToken: 'v' }],
    env: {
      GRAPH_API_URL: base,
      LOG_LEVEL: 'debug',
      NODE_USE_ENV_PROXY: '1',
      ...Object.fromEntries(['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'ALL_PROXY'].map((name) => [name, proxyUrl])),
    },
  });
});
afterAll(async () => {
  await gateway.kill();
  remove(gateway);
  server.closeAllConnections();
  server.close();
  proxy.close();
});
let n = 0;
async function receive(type: string, path: string, answer?: (request: http.IncomingMessage, response: http.ServerResponse) => void): Promise<string> {
  if (answer) answers.set(path, answer);
  const mid = `m_${++n}`;
  const attachments = [{ type, payload: { url: /^https?:/.test(path) ? path : base + path } }];
  const status = await gateway.post(
    {
      object: 'page',
      entry: [{ id: PAGE, time: Date.now(), messaging: [{ sender: { id: `70${n}` }, recipient: { id: PAGE }, timestamp: Date.now(), message: { mid, attachments } }] }],
    },
    { path: '/webhooks/messenger' },
  );
  expect(status).toBe(200);
  return mid;
}
const events = async () => (await gateway.events()) as MediaEvent[];
async function outcome(mid: string): Promise<MediaEvent> {
  let found: MediaEvent | undefined;
  await until(`what became of ${mid}`, async () => {
    const all = await events();
    const received = all.find((e) => e.type === 'message.received' && e.data.message?.platformId === mid);
    found = all.find((e) => e.type.startsWith('media.') && e.data.messageId === received?.data.message?.id);
    return found !== undefined;
  });
  return found!;
}
const bytes =
  (body: Buffer | string, type = 'application/octet-stream') =>
  (_q: unknown, r: http.ServerResponse) =>
    void r.writeHead(200, { 'content-type': type }).end(body);
const rss = () => residentMbOfLiving(gateway.child.pid);

const gif = Buffer.from('GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;', 'latin1');
const zipEnd = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);
const refusals: [string, string, (request: http.IncomingMessage, response: http.ServerResponse) => void, string][] = [
  ['zero bytes', 'image', bytes(''), 'The file is empty.'],
  ['a web page as a picture', 'image', bytes('<!DOCTYPE html><script>alert(1)</script>', 'image/png'), 'The file is not a picture: its bytes are text/html.'],
  [
    'an SVG as a picture',
    'image',
    bytes('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'image/svg+xml'),
    'The file is not a picture: its bytes are image/svg+xml.',
  ],
  [
    'a playlist as a sound',
    'audio',
    bytes('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n', 'audio/mpeg'),
    'The file is not a sound recording: its bytes are application/vnd.apple.mpegurl.',
  ],
  ['a list for ffmpeg as a film', 'video', bytes("ffconcat version 1.0\nfile '/etc/passwd'\n", 'video/mp4'), 'The file is not a film: its bytes are application/x-playlist.'],
  ['a sound as a picture', 'image', bytes(voiceNote(1), 'image/jpeg'), 'The file is not a picture: its bytes are audio/ogg; codecs=opus.'],
  ['noise as a sound', 'audio', bytes(Buffer.from([1, 2, 3, 0, 255, 254, 7]), 'audio/mpeg'), 'The file is not a sound recording: its bytes are application/octet-stream.'],
  [
    'a picture that is a web page too',
    'image',
    bytes(Buffer.concat([gif, Buffer.from('<script>alert(1)</script>')]), 'image/gif'),
    'The file is image/gif and a web page at once.',
  ],
  ['a picture that is an archive too', 'image', bytes(Buffer.concat([picture(500), zipEnd]), 'image/png'), 'The file is image/png and an archive at once.'],
  ['a picture that is a document too', 'image', bytes(Buffer.concat([picture(200), Buffer.from('%PDF-1.7')]), 'image/png'), 'The file is image/png and a PDF document at once.'],
  ['5 GB declared', 'video', (_q, r) => r.writeHead(200, { 'content-length': 5 * 1024 ** 3 }).flushHeaders(), 'The file is larger than 100 MB.'],
  [
    'an endless stream',
    'image',
    (_q, r) => {
      const more = () => {
        while (!r.destroyed && r.write(Buffer.alloc(256 * 1024, 7)));
        if (!r.destroyed) r.once('drain', more);
      };
      r.writeHead(200);
      more();
    },
    'The file is larger than 32 MB.',
  ],
  ['a redirect loop', 'image', (q, r) => void r.writeHead(302, { location: `${base}${q.url}` }).end(), 'More than 5 redirects.'],
  [
    'a redirect to the inside',
    'image',
    (_q, r) => void r.writeHead(302, { location: 'https://169.254.169.254/latest/meta-data' }).end(),
    'The address is not one of the public internet.',
  ],
  ['a redirect to a file', 'image', (_q, r) => void r.writeHead(302, { location: 'file:///etc/passwd' }).end(), 'The address is not an https one.'],
  ['a compressed answer', 'image', (_q, r) => void r.writeHead(200, { 'content-encoding': 'br' }).end('x'), 'The answer is compressed.'],
];
beforeAll(async () => {
  // The threads for files start with the first: that is no case's memory.
  await outcome(await receive('image', '/warm', bytes(picture(500), 'image/png')));
});
test.each(refusals)('%s', async (_what, type, answer, reason) => {
  const before = rss();
  const failed = await outcome(await receive(type, `/f/${++n}`, answer));
  expect([failed.type, failed.data.reason]).toEqual(['media.failed', reason]);
  const link = await fetch(failed.data.media!.url);
  expect([link.status, ((await link.json()) as { detail: string }).detail]).toEqual([404, reason]);
  expect(rss() - before).toBeLessThan(80);
});

test('an address of the inside in the webhook itself', async () => {
  for (const url of ['https://127.0.0.1/a', 'https://[::ffff:127.0.0.1]/a', 'https://[64:ff9b::7f00:1]/a', 'https://localhost/a', 'http://files.example/a'])
    expect((await outcome(await receive('image', url))).data.reason).toMatch(/^The address is not (one of the public internet|an https one)\.$/);
});

test('while a file is on its way its link waits, and then says when to come again', async () => {
  const gate = Promise.withResolvers<void>();
  const whole = picture(700);
  const mid = await receive('image', '/held', (_q, r) => void gate.promise.then(() => r.writeHead(200).end(whole)));
  let link = '';
  await until('the event', async () => {
    link = (await events()).find((e) => e.data.message?.platformId === mid)?.data.message?.content.media?.url ?? '';
    return link !== '';
  });
  const early = await fetch(link);
  expect([early.status, early.headers.get('retry-after'), ((await early.json()) as { code: string }).code]).toEqual([503, '5', 'media_pending']);
  const waiting = fetch(link);
  gate.resolve();
  expect(Buffer.from(await (await waiting).arrayBuffer()).equals(whole)).toBe(true);
});

test('a file that is cut off is tried again, and comes whole', async () => {
  const whole = picture(20_000);
  let times = 0;
  const ready = await outcome(await receive('image', '/cut', (_q, r) => void r.writeHead(200).end(++times < 3 ? whole.subarray(0, 9000) : whole)));
  expect([ready.type, ready.data.media?.bytes, times]).toEqual(['media.ready', 20_000, 3]);
});

test('a link that has died is asked for anew by the message', async () => {
  const whole = picture(900);
  answers.set('/fresh', bytes(whole, 'image/png'));
  answers.set(
    `/v26.0/m_${n + 1}`,
    (_q, r) => void r.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ id: 'x', attachments: { data: [{ image_data: { url: `${base}/fresh` } }] } })),
  );
  const ready = await outcome(await receive('image', '/dead', (_q, r) => void r.writeHead(403).end('URL signature expired')));
  expect([ready.type, ready.data.media?.bytes]).toEqual(['media.ready', 900]);
});

test('a document may be of any type, and keeps the name and type that its bytes have', async () => {
  const headers = { 'content-type': 'image/png', 'content-disposition': `attachment; filename="../../<b>prices\\".html"` };
  const ready = await outcome(await receive('file', '/doc', (_q, r) => void r.writeHead(200, headers).end('<html><script>document.title="ran"</script></html>')));
  expect(ready.data.media).toMatchObject({ state: 'ready', mimeType: 'text/html', declaredType: 'image/png' });
  const got = await fetch(ready.data.media!.url);
  expect(Object.fromEntries(got.headers)).toMatchObject({
    'content-type': 'text/html',
    'content-disposition': expect.stringMatching(/^attachment; filename="[^"/\\<>]+"$/),
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining('sandbox'),
    'referrer-policy': 'no-referrer',
  });
});

test('no proxy of the environment was asked, the token went to no address of a file, the connections are closed, and no secret stands in the log', async () => {
  expect(proxied).toBe(0);
  expect(gateway.log()).not.toMatch(/very-secret-token|sig=/);
  await until('closed connections', async () => sockets <= 4); // those to the Graph API are kept
  const metrics = await fetch(`${gateway.api}/metrics`).then((r) => r.text());
  expect(metrics).toMatch(/parlance_media_fetches_total\{channel_type="messenger",outcome="failed"\} \d\d/);
  expect(metrics).toMatch(/parlance_media_files\{state="ready"\} \d/);
});
