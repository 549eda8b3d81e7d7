import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Identity, OutboundContent } from '../../../schemas/index.ts';
import { partsOf } from '../../../src/sandbox/core/multipart.ts';
import { ffmpegSuite, probed, recorded } from '../../support/ffmpeg.ts';
import { type DeskChannel, type FilesDesk, openFilesDesk, sha256 } from '../../support/files-desk.ts';
import { type RecordingProxy, startRecordingProxy } from '../../support/recording-proxy.ts';
import { type Sandbox, startSandbox } from '../../support/sandbox.ts';

/** Files by id and by address, of every kind, to every platform that is simulated: what the platform got is what it should be, byte for byte. */
const AC = `AC${'1'.repeat(32)}`;
const SANDBOXED = [
  {
    id: 'ch_wa',
    type: 'whatsapp',
    tenant: 'acme',
    phoneNumberId: '207700000000123',
    businessAccountId: '118200000000777',
    address: '+15550100199',
    accessToken: 'wa-token',
    appSecret: 's',
    verifyToken: 'v',
  },
  { id: 'ch_fb', type: 'messenger', tenant: 'acme', pageId: '104900000000001', accessToken: 'fb-token', appSecret: 's', verifyToken: 'v' },
  { id: 'ch_ig', type: 'instagram', tenant: 'acme', instagramId: '17841400000000001', pageId: '104900000000001', accessToken: 'fb-token', appSecret: 's', verifyToken: 'v' },
  { id: 'ch_sms', type: 'sms', tenant: 'acme', provider: 'twilio', accountSid: AC, authToken: 't', address: '+14155550101' },
  { id: 'ch_twa', type: 'whatsapp', tenant: 'acme', provider: 'twilio', accountSid: AC, authToken: 't', address: 'whatsapp:+14155550102' },
  { id: 'ch_rcs', type: 'rcs', tenant: 'acme', provider: 'twilio', accountSid: AC, authToken: 't', address: 'rcs:acme_agent' },
];
const PHONE = '14155550188';
const sandboxes: Record<string, Sandbox> = {};
const proxies: Record<string, RecordingProxy> = {};
const to: Record<string, Identity> = {};
let desk: FilesDesk;
let picture: Buffer;

ffmpegSuite('sending files', () => {
  beforeAll(async () => {
    for (const only of ['whatsapp', 'messenger', 'sms'] as const) {
      sandboxes[only] = await startSandbox(only, { limits: false, channels: SANDBOXED });
      proxies[only] = await startRecordingProxy(sandboxes[only].url);
    }
    const at = (platform: string) => proxies[platform]?.url ?? '';
    const twilio = { provider: 'twilio' as const, baseUrl: at('sms'), credentials: { accountSid: AC, authToken: 't' } };
    const channels: DeskChannel[] = [
      { id: 'ch_wa', type: 'whatsapp', account: '207700000000123', baseUrl: at('whatsapp'), credentials: { accessToken: 'wa-token' } },
      { id: 'ch_fb', type: 'messenger', account: '104900000000001', baseUrl: at('messenger'), credentials: { accessToken: 'fb-token' } },
      { id: 'ch_ig', type: 'instagram', account: '17841400000000001', baseUrl: at('messenger'), credentials: { accessToken: 'fb-token' }, settings: { pageId: '104900000000001' } },
      { id: 'ch_sms', type: 'sms', account: `${AC} +14155550101`, ...twilio },
      { id: 'ch_twa', type: 'whatsapp', account: `${AC} whatsapp:+14155550102`, ...twilio },
      { id: 'ch_rcs', type: 'rcs', account: `${AC} rcs:acme_agent`, ...twilio },
    ];
    desk = await openFilesDesk({ channels });
    const write = async (platform: string, name: string, body: object) =>
      (await sandboxes[platform]?.call(`/sandbox/${name}/messages`, { body: { from: PHONE, text: 'hi', ...body } }))?.json as { customer: string };
    to.ch_wa = { type: 'phone', value: `+${PHONE}` };
    to.ch_sms = to.ch_twa = to.ch_rcs = to.ch_wa;
    await write('whatsapp', 'whatsapp', {});
    to.ch_fb = { type: 'psid', value: String((await write('messenger', 'messenger', {})).customer) };
    to.ch_ig = { type: 'igsid', value: String((await write('messenger', 'instagram', {})).customer) };
    await write('sms', 'sms', { to: 'whatsapp:+14155550102' });
    for (const { id } of channels) await desk.customer(id, to[id] as Identity);
    picture = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#336699' } })
      .jpeg()
      .toBuffer();
    await desk.start();
  }, 60_000);
  afterAll(async () => {
    await desk?.close();
    for (const p of Object.values(proxies)) await p.end();
    for (const s of Object.values(sandboxes)) await s.stop();
  });
  const recipient = (id: string) => (to[id]?.type === 'phone' ? { phone: to[id]?.value } : { psid: to[id]?.value });
  /** Previews and sends; returns what was made of it, and what stood in its place. */
  async function sent(id: string, content: OutboundContent) {
    const command = { channel: id, to: recipient(id), content };
    const previewed = await desk.preview(command);
    const message = await desk.send(command);
    await desk.done(message);
    expect(await desk.message(message)).toMatchObject({ error_code: null });
    const calls = await desk.calls(message);
    return {
      previewed,
      calls,
      message,
      bodies: calls.map((c) => (c.body.startsWith('{') ? (JSON.parse(c.body) as Record<string, unknown>) : Object.fromEntries(new URLSearchParams(c.body)))),
    };
  }

  /** The bytes that the platform got for a call: of the upload that it names, or behind the link. */
  async function given(id: string, body: Record<string, unknown>): Promise<{ bytes: Buffer; type: string }> {
    if (typeof body.MediaUrl === 'string') {
      const answer = await fetch(body.MediaUrl);
      return { bytes: Buffer.from(await answer.arrayBuffer()), type: answer.headers.get('content-type') ?? '' };
    }
    const platform = id === 'ch_wa' ? 'whatsapp' : 'messenger';
    const uploaded = proxies[platform]?.of(/\/(media|message_attachments)$/).at(-1);
    const file = partsOf(uploaded?.type, uploaded?.body ?? Buffer.alloc(0))?.find((p) => p.filename !== undefined);
    return { bytes: file?.bytes ?? Buffer.alloc(0), type: file?.type ?? '' };
  }
  const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const own = (body: string) => body.replace(/ms_[0-9a-z]{26,32}/g, 'ms_');
  const inForm = (text: string) => new URLSearchParams([['x', text]]).toString().slice(2);
  /** Equal byte for byte, but for what the preview says stands for something else. */
  function expectAsPreviewed({ previewed, calls }: Awaited<ReturnType<typeof sent>>): void {
    expect(calls.map((c) => c.path)).toEqual(previewed.calls.map((c) => c.url));
    for (const [i, call] of calls.entries()) {
      let pattern = escaped(own(previewed.calls[i]?.body ?? ''));
      for (const { placeholder } of previewed.placeholders ?? []) for (const shown of [placeholder, inForm(placeholder)]) pattern = pattern.replaceAll(escaped(shown), '[^"&]+');
      expect(own(call.body)).toMatch(new RegExp(`^${pattern}$`));
    }
  }

  type Made = { format: RegExp; codecs: string[]; channels?: number; seconds?: number };
  type Row = [
    what: string,
    channel: string,
    content: (media: { id: string }) => OutboundContent,
    file: () => Promise<Buffer> | Buffer,
    facts: Parameters<FilesDesk['file']>[1],
    body: object,
    losses?: string[],
    made?: 'equal' | Made,
  ];
  const image =
    (more: object = {}) =>
    (media: { id: string }): OutboundContent => ({ type: 'image', media, ...more });
  const of =
    (type: 'audio' | 'voice' | 'video' | 'document' | 'sticker', more: object = {}) =>
    (media: { id: string }): OutboundContent => ({ type, media, ...more });
  const id = expect.stringMatching(/^1[58]\d{14}$/) as string;
  const link = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/media\/md_\w+$/) as string;
  const attachment = (type: string) => ({ message: { attachment: { type, payload: { attachment_id: id } } } });
  const webp = (alpha: boolean) => () =>
    sharp({ create: { width: 700, height: 500, channels: 4, background: { r: 1, g: 200, b: 3, alpha: alpha ? 0.5 : 1 } } })
      .webp()
      .toBuffer();
  const opaqueWebp = () =>
    sharp({ create: { width: 700, height: 500, channels: 3, background: '#123456' } })
      .webp()
      .toBuffer();
  const noisy = () =>
    sharp({ create: { width: 3400, height: 2600, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 90 } } })
      .jpeg({ quality: 100 })
      .toBuffer();
  const OPUS: Made = { format: /ogg/, codecs: ['opus'], channels: 1, seconds: 7.35 };
  const VOICE: Made = { format: /ogg/, codecs: ['opus'], channels: 1 };
  const MP4: Made = { format: /mp4/, codecs: ['h264', 'aac'] };
  const PDF = () => Buffer.from('%PDF-1.4\n%%EOF\n');

  test.each<Row>([
    ['a picture', 'ch_wa', image({ caption: 'Door' }), () => picture, { mimeType: 'image/jpeg' }, { type: 'image', image: { id, caption: 'Door' } }, [], 'equal'],
    ['WebP as JPEG', 'ch_wa', image(), opaqueWebp, { mimeType: 'image/webp' }, { image: { id } }, ['media_converted'], { format: /jpeg|image2/, codecs: ['mjpeg'] }],
    ['WebP with transparency as PNG', 'ch_wa', image(), webp(true), { mimeType: 'image/webp' }, { image: { id } }, ['media_converted'], { format: /png/, codecs: ['png'] }],
    ['a picture that is too large', 'ch_wa', image(), noisy, { mimeType: 'image/jpeg' }, { image: { id } }, ['media_converted'], { format: /jpeg|image2/, codecs: ['mjpeg'] }],
    [
      'a voice note as it is',
      'ch_wa',
      of('voice'),
      () => recorded('voice.ogg'),
      { mimeType: 'audio/ogg; codecs=opus' },
      { type: 'audio', audio: { id, voice: true } },
      [],
      'equal',
    ],
    ['a voice note of WAV', 'ch_wa', of('voice'), () => recorded('a.wav'), { mimeType: 'audio/wav' }, { type: 'audio', audio: { id, voice: true } }, ['media_converted'], OPUS],
    [
      'a voice note of MP3',
      'ch_wa',
      of('audio', { voice: true }),
      () => recorded('a.mp3'),
      { mimeType: 'audio/mpeg' },
      { type: 'audio', audio: { id, voice: true } },
      ['media_converted'],
      OPUS,
    ],
    [
      'a voice note of AMR',
      'ch_wa',
      of('voice'),
      () => recorded('a.aac'),
      { mimeType: 'audio/aac' },
      { audio: { id, voice: true } },
      ['media_converted'],
      { ...OPUS, seconds: 7.4 },
    ],
    [
      'a voice note in two channels',
      'ch_wa',
      of('voice'),
      () => recorded('stereo.ogg'),
      { mimeType: 'audio/ogg; codecs=opus' },
      { audio: { id, voice: true } },
      ['media_converted'],
      OPUS,
    ],
    ['a voice note of Vorbis', 'ch_wa', of('voice'), () => recorded('vorbis.ogg'), { mimeType: 'audio/ogg' }, { audio: { id, voice: true } }, ['media_converted'], OPUS],
    [
      'the sound of a film as a voice note',
      'ch_wa',
      of('voice'),
      () => recorded('film.mp4'),
      { mimeType: 'video/mp4' },
      { audio: { id, voice: true } },
      ['media_converted'],
      VOICE,
    ],
    ['a recording', 'ch_wa', of('audio'), () => recorded('a.mp3'), { mimeType: 'audio/mpeg' }, { type: 'audio', audio: { id } }, [], 'equal'],
    [
      'a recording with a caption',
      'ch_wa',
      of('audio', { caption: 'Listen' }),
      () => recorded('a.mp3'),
      { mimeType: 'audio/mpeg' },
      { type: 'audio', audio: { id } },
      ['caption_as_text'],
      'equal',
    ],
    ['FLAC', 'ch_wa', of('audio'), () => recorded('a.flac'), { mimeType: 'audio/x-flac' }, { audio: { id } }, ['media_converted'], { format: /mp4|m4a/, codecs: ['aac'] }],
    ['a film', 'ch_wa', of('video', { caption: 'Tour' }), () => recorded('film.mp4'), { mimeType: 'video/mp4' }, { type: 'video', video: { id, caption: 'Tour' } }, [], 'equal'],
    ['a film with B frames in the High profile', 'ch_wa', of('video'), () => recorded('high.mp4'), { mimeType: 'video/mp4' }, { video: { id } }, ['media_converted'], MP4],
    ['a film of a phone', 'ch_wa', of('video'), () => recorded('film.mov'), { mimeType: 'video/quicktime' }, { video: { id } }, ['media_converted'], MP4],
    ['WebM', 'ch_wa', of('video'), () => recorded('film.webm'), { mimeType: 'video/webm' }, { video: { id } }, ['media_converted'], MP4],
    [
      'a film of another codec, without sound',
      'ch_wa',
      of('video'),
      () => recorded('silent.mp4'),
      { mimeType: 'video/mp4' },
      { video: { id } },
      ['media_converted'],
      { format: /mp4/, codecs: ['h264'] },
    ],
    [
      'a document',
      'ch_wa',
      of('document', { caption: 'Bill', filename: 'b.pdf' }),
      PDF,
      { mimeType: 'application/pdf' },
      { document: { id, caption: 'Bill', filename: 'b.pdf' } },
      [],
      'equal',
    ],
    [
      'a document by its own name',
      'ch_wa',
      of('document'),
      PDF,
      { mimeType: 'application/pdf', filename: 'Årsmøte.pdf' },
      { document: { id, filename: 'Årsmøte.pdf' } },
      [],
      'equal',
    ],
    [
      'a sticker',
      'ch_wa',
      of('sticker'),
      opaqueWebp,
      { mimeType: 'image/webp', width: 700, height: 500 },
      { type: 'sticker', sticker: { id } },
      ['media_converted'],
      { format: /webp/, codecs: ['webp'] },
    ],
    ['a picture', 'ch_fb', image(), opaqueWebp, { mimeType: 'image/webp' }, attachment('image'), [], 'equal'],
    ['a picture and its caption', 'ch_fb', image({ caption: 'Door' }), () => picture, { mimeType: 'image/jpeg' }, attachment('image'), ['caption_as_text'], 'equal'],
    [
      'a voice note as M4A',
      'ch_fb',
      of('voice'),
      () => recorded('voice.ogg'),
      { mimeType: 'audio/ogg; codecs=opus' },
      attachment('audio'),
      ['voice_as_audio', 'media_converted'],
      { format: /mp4|m4a/, codecs: ['aac'] },
    ],
    ['a film', 'ch_fb', of('video'), () => recorded('film.mp4'), { mimeType: 'video/mp4' }, attachment('video'), [], 'equal'],
    ['a document', 'ch_fb', of('document'), () => Buffer.from('PK\x05\x06'), { mimeType: 'application/zip', filename: 'a.zip' }, attachment('file'), [], 'equal'],
    ['a picture as JPEG', 'ch_ig', image(), opaqueWebp, { mimeType: 'image/webp' }, attachment('image'), ['media_converted'], { format: /jpeg|image2/, codecs: ['mjpeg'] }],
    [
      'a voice note as M4A',
      'ch_ig',
      of('voice'),
      () => recorded('a.mp3'),
      { mimeType: 'audio/mpeg' },
      attachment('audio'),
      ['voice_as_audio', 'media_converted'],
      { format: /mp4|m4a/, codecs: ['aac'] },
    ],
    ['a picture by MMS', 'ch_sms', image({ caption: 'Door' }), () => picture, { mimeType: 'image/jpeg' }, { Body: 'Door', MediaUrl: link }, [], 'equal'],
    [
      'a voice note by MMS',
      'ch_sms',
      of('voice'),
      () => recorded('voice.ogg'),
      { mimeType: 'audio/ogg; codecs=opus' },
      { MediaUrl: link },
      ['voice_as_audio', 'media_converted'],
      { format: /mp3/, codecs: ['mp3'] },
    ],
    ['a film by MMS', 'ch_sms', of('video'), () => recorded('film.mov'), { mimeType: 'video/quicktime' }, { MediaUrl: link }, ['media_converted'], MP4],
    ['a voice note', 'ch_twa', of('voice'), () => recorded('a.m4a'), { mimeType: 'audio/x-m4a' }, { MediaUrl: link }, ['media_converted'], OPUS],
    [
      'a recording that Twilio refuses',
      'ch_twa',
      of('audio'),
      () => recorded('a.m4a'),
      { mimeType: 'audio/mp4' },
      { MediaUrl: link },
      ['media_converted'],
      { format: /mp3/, codecs: ['mp3'] },
    ],
    ['a document and its caption', 'ch_twa', of('document', { caption: 'Bill' }), PDF, { mimeType: 'application/pdf' }, { MediaUrl: link }, ['caption_as_text'], 'equal'],
    ['a picture', 'ch_rcs', image({ caption: 'Door' }), () => picture, { mimeType: 'image/jpeg' }, { Body: 'Door', MediaUrl: link }, [], 'equal'],
  ])('%s on %s', async (_what, channel, content, make, facts, body, losses = [], made = 'equal') => {
    const bytes = await make();
    const media = await desk.file(bytes, facts);
    const done = await sent(channel, content({ id: media }));
    expect(done.bodies[0]).toMatchObject(body);
    expectAsPreviewed(done);
    const { caption } = content({ id: media }) as { caption?: string };
    if (losses.includes('caption_as_text')) expect(JSON.stringify(done.bodies.slice(1))).toContain(caption);
    expect(done.bodies).toHaveLength(losses.includes('caption_as_text') ? 2 : 1);
    const lost = new Set([...done.previewed.losses, ...(await desk.timeline(done.message)).flatMap((t) => t.detail.losses ?? [])].map((l) => l.code));
    expect([...lost].sort()).toEqual([...losses].sort());
    const got = await given(channel, done.bodies[0] ?? {});
    if (made === 'equal') return expect(sha256(got.bytes)).toBe(sha256(bytes));
    const path = join(desk.dir, 'got');
    writeFileSync(path, got.bytes);
    const { format, streams } = probed(path);
    expect(format.format_name).toMatch(made.format);
    expect(streams.map((s) => s.codec_name).sort()).toEqual([...made.codecs].sort());
    if (made.channels !== undefined) expect(streams[0]?.channels).toBe(made.channels);
    if (made.seconds !== undefined) expect(Math.abs(Number(format.duration) - made.seconds)).toBeLessThan(0.02);
    if (made === OPUS) {
      const [row] = await desk.rows<{ duration_ms: number }>('SELECT duration_ms FROM media WHERE parent = $1', [media]);
      expect(Math.abs(Number(row?.duration_ms) - Number(format.duration) * 1000)).toBeLessThan(20);
    }
    if (channel !== 'ch_fb' && made.format.source.includes('ogg')) expect(got.type).toBe(channel === 'ch_wa' ? 'audio/ogg; codecs=opus' : 'audio/ogg');
  });

  type Linked = [string, string, (media: { id: string }) => OutboundContent, () => Promise<Buffer> | Buffer, string];
  test.each<Linked>([
    ['an archive on WhatsApp', 'ch_wa', of('document', { caption: 'All' }), () => Buffer.from('PK\x05\x06'), 'application/zip'],
    ['a text on Instagram', 'ch_ig', of('document'), () => Buffer.from('a,b'), 'text/csv'],
    ['SVG', 'ch_fb', image(), () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'],
    ['sound by RCS', 'ch_rcs', of('audio'), () => recorded('a.mp3'), 'audio/mpeg'],
  ])('%s goes as a signed link, and says so', async (_what, channel, content, make, mimeType) => {
    const media = await desk.file(await make(), { mimeType });
    const { previewed, calls } = await sent(channel, content({ id: media }));
    expect(previewed.losses.map((l) => l.code)).toEqual(['media_as_link']);
    expect(calls.map((c) => own(c.body))).toEqual(previewed.calls.map((c) => own(c.body)));
    expect(decodeURIComponent(calls[0]?.body ?? '')).toContain(`${desk.filesUrl}/media/${media}`);
  });

  test('what seemed convertible and is not becomes a link too; the timeline says so', async () => {
    const media = await desk.file(Buffer.from('RIFF....WAVEfmt nothing of the kind'), { mimeType: 'audio/wav' });
    const { calls, message } = await sent('ch_wa', { type: 'voice', media: { id: media } });
    expect(calls.map((c) => JSON.parse(c.body) as object)).toMatchObject([{ type: 'text', text: { body: `${desk.filesUrl}/media/${media}` } }]);
    expect((await desk.timeline(message)).find((t) => t.kind === 'prepared')?.detail.losses?.map((l) => l.code)).toEqual(['media_as_link']);
  });

  test('cards: the pictures are uploaded on WhatsApp, linked on Messenger', async () => {
    const [a, b] = [await desk.file(picture, { mimeType: 'image/jpeg' }), await desk.file(await opaqueWebp(), { mimeType: 'image/webp' })];
    const card = (media: string, n: number) => ({ title: `Plan ${n}`, body: 'Good', media: { id: media }, buttons: [{ type: 'reply' as const, title: 'More', id: `m${n}` }] });
    const content: OutboundContent = { type: 'cards', body: 'Plans', cards: [card(a, 1), card(b, 2)] };
    const onWhatsapp = await sent('ch_wa', content);
    expectAsPreviewed(onWhatsapp);
    expect(onWhatsapp.bodies[0]).toMatchObject({ interactive: { type: 'carousel', action: { cards: [{ header: { image: { id } } }, { header: { image: { id } } }] } } });
    const onMessenger = await sent('ch_fb', content);
    expectAsPreviewed(onMessenger);
    expect(onMessenger.bodies[1]).toMatchObject({ message: { attachment: { payload: { elements: [{ image_url: link }, { image_url: link }] } } } });
  });

  test('an upload is made once and used by all that come after, until it ends', async () => {
    const media = await desk.file(await webp(false)(), { mimeType: 'image/webp' });
    const before = proxies.whatsapp?.of(/\/media$/).length ?? 0;
    const ids = await Promise.all(Array.from({ length: 8 }, () => desk.send({ channel: 'ch_wa', to: recipient('ch_wa'), content: { type: 'image', media: { id: media } } })));
    for (const message of ids) await desk.done(message);
    expect((proxies.whatsapp?.of(/\/media$/).length ?? 0) - before).toBe(1);
    const [{ expires_at: expires } = { expires_at: 0 }] = await desk.rows<{ expires_at: number }>('SELECT expires_at FROM media_uploads WHERE media = $1', [media]);
    expect(Math.round((expires - Date.now()) / 86_400_000)).toBe(30);
    await desk.rows('UPDATE media_uploads SET expires_at = $2 WHERE media = $1', [media, Date.now() + 1000]);
    await sent('ch_wa', { type: 'image', media: { id: media } });
    expect((proxies.whatsapp?.of(/\/media$/).length ?? 0) - before).toBe(2);
  });

  test.each([
    ['ch_wa', 'whatsapp', '1500000000000001'],
    ['ch_fb', 'messenger', '1800000000000001'],
  ])('an id that %s does not know any more is uploaded anew, once', async (channel, platform, stale) => {
    const media = await desk.file(picture, { mimeType: 'image/jpeg' });
    await sent(channel, { type: 'image', media: { id: media } });
    await desk.rows('UPDATE media_uploads SET platform_id = $2 WHERE media = $1', [media, stale]);
    const before = proxies[platform]?.of(/\/(media|message_attachments)$/).length ?? 0;
    const { calls, message } = await sent(channel, { type: 'image', media: { id: media } });
    expect(calls.map((c) => c.state)).toEqual(['sent']);
    expect(calls[0]?.body).not.toContain(stale);
    expect((proxies[platform]?.of(/\/(media|message_attachments)$/).length ?? 0) - before).toBe(1);
    expect((await desk.timeline(message)).map((t) => t.kind)).toContain('uploading_anew');
    const posts = (p: string) => proxies[p]?.passed.filter((x) => x.path.endsWith('/messages') && x.body.includes(message)).length;
    expect(posts(platform)).toBe(2);
  });
});
