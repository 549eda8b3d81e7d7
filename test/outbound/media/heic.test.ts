import sharp from 'sharp';
import { partsOf } from '../../../src/sandbox/core/multipart.ts';
import { type FilesDesk, openFilesDesk } from '../../support/files-desk.ts';
import { codedItem, encoded, exifItem, heif, heifSuite, irot } from '../../support/heif.ts';
import { type RecordingProxy, startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Sandbox, startSandbox } from '../../support/sandbox.ts';

/** A phone's picture to a platform that takes no HEIC. */
const PHONE = '447700900188';
let sandbox: Sandbox;
let proxy: RecordingProxy;
let desk: FilesDesk;

heifSuite('HEIC on WhatsApp', () => {
  beforeAll(async () => {
    sandbox = await startSandbox('whatsapp', { limits: false });
    await sandbox.call('/sandbox/whatsapp/messages', { body: { from: PHONE, text: 'hi' } });
    proxy = await startRecordingProxy(sandbox.url);
    desk = await openFilesDesk({ channels: [{ id: 'ch_wa', type: 'whatsapp', account: '207700000000123', baseUrl: proxy.url, credentials: { accessToken: 'wa-token' } }] });
    await desk.customer('ch_wa', { type: 'phone', value: `+${PHONE}` });
    await desk.start();
  });
  afterAll(async () => {
    await desk?.close();
    await proxy?.end();
    await sandbox?.stop();
  });
  const picture = (alpha: number) => sharp({ create: { width: 400, height: 300, channels: alpha === 1 ? 3 : 4, background: { r: 200, g: 0, b: 0, alpha } } });
  const ofPhone = async () => heif([codedItem(encoded(await picture(1).jpeg().toBuffer()), [irot(3)]), exifItem(6, 1)]);
  const clear = async () => encoded(await picture(0.5).png().toBuffer());
  const id = expect.stringMatching(/^15\d{14}$/) as string;

  test.each<[string, string, () => Promise<Buffer>, string, object, object]>([
    ['a picture as JPEG, upright', 'image', ofPhone, 'image/heic', { type: 'image', image: { id } }, { format: 'jpeg', width: 300, height: 400 }],
    ['one of the other type', 'image', ofPhone, 'image/heif', { type: 'image', image: { id } }, { format: 'jpeg', width: 300, height: 400 }],
    ['transparency as PNG', 'image', clear, 'image/heic', { type: 'image', image: { id } }, { format: 'png', width: 400, height: 300, hasAlpha: true }],
    ['a sticker as WebP', 'sticker', clear, 'image/heic', { type: 'sticker', sticker: { id } }, { format: 'webp', width: 512, height: 512, hasAlpha: true }],
  ])('%s', async (_what, type, make, mimeType, body, expected) => {
    const media = await desk.file(await make(), { mimeType, filename: 'IMG_1.HEIC' });
    const command = { channel: 'ch_wa', to: { phone: `+${PHONE}` }, content: { type, media: { id: media } } };
    expect((await desk.preview(command)).losses.map((l) => l.code)).toEqual(['media_converted']);
    const message = await desk.send(command);
    await desk.done(message);
    expect(await desk.message(message)).toMatchObject({ error_code: null });
    expect((await desk.calls(message)).map((c) => JSON.parse(c.body) as object)).toMatchObject([body]);
    const uploaded = proxy.of(/\/media$/).at(-1);
    const file = partsOf(uploaded?.type, uploaded?.body ?? Buffer.alloc(0))?.find((p) => p.filename !== undefined);
    expect(await sharp(file?.bytes).metadata()).toMatchObject(expected);
    expect(file?.filename).toMatch(/^IMG_1\.(jpg|png|webp)$/);
  });

  test('a broken one becomes a link; the timeline says so', async () => {
    const whole = await ofPhone();
    const media = await desk.file(whole.subarray(0, whole.length - 50), { mimeType: 'image/heic' });
    const message = await desk.send({ channel: 'ch_wa', to: { phone: `+${PHONE}` }, content: { type: 'image', media: { id: media } } });
    await desk.done(message);
    expect((await desk.calls(message)).map((c) => JSON.parse(c.body) as object)).toMatchObject([{ type: 'text', text: { body: `${desk.filesUrl}/media/${media}` } }]);
    expect((await desk.timeline(message)).find((t) => t.kind === 'prepared')?.detail.losses?.map((l) => l.code)).toEqual(['media_as_link']);
  });
});
