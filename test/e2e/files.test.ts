import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { ffmpegSuite, probed, recorded } from '../support/ffmpeg.ts';
import { channel, OPERATOR, remove, startGateway, type TestGateway, text, until, webhook } from '../support/gateway.ts';
import { type RecordingProxy, startRecordingProxy } from '../support/recording-proxy.ts';
import { CHANNELS, type Sandbox, startSandbox } from '../support/sandbox.ts';

/** Uploading and sending files through the whole gateway, also where it is killed on the way. */
const PHONE = '447700900155';
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
let sandbox: Sandbox;
let proxy: RecordingProxy;
let gateway: TestGateway;
/** Called when a file has arrived at the platform, before and after it has answered. */
const hooks: { before?: () => Promise<void> } = {};
const channels = () => [channel('ch_wa', '207700000000123', { accessToken: 'wa-token', baseUrl: proxy.url })];
const start = (dir?: string) => startGateway({ channels: channels(), ...(dir ? { dir } : {}), env: { PATH: process.env.PATH ?? '' } });
beforeAll(async () => {
  sandbox = await startSandbox('whatsapp', { limits: false, channels: CHANNELS });
  proxy = await startRecordingProxy(sandbox.url, async (path, response) => {
    if (!path.endsWith('/media') || !hooks.before) return false;
    const { before } = hooks;
    delete hooks.before;
    await before();
    response.destroy();
    return true;
  });
  gateway = await start();
  // The customer writes, so that the window is open with the platform and here.
  await sandbox.call('/sandbox/whatsapp/messages', { body: { from: PHONE, text: 'hi' } });
  await gateway.post(webhook('207700000000123', { messages: [{ ...text(PHONE, 'wamid.IN'), timestamp: String(Math.floor(Date.now() / 1000)) }] }));
  await until('the customer', async () => (await gateway.events()).some((e) => e.type === 'message.received'));
}, 60_000);
afterAll(async () => {
  await gateway.kill();
  remove(gateway);
  await proxy.end();
  await sandbox.stop();
});
async function upload(bytes: Uint8Array, name: string, type: string): Promise<{ status: number; json: { id: string; mimeType: string; code?: string } }> {
  const form = new FormData();
  form.append('file', new Blob([Buffer.from(bytes)], { type }), name);
  const response = await fetch(`${gateway.api}/v1/media`, { method: 'POST', body: form, headers: { authorization: `Bearer ${OPERATOR}` } });
  return { status: response.status, json: (await response.json()) as never };
}
const post = (path: string, body: object) => gateway.call(path, { method: 'POST', body });
const message = (id: string) =>
  gateway.call(`/v1/messages/${id}`).then((r) => r.json as unknown as { status: string; timeline: { kind: string }[]; parts: { state: string }[]; error: unknown });
const send = async (content: object) => {
  const { status, json } = await post('/v1/messages', { channel: 'ch_wa', to: { phone: `+${PHONE}` }, content });
  expect([status, json]).toEqual([202, expect.anything()]);
  return (json as unknown as { id: string }).id;
};
const taken = (id: string) => until(`${id} is taken`, async () => (await message(id)).parts.every((p) => p.state === 'sent'), 60_000);
const calls = (id: string) => proxy.passed.filter((p) => p.path.endsWith('/messages') && p.body.includes(id));
const uploads = () => proxy.of(/\/media$/).length;

test('a picture: uploaded, previewed, sent; the platform has its bytes', async () => {
  const picture = await sharp({ create: { width: 60, height: 40, channels: 3, background: '#369' } })
    .jpeg()
    .toBuffer();
  const media = await upload(picture, 'door.jpg', 'image/jpeg');
  expect(media).toMatchObject({ status: 201, json: { mimeType: 'image/jpeg', width: 60, height: 40 } });
  const content = { type: 'image', media: { id: media.json.id }, caption: 'Door' };
  const preview = await post('/v1/messages/preview', { channel: 'ch_wa', to: { phone: `+${PHONE}` }, content });
  const placeholder = `upload:${media.json.id}`;
  expect(preview.json).toMatchObject({ losses: [], placeholders: [{ placeholder, media: media.json.id, becomes: 'upload' }] });
  const id = await send(content);
  await taken(id);
  const [call] = calls(id);
  const { image } = JSON.parse(call?.body.toString() ?? '{}') as { image: { id: string } };
  const [shown] = (preview.json as unknown as { calls: { body: string }[] }).calls;
  const own = (body: string) => body.replace(/ms_[0-9a-z]{26,32}/g, 'ms_');
  expect(own(call?.body.toString() ?? '')).toBe(own(shown?.body ?? '').replace(placeholder, image.id));
  expect((await sandbox.call(`/v26.0/${image.id}`, { token: 'wa-token' })).json).toMatchObject({ sha256: sha256(picture) });
});

test('a file that is none of what it says, and one that nobody has, are refused at POST with the field', async () => {
  const media = await upload(Buffer.from('%PDF-1.4\n1 0 obj\nendobj\ntrailer\n%%EOF\n'), 'a.pdf', 'application/pdf');
  expect(media.status).toBe(201);
  const refused = async (content: object) =>
    (await post('/v1/messages', { channel: 'ch_wa', to: { phone: `+${PHONE}` }, content })) as unknown as {
      status: number;
      json: { code: string; detail: string; advice: string; pointer: string };
    };
  expect(await refused({ type: 'image', media: { id: media.json.id } })).toMatchObject({
    status: 422,
    json: { code: 'media_unusable', detail: expect.stringContaining('application/pdf') as string, pointer: '/content' },
  });
  expect(await refused({ type: 'image', media: { id: 'md_none' } })).toMatchObject({
    status: 422,
    json: { code: 'unknown_media', advice: expect.stringContaining('/v1/media') as string, pointer: '/content/media/id' },
  });
  expect(await refused({ type: 'image', media: { url: 'https://169.254.169.254/latest' } })).toMatchObject({
    status: 422,
    json: { code: 'media_unusable', pointer: '/content/media/url' },
  });
});

ffmpegSuite('with ffmpeg', () => {
  test('a recording becomes a voice note: Ogg, Opus, one channel, as long as it was; the link to it plays', async () => {
    const media = await upload(recorded('a.mp3'), 'a.mp3', 'audio/mpeg');
    expect(media.status).toBe(201);
    const id = await send({ type: 'voice', media: { id: media.json.id } });
    await taken(id);
    const { audio } = JSON.parse(calls(id)[0]?.body.toString() ?? '{}') as { audio: { id: string; voice: boolean } };
    expect(audio.voice).toBe(true);
    const { url } = (await sandbox.call(`/v26.0/${audio.id}`, { token: 'wa-token' })).json as { url: string };
    const bytes = Buffer.from(await (await fetch(url, { headers: { authorization: 'Bearer wa-token' } })).arrayBuffer());
    const path = join(gateway.dir, 'voice.ogg');
    writeFileSync(path, bytes);
    const { format, streams } = probed(path);
    expect([format.format_name, streams.map((s) => [s.codec_name, s.channels])]).toEqual(['ogg', [['opus', 1]]]);
    expect(Math.abs(Number(format.duration) - 7.35)).toBeLessThan(0.05);
    const made = await fetch(`${gateway.api}/v1/media/${media.json.id}`, { headers: { authorization: `Bearer ${OPERATOR}`, accept: 'application/json' } });
    expect(made.status).toBe(200);
  });
});

(process.platform === 'linux' ? test : test.skip)(
  'four documents of 90 MB come in and go out at once in less memory than two of them take',
  async () => {
    const megabytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${gateway.child.pid}/status`, 'utf8'))?.[1]) / 1024;
    const line = Buffer.alloc(1024 * 1024, 'All of it, once more.\n');
    const document = (n: number) => Buffer.concat([Buffer.from(`${n}\n`), ...Array.from({ length: 90 }, () => line)]);
    writeFileSync(`/proc/${gateway.child.pid}/clear_refs`, '5'); // the peak from here on
    const before = megabytes('VmRSS');
    const ids = await Promise.all(
      [1, 2, 3, 4].map(async (n) => {
        const media = await upload(document(n), `${n}.txt`, 'text/plain');
        expect(media).toMatchObject({ status: 201, json: { mimeType: 'text/plain' } });
        return send({ type: 'document', media: { id: media.json.id } });
      }),
    );
    for (const id of ids) await taken(id);
    expect(megabytes('VmHWM') - before).toBeLessThan(250); // in memory they take 360
    expect(proxy.of(/\/media$/).filter((p) => p.body.length > 90 * 1024 * 1024)).toHaveLength(4);
  },
  240_000,
);

describe('killed', () => {
  const picture = (n: number) =>
    sharp({ create: { width: 10 + n, height: 9, channels: 3, background: '#abc' } })
      .png()
      .toBuffer();
  test.each([
    ['while the platform takes the upload', true],
    ['when the upload is written down', false],
  ])(
    '%s: the message goes once, the file twice at most',
    async (_what, inUpload) => {
      const media = await upload(await picture(inUpload ? 1 : 2), 'a.png', 'image/png');
      const before = uploads();
      const killed = Promise.withResolvers<void>();
      if (inUpload)
        hooks.before = async () => {
          await gateway.kill();
          killed.resolve();
        };
      const id = await send({ type: 'image', media: { id: media.json.id } });
      if (inUpload) await killed.promise;
      else {
        await until('the upload', async () => uploads() > before);
        await gateway.kill();
      }
      gateway = await start(gateway.dir);
      const settled = async () => (await message(id)).parts.every((p) => p.state !== 'pending' && p.state !== 'calling');
      await until('it is sent, or in doubt', settled, 60_000);
      expect(uploads() - before).toBeLessThanOrEqual(2);
      // Killed just as the message was called, it is in doubt: the platform has it once, or not at all.
      const doubtful = !inUpload && (await message(id)).status === 'unknown';
      expect(calls(id).filter((c) => c.status === 200)).toHaveLength(doubtful ? Math.min(1, calls(id).length) : 1);
    },
    120_000,
  );
});
