import sharp from 'sharp';
import { type DeskChannel, type FilesDesk, openFilesDesk } from '../../support/files-desk.ts';
import { until } from '../../support/gateway.ts';
import { type RecordingProxy, startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Sandbox, startSandbox } from '../../support/sandbox.ts';

/** What is refused, what waits for what, and what comes after a failure. */
const PHONE = '447700900188';
const TO = { phone: `+${PHONE}` };
const wa = (baseUrl: string, over: Partial<DeskChannel> = {}): DeskChannel => ({
  id: 'ch_wa',
  type: 'whatsapp',
  account: '207700000000123',
  baseUrl,
  credentials: { accessToken: 'wa-token' },
  ...over,
});
const picture = () =>
  sharp({ create: { width: 30, height: 20, channels: 3, background: '#336699' } })
    .jpeg()
    .toBuffer();
const opaqueWebp = () =>
  sharp({ create: { width: 31, height: 20, channels: 3, background: '#336699' } })
    .webp()
    .toBuffer();

let sandbox: Sandbox;
let proxy: RecordingProxy;
/** What the next upload is answered with, in the place of the platform. */
const script: { answers: { status: number; body: object }[]; hold: Promise<void> | null } = { answers: [], hold: null };
const open: FilesDesk[] = [];
async function deskWith(over: Partial<Parameters<typeof openFilesDesk>[0]> = {}): Promise<FilesDesk> {
  const desk = await openFilesDesk({ channels: [wa(proxy.url)], ...over });
  open.push(desk);
  for (const { id } of over.channels ?? [wa('')]) await desk.customer(id, { type: 'phone', value: TO.phone });
  await desk.start();
  return desk;
}
beforeAll(async () => {
  sandbox = await startSandbox('whatsapp', { limits: false });
  await sandbox.call('/sandbox/whatsapp/messages', { body: { from: PHONE, text: 'hi' } });
  proxy = await startRecordingProxy(sandbox.url, async (path, response) => {
    if (!path.endsWith('/media')) return false;
    await script.hold;
    const next = script.answers.shift();
    if (next) response.writeHead(next.status, { 'content-type': 'application/json' }).end(JSON.stringify(next.body));
    return next !== undefined;
  });
});
afterEach(async () => {
  for (const desk of open.splice(0)) await desk.close();
  script.answers = [];
  script.hold = null;
});
afterAll(async () => {
  await proxy.end();
  await sandbox.stop();
});
const image = (media: object, more: object = {}) => ({ channel: 'ch_wa', to: TO, content: { type: 'image', media, ...more } });
const uploads = () => proxy.of(/\/media$/).length;
const messages = (id: string) => proxy.passed.filter((p) => p.path.endsWith('/messages') && p.body.includes(id));

describe('refused when it is asked for', () => {
  test('what is not there, not this tenant’s, not ready or not of that kind, with the field', async () => {
    const desk = await deskWith();
    const ready = await desk.file(await picture(), { mimeType: 'image/jpeg' });
    const of = async (state: string, reason: string | null = null, tenant = 'acme') => {
      const id = await desk.file(await picture(), { mimeType: 'image/jpeg' });
      await desk.rows('UPDATE media SET state = $2, reason = $3, tenant = $4 WHERE id = $1', [id, state, reason, tenant]);
      return id;
    };
    const at = { pointer: '/content/media/id' };
    for (const call of [desk.send, desk.preview]) {
      await expect(call(image({ id: 'md_none' }))).rejects.toMatchObject({ code: 'unknown_media', ...at });
      await expect(call(image({ id: await of('ready', null, 'other') }))).rejects.toMatchObject({ code: 'unknown_media', ...at });
      await expect(call(image({ id: await of('pending') }))).rejects.toMatchObject({ code: 'media_not_ready', ...at });
      await expect(call(image({ id: await of('failed', 'It is a virus.') }))).rejects.toMatchObject({ code: 'media_unusable', message: 'It is a virus.', ...at });
      await expect(call({ channel: 'ch_wa', to: TO, content: { type: 'voice', media: { id: ready } } })).rejects.toMatchObject({ code: 'media_unusable', pointer: '/content' });
      const cards = [{ title: 'a' }, { title: 'b', media: { id: 'md_none' } }];
      await expect(call({ channel: 'ch_wa', to: TO, content: { type: 'cards', body: 'x', cards } })).rejects.toMatchObject({
        code: 'unknown_media',
        pointer: '/content/cards/1/media/id',
      });
    }
    expect(await desk.rows('SELECT id FROM messages')).toEqual([]);
  });

  test.each([
    ['ffmpeg', 'link', 'voice', 'audio/wav', 'ffmpeg is not installed (FFMPEG_PATH)'],
    ['ffmpeg', 'refuse', 'voice', 'audio/wav', 'ffmpeg is not installed (FFMPEG_PATH)'],
    ['heif', 'link', 'image', 'image/heic', 'heif-convert is not installed (Debian: libheif-examples; HEIF_CONVERT_PATH)'],
    ['heif', 'refuse', 'sticker', 'image/heif', 'heif-convert is not installed (Debian: libheif-examples; HEIF_CONVERT_PATH)'],
  ] as const)('what only %s could convert, where it is absent: %s', async (tool, without, type, mimeType, words) => {
    const desk = await deskWith({ [tool]: false, without });
    const media = await desk.file(Buffer.from('RIFF....WAVE'), { mimeType });
    const command = { channel: 'ch_wa', to: TO, content: { type, media: { id: media } } };
    if (without === 'refuse') {
      await expect(desk.send(command)).rejects.toMatchObject({ code: 'media_unusable', message: expect.stringContaining(words) as string, pointer: '/content' });
      await expect(desk.preview(command)).rejects.toMatchObject({ code: 'media_unusable' });
    } else {
      expect((await desk.preview(command)).losses.map((l) => l.code)).toEqual(['media_as_link']);
      const id = await desk.send(command);
      await desk.done(id);
      expect((await desk.calls(id)).map((c) => JSON.parse(c.body) as object)).toMatchObject([{ type: 'text', text: { body: `${desk.filesUrl}/media/${media}` } }]);
    }
    // Other pictures need neither, and what the platform takes goes as it is.
    for (const [bytes, mimeType] of [
      [await opaqueWebp(), 'image/webp'],
      [await picture(), 'image/jpeg'],
    ] as const) {
      const id = await desk.send(image({ id: await desk.file(bytes, { mimeType }) }));
      await desk.done(id);
      expect((await desk.calls(id)).map((c) => JSON.parse(c.body) as object)).toMatchObject([{ type: 'image' }]);
    }
  });
});

describe('what waits', () => {
  test('later messages of the conversation wait for a file; other conversations and channels do not', async () => {
    const gate = Promise.withResolvers<void>();
    const other = await startSandbox('whatsapp', { limits: false });
    await other.call('/sandbox/whatsapp/messages', { body: { from: PHONE, text: 'hi' } });
    const desk = await deskWith({ gate: () => gate.promise, channels: [wa(proxy.url), wa(other.url, { id: 'ch_wb', account: '207700000000123 ' })] });
    await desk.customer('ch_wa', { type: 'phone', value: '+447700900189' });
    await sandbox.call('/sandbox/whatsapp/messages', { body: { from: '447700900189', text: 'hi' } });
    const slow = await desk.send(image({ id: await desk.file(await opaqueWebp(), { mimeType: 'image/webp' }) }));
    const behind = await desk.send({ channel: 'ch_wa', to: TO, content: { type: 'text', text: 'behind' } });
    const beside = await desk.send({ channel: 'ch_wa', to: { phone: '+447700900189' }, content: { type: 'text', text: 'beside' } });
    const quick = await desk.send({ ...image({ id: await desk.file(await picture(), { mimeType: 'image/jpeg' }) }), to: { phone: '+447700900189' } });
    await desk.done(beside);
    await desk.done(quick);
    expect([(await desk.message(slow))?.queue_state, (await desk.message(behind))?.queue_state]).toEqual(['waiting', 'held']);
    gate.resolve();
    await desk.done(slow);
    await desk.done(behind);
    const order = proxy.passed.filter((p) => p.path.endsWith('/messages')).map((p) => p.body.toString());
    expect(order.findIndex((b) => b.includes(slow))).toBeLessThan(order.findIndex((b) => b.includes(behind)));
    await other.stop();
  });

  test('it can be canceled while it waits, and expires at its time; nothing of it is sent', async () => {
    const gate = Promise.withResolvers<void>();
    const desk = await deskWith({ gate: () => gate.promise });
    const media = await desk.file(await opaqueWebp(), { mimeType: 'image/webp' });
    const canceled = await desk.send(image({ id: media }));
    await desk.write('cancelMessage', { id: canceled, tenant: 'acme', nowMs: Date.now() });
    const expiring = await desk.send({ ...image({ id: media }), expiresAt: new Date(Date.now() + 60_000).toISOString() });
    await desk.write('keepQueue', { nowMs: Date.now() + 61_000 });
    expect([(await desk.message(canceled))?.state, (await desk.message(expiring))?.state]).toEqual(['canceled', 'expired']);
    gate.resolve();
    const after = await desk.send({ channel: 'ch_wa', to: TO, content: { type: 'text', text: 'after' } });
    await desk.done(after);
    await until('the preparations end', async () => (await desk.rows("SELECT message FROM preparations WHERE state = 'pending'")).length === 0);
    expect([...messages(canceled), ...messages(expiring)]).toEqual([]);
  });
});

describe('what fails', () => {
  const graph = (code: number, message: string, status = 400) => ({ status, body: { error: { code, message, type: 'OAuthException' } } });
  test('an upload that the platform could not take just now is tried again', async () => {
    const desk = await deskWith();
    script.answers = [{ status: 503, body: {} }, graph(131000, 'Something went wrong', 500)];
    const id = await desk.send(image({ id: await desk.file(await picture(), { mimeType: 'image/jpeg' }) }));
    await desk.done(id);
    expect(await desk.message(id)).toMatchObject({ error_code: null });
    expect((await desk.timeline(id)).filter((t) => t.kind === 'preparing').length).toBe(2);
    expect(messages(id)).toHaveLength(1);
  });
  test('one that it refuses fails the message with its words; by hand it goes again', async () => {
    const desk = await deskWith();
    script.answers = [graph(131053, '(#131053) Media upload error')];
    const id = await desk.send(image({ id: await desk.file(await picture(), { mimeType: 'image/jpeg' }) }));
    await desk.done(id);
    expect(await desk.message(id)).toMatchObject({ state: 'failed', error_code: 'media_invalid', platform_message: '(#131053) Media upload error' });
    expect(messages(id)).toEqual([]);
    await desk.write('retryMessage', { id, tenant: 'acme', nowMs: Date.now() });
    await until('it went', async () => messages(id).length === 1);
  });
  test('credentials that are refused pause the channel, as with a message', async () => {
    const desk = await deskWith();
    script.answers = [graph(190, 'Invalid OAuth access token', 401)];
    const id = await desk.send(image({ id: await desk.file(await picture(), { mimeType: 'image/jpeg' }) }));
    await desk.done(id);
    expect(await desk.message(id)).toMatchObject({ state: 'failed', error_code: 'channel_unauthorized' });
    expect(await desk.rows("SELECT state, state_reason FROM channels WHERE id = 'ch_wa'")).toEqual([{ state: 'paused', state_reason: 'channel_unauthorized' }]);
  });
  test('it is given up after the last try', async () => {
    const desk = await deskWith({ outbound: { maxAttempts: 2, maxMs: 50 } });
    script.answers = Array.from({ length: 9 }, () => ({ status: 503, body: {} }));
    const id = await desk.send(image({ id: await desk.file(await picture(), { mimeType: 'image/jpeg' }) }));
    await desk.done(id);
    expect(await desk.message(id)).toMatchObject({ state: 'failed', error_code: 'attempts_exhausted' });
  });
  test('another channel gets the file in its own way', async () => {
    const twilio = await startSandbox('sms', { limits: false });
    const AC = `AC${'1'.repeat(32)}`;
    const desk = await deskWith({
      channels: [
        wa(proxy.url),
        { id: 'ch_sms', type: 'sms', provider: 'twilio', account: `${AC} +14155550101`, baseUrl: twilio.url, credentials: { accountSid: AC, authToken: 'sms-secret' } },
      ],
    });
    script.answers = [graph(131053, 'no')];
    const media = await desk.file(await opaqueWebp(), { mimeType: 'image/webp' });
    const id = await desk.send({ ...image({ id: media }, { caption: 'Door' }), fallback: [{ channel: 'ch_sms', to: { phone: '+14155550188' }, on: ['failed'] }] });
    await desk.done(id);
    await desk.tick();
    desk.preparer.wake();
    const [standIn] = await desk.rows<{ id: string }>('SELECT id FROM messages WHERE fallback_of = $1', [id]);
    await desk.done(standIn?.id ?? '');
    const [call] = await desk.calls(standIn?.id ?? '');
    const url = new URLSearchParams(call?.body).get('MediaUrl') ?? '';
    expect((await fetch(url)).headers.get('content-type')).toBe('image/jpeg');
    await twilio.stop();
  });
});

test('what is prepared long before its time is looked at again before it is sent', async () => {
  const desk = await deskWith();
  const media = await desk.file(await picture(), { mimeType: 'image/jpeg' });
  const id = await desk.send({ ...image({ id: media }), sendAt: new Date(Date.now() + 40 * 86_400_000).toISOString() });
  await until('it is ready', async () => (await desk.rows("SELECT message FROM preparations WHERE state = 'ready'")).length === 1);
  const before = uploads();
  // Forty days later the platform has dropped the upload.
  await desk.rows('UPDATE media_uploads SET expires_at = $1', [Date.now() - 1]);
  await desk.rows('UPDATE preparations SET until = $1', [Date.now() - 1]);
  await desk.rows('UPDATE messages SET send_at = $2, next_at = $2 WHERE id = $1', [id, Date.now() - 1]);
  await desk.done(id);
  expect([uploads() - before, messages(id).length]).toEqual([1, 1]);
});

test('a status that says that the file is not known makes the upload anew, in a new attempt, once', async () => {
  const desk = await deskWith();
  const id = await desk.send(image({ id: await desk.file(await picture(), { mimeType: 'image/jpeg' }) }));
  await desk.done(id);
  const before = uploads();
  const failed = (attempt: number) => desk.status(id, { code: 'media_invalid', retryable: false, staleMedia: true }, attempt);
  await failed(1);
  await desk.tick();
  await until('the second attempt', async () => messages(id).length === 2);
  await until('its end', async () => (await desk.message(id))?.queue_state === 'done');
  expect(uploads() - before).toBe(1);
  await failed(2);
  await desk.tick();
  expect(await desk.message(id)).toMatchObject({ state: 'failed', error_code: 'media_invalid', queue_state: 'done' });
});

test('a start goes on where the process before it was killed: after the upload, before the send', async () => {
  const first = await openFilesDesk({ channels: [wa(proxy.url)] });
  await first.customer('ch_wa', { type: 'phone', value: TO.phone });
  const media = await first.file(await picture(), { mimeType: 'image/jpeg' });
  // The platform has it and the process ends before it can write that down.
  const id = await first.send(image({ id: media }));
  const before = uploads();
  first.preparer.wake();
  await until('the upload', async () => uploads() > before);
  await first.close({ keep: true });
  const second = await deskWith({ dir: first.dir });
  await second.done(id);
  expect(uploads() - before).toBeLessThanOrEqual(2);
  expect(messages(id)).toHaveLength(1);
});

test('a file of 95 MB goes out', async () => {
  const desk = await deskWith();
  const size = 95 * 1024 * 1024;
  const { key, sha256 } = await desk.mediaStore.write(
    (async function* () {
      const block = Buffer.alloc(1024 * 1024, 7);
      for (let n = 0; n < 95; n++) yield block;
    })(),
    { maxBytes: size },
  );
  const media = await desk.file(Buffer.from('%PDF-'), { mimeType: 'application/pdf' });
  await desk.rows('INSERT INTO media_blobs (key, bytes, removing) VALUES ($1,$2,0)', [key, size]);
  await desk.rows('UPDATE media SET key = $2, sha256 = $3, bytes = $4 WHERE id = $1', [media, key, sha256, size]);
  const id = await desk.send({ channel: 'ch_wa', to: TO, content: { type: 'document', media: { id: media } } });
  await desk.done(id);
  expect(await desk.message(id)).toMatchObject({ error_code: null });
  expect(proxy.of(/\/media$/).at(-1)?.body.length).toBeGreaterThan(size);
}, 120_000);
