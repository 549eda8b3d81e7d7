import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { createMediaLinks } from '../../src/inbound/media-links.ts';
import { browserSuite, openBrowser } from '../support/browser.ts';
import { bytesAt, type MediaDesk, type Medium, sha256, startMediaDesk } from '../support/media-desk.ts';
import { picture, voiceNote } from '../support/media-files.ts';
import { startS3 } from '../support/s3.ts';

/** Links to files, and files by API; the bytes lie in S3. */
const DAY = 86_400_000;
let desk: MediaDesk;
let s3: Awaited<ReturnType<typeof startS3>>;
const bytes = picture(100_000);
let medium: Medium;
beforeAll(async () => {
  s3 = await startS3('parlance-media');
  desk = await startMediaDesk({ env: s3.env });
  [medium] = (await desk.mediaOf(await desk.write('whatsapp', [{ mimeType: 'image/png', bytes }]))) as [Medium];
  await desk.outcome(medium.id);
});
afterAll(async () => {
  await desk.stop();
  await s3.stop();
});
const linkMade = (agoMs: number, id = medium.id) => {
  const key = createHmac('sha256', Buffer.alloc(32, 7)).update('media-links').digest();
  return createMediaLinks({ publicUrl: desk.gateway().url, key, days: 7 }).make(id, Date.now() - agoMs);
};
const keyOf = async (tenant: string, scopes: string[]) =>
  ((await desk.gateway().call('/v1/keys', { method: 'POST', body: { name: 'k', tenant, scopes } })).json as { key: string }).key;

test('a link from an event a week old works; one past its date says how to get another', async () => {
  expect(sha256((await bytesAt(linkMade(6.9 * DAY))).bytes)).toBe(sha256(bytes));
  const past = await bytesAt(linkMade(9 * DAY));
  expect(past.status).toBe(410);
  const problem = JSON.parse(past.bytes.toString()) as { code: string; advice: string };
  expect(problem).toMatchObject({ code: 'link_expired', advice: expect.stringContaining('GET /v1/media/{id}') });
  const fresh = await bytesAt(`${desk.gateway().api}/v1/media/${medium.id}`, { headers: { authorization: `Bearer ${await keyOf('acme', ['read'])}` } });
  expect([fresh.status, sha256(fresh.bytes)]).toEqual([200, sha256(bytes)]);
});
test.each<[string, (link: string) => string]>([
  ['another id', (l) => l.replace(/md_\w+/, `md_${'0'.repeat(33)}`)],
  ['a later date', (l) => l.replace(/exp=(\d+)/, (_, n: string) => `exp=${Number(n) + 86_400}`)],
  ['no signature', (l) => l.replace(/&sig=.*/, '')],
  ['no date', (l) => l.replace(/exp=\d+&/, '')],
  ['another signature', (l) => l.replace(/sig=./, (s) => (s === 'sig=A' ? 'sig=B' : 'sig=A'))],
])('%s: as if there were nothing', async (_what, change) => {
  expect((await bytesAt(change(medium.url))).status).toBe(404);
});
test.each<[string, number, [number, number] | null]>([
  ['bytes=0-9', 206, [0, 10]],
  ['bytes=99990-', 206, [99_990, 100_000]],
  ['bytes=-5', 206, [99_995, 100_000]],
  ['bytes=5-1000000', 206, [5, 100_000]],
  ['bytes=100000-', 416, null],
  ['bytes=-0', 416, null],
  ['bytes=9-5', 200, [0, 100_000]],
  ['bytes=0-1,5-9', 200, [0, 100_000]],
  ['lines=0-1', 200, [0, 100_000]],
])('range %s', async (range, status, part) => {
  const got = await bytesAt(medium.url, { headers: { range } });
  expect(got.status).toBe(status);
  if (part) expect(got.bytes.equals(bytes.subarray(...part))).toBe(true);
  const head = await bytesAt(medium.url, { method: 'HEAD', headers: { range } });
  expect([head.status, head.bytes.length]).toEqual([status, 0]);
  for (const name of ['content-length', 'content-range', 'content-type', 'etag']) expect([name, head.headers.get(name)]).toEqual([name, got.headers.get(name)]);
});
test('not changed, and changed since', async () => {
  const etag = (await bytesAt(medium.url)).headers.get('etag') ?? '';
  expect((await bytesAt(medium.url, { headers: { 'if-none-match': etag } })).status).toBe(304);
  expect((await bytesAt(medium.url, { headers: { range: 'bytes=0-1', 'if-range': etag } })).status).toBe(206);
  expect((await bytesAt(medium.url, { headers: { range: 'bytes=0-1', 'if-range': '"other"' } })).status).toBe(200);
  expect((await bytesAt(medium.url, { method: 'POST' })).status).toBe(405);
});
test('a picture is shown, under headers that let nothing run', async () => {
  expect(Object.fromEntries((await bytesAt(medium.url)).headers)).toMatchObject({
    'content-type': 'image/png',
    'content-disposition': `inline; filename="${medium.id}.png"`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringMatching(/^sandbox;/),
    'referrer-policy': 'no-referrer',
    'cache-control': expect.stringMatching(/^private, max-age=\d+/),
  });
});

describe('by API', () => {
  const upload = async (file: Blob | null, { name = 'voice.ogg', token, query = '' }: { name?: string; token?: string; query?: string } = {}) => {
    const form = new FormData();
    if (file) form.set('file', file, name);
    const response = await fetch(`${desk.gateway().api}/v1/media${query}`, {
      method: 'POST',
      body: form,
      headers: { authorization: `Bearer ${token ?? (await keyOf('acme', ['send']))}` },
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
  test('a file that is uploaded has an id, its measures, and a link', async () => {
    const note = voiceNote(2);
    const { status, json } = await upload(new Blob([note], { type: 'audio/ogg' }));
    expect([status, json]).toEqual([
      201,
      expect.objectContaining({
        id: expect.stringMatching(/^md_/),
        state: 'ready',
        direction: 'outbound',
        tenant: 'acme',
        mimeType: 'audio/ogg; codecs=opus',
        declaredType: 'audio/ogg',
        durationMs: 2000,
        filename: 'voice.ogg',
        bytes: note.length,
        sha256: sha256(note),
      }),
    ]);
    expect(sha256((await bytesAt(String(json.url))).bytes)).toBe(sha256(note));
  });
  test.each<[string, () => Promise<{ status: number; json: Record<string, unknown> }>, number, object]>([
    ['no file', () => upload(null), 400, { code: 'invalid_request', pointer: '/file' }],
    ['an empty one', () => upload(new Blob([])), 400, { detail: 'The file is empty.' }],
    ['two things at once', () => upload(new Blob([Buffer.concat([picture(100), Buffer.from('<script>')])])), 400, { detail: 'The file is image/png and a web page at once.' }],
    ['101 MB', () => upload(new Blob([Buffer.alloc(101 * 1024 * 1024)])), 413, { code: 'payload_too_large', detail: 'The file is larger than 100 MB.' }],
    ["another tenant's", async () => upload(new Blob(['x']), { query: '?tenant=other' }), 403, {}],
    ['a key that may read alone', async () => upload(new Blob(['x']), { token: await keyOf('acme', ['read']) }), 403, {}],
    ['a tenant that is not there', async () => upload(new Blob(['x']), { token: 'test-operator-token-0123456789', query: '?tenant=nobody' }), 400, { pointer: '/tenant' }],
  ])('refused: %s', async (_what, act, status, problem) => {
    const got = await act();
    expect([got.status, got.json]).toEqual([status, expect.objectContaining(problem)]);
  });
  test.each([
    ['not a form', '{}', 'application/json'],
    ['a form that ends in the middle', '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nhalf', 'multipart/form-data; boundary=x'],
    ['a form without a boundary', 'x', 'multipart/form-data'],
  ])('refused: %s', async (_what, body, type) => {
    const response = await fetch(`${desk.gateway().api}/v1/media`, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${await keyOf('acme', ['send'])}`, 'content-type': type },
    });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, 'invalid_request']);
  });
  test('a key sees its own tenant alone', async () => {
    const foreign = await keyOf('other', ['admin']);
    for (const [path, method] of [
      [`/v1/media/${medium.id}`, 'GET'],
      [`/v1/media/${medium.id}/retry`, 'POST'],
      [`/v1/media/${medium.id}`, 'DELETE'],
    ] as const)
      expect((await desk.gateway().call(path, { method, token: foreign })).status).toBe(404);
    expect((await desk.gateway().call('/v1/media', { token: foreign })).json).toEqual({ media: [], next: null });
    const own = (await desk.gateway().call('/v1/media?state=ready&channel=ch_wa', { token: await keyOf('acme', ['read']) })).json as { media: { id: string }[] };
    expect(own.media.map((m) => m.id)).toContain(medium.id);
  });
  test('what is known of a file, with a fresh link', async () => {
    const { status, json } = await desk.gateway().call(`/v1/media/${medium.id}`, { headers: { accept: 'application/json' } });
    expect([status, json]).toEqual([
      200,
      expect.objectContaining({ id: medium.id, state: 'ready', kind: 'image', channel: 'ch_wa', width: 3, messageId: expect.stringMatching(/^ms_/) }),
    ]);
  });
  test('the command line uploads, lists and looks', async () => {
    const run = async (...args: string[]) =>
      (
        await promisify(execFile)(process.execPath, ['src/cli/bin.js', ...args], {
          encoding: 'utf8',
          env: { PATH: process.env.PATH, PARLANCE_URL: desk.gateway().api, PARLANCE_TOKEN: 'test-operator-token-0123456789' },
        })
      ).stdout;
    const made = JSON.parse(await run('media', 'upload', 'package.json', '--tenant', 'acme', '--json')) as { id: string; filename: string };
    expect(made).toMatchObject({ filename: 'package.json', mimeType: 'text/plain' });
    expect(await run('media', made.id)).toMatch(new RegExp(`^${made.id}  ready  text/plain  \\d+ bytes  http`));
    expect(await run('media', '--state', 'ready')).toContain(made.id);
  });
});

browserSuite('a real browser', () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  /** A consumer's own page, of another origin. */
  const elsewhere = http.createServer((_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>'));
  let page: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    page = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    elsewhere.close();
  });
  const play = (url: string) => `new Promise((resolve, reject) => {
    const audio = new Audio(${JSON.stringify(url)});
    audio.onended = () => resolve({ duration: audio.duration, played: audio.currentTime });
    audio.onerror = () => reject(new Error('audio: ' + audio.error.message));
    audio.play().catch(reject);
  })`;
  test('plays an inbound voice note from its link', async () => {
    const [note] = await desk.mediaOf(await desk.write('whatsapp', [{ mimeType: 'audio/ogg; codecs=opus', bytes: voiceNote(2) }]));
    const heard = (await browser.evaluate(page, play(note!.url))) as { duration: number; played: number };
    expect([Math.round(heard.duration), Math.round(heard.played)]).toEqual([2, 2]);
  }, 60_000);
  test('shows a picture in a page of elsewhere', async () => {
    const shown = await browser.evaluate(
      page,
      `new Promise((resolve, reject) => { const i = new Image(); i.onload = () => resolve([i.naturalWidth, i.naturalHeight]); i.onerror = () => reject(new Error('not shown')); i.src = ${JSON.stringify(await gif())}; })`,
    );
    expect(shown).toEqual([1, 1]);
  }, 60_000);
  const gif = async () => {
    const one = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
    const [m] = await desk.mediaOf(await desk.write('messenger', [{ mimeType: 'image/gif', bytes: one }]));
    return m!.url;
  };
  test('runs nothing of a web page that a customer sent: it is not even opened', async () => {
    const page = Buffer.from('<html><title>quiet</title><script>document.title = "ran"</script></html>');
    const [m] = await desk.mediaOf(await desk.write('whatsapp', [{ mimeType: 'text/html', bytes: page }]));
    await desk.outcome(m!.id);
    expect(await browser.evaluate(m!.url, 'document.title')).toBe('');
  }, 60_000);
});
