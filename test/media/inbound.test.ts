import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep, until } from '../support/gateway.ts';
import { bytesAt, type MediaDesk, sha256, startMediaDesk } from '../support/media-desk.ts';
import { picture, voiceNote } from '../support/media-files.ts';
import { postgresSuite, startPostgres } from '../support/postgres.ts';

/** Files that customers send, from the simulated platforms to whoever reads the gateway's events. */
let desk: MediaDesk;
const scratch = mkdtempSync(join(tmpdir(), 'parlance-scan-'));
const flag = join(scratch, 'refuse');
const stored = (key: string) => existsSync(join(desk.dir, 'data', 'media', key.slice(0, 2), key));
beforeAll(async () => {
  const scanner = join(scratch, 'scan');
  writeFileSync(scanner, `#!/bin/sh\ntest -f "$2" || exit 3\ntest ! -f ${flag}\n`, { mode: 0o755 });
  desk = await startMediaDesk({ env: { MEDIA_SCAN_COMMAND: `${scanner} --file` } });
});
afterAll(async () => {
  await desk.stop();
  rmSync(scratch, { recursive: true });
});
const staging = () => {
  try {
    return readdirSync(join(desk.dir, 'data', 'media', 'staging'));
  } catch {
    return [];
  }
};

test.each([
  ['whatsapp', 'image/png'],
  ['messenger', 'image/png'],
  ['instagram', 'image/png'],
  ['sms', 'image/png'],
] as const)('%s: the event goes out at once, its link has the bytes that the customer sent, and media.ready says what they are', async (platform, mimeType) => {
  const bytes = picture(200_000);
  const [medium] = await desk.mediaOf(await desk.write(platform, [{ mimeType, bytes }]));
  expect(medium).toMatchObject({ state: 'pending' });
  const got = await bytesAt(medium!.url); // waits for the fetch where it must
  expect([got.status, sha256(got.bytes)]).toEqual([200, sha256(bytes)]);
  const ready = await desk.outcome(medium!.id);
  expect(ready).toMatchObject({
    type: 'media.ready',
    data: { media: { state: 'ready', mimeType, bytes: bytes.length, sha256: sha256(bytes), width: 3, height: 2 }, messageId: expect.stringMatching(/^ms_/) },
  });
  const again = await bytesAt(ready.data.media!.url);
  expect(sha256(again.bytes)).toBe(sha256(bytes));
  const shown = await desk.gateway().call(`/v1/messages/${ready.data.messageId}`);
  expect(shown.text).toContain('"state":"ready"');
});

test('several files of one message are several media, each its own bytes', async () => {
  const files = [picture(1000), picture(2000), picture(3000)];
  const media = await desk.mediaOf(
    await desk.write(
      'sms',
      files.map((bytes) => ({ mimeType: 'image/png', bytes })),
    ),
  );
  const got = await Promise.all(media.map(async (m) => sha256((await bytesAt(m.url)).bytes)));
  expect(got).toEqual(files.map(sha256));
});

test('a voice note keeps its kind, and its duration is exact', async () => {
  const [medium] = await desk.mediaOf(await desk.write('whatsapp', [{ mimeType: 'audio/ogg; codecs=opus', bytes: voiceNote(7) }]));
  expect((await desk.outcome(medium!.id)).data.media).toMatchObject({ mimeType: 'audio/ogg; codecs=opus', durationMs: 7000, state: 'ready' });
});

test('kill -9 in the middle of a download: the next start fetches it, once, whole', async () => {
  const bytes = picture(3_000_000);
  await desk.fault('whatsapp', 'slow-media', { seconds: 600 });
  const [medium] = await desk.mediaOf(await desk.write('whatsapp', [{ mimeType: 'image/png', bytes }]));
  await until('a download under way', async () => staging().length > 0);
  await sleep(500);
  await desk.gateway().kill('SIGKILL');
  expect(staging()).toHaveLength(1);
  await desk.endFaults('whatsapp');
  await desk.restart();
  const got = await bytesAt(medium!.url);
  expect([got.status, sha256(got.bytes)]).toEqual([200, sha256(bytes)]);
  await desk.outcome(medium!.id);
  await sleep(300);
  expect((await desk.events()).filter((e) => e.data.media?.id === medium!.id).map((e) => e.type)).toEqual(['media.ready']);
  expect(staging()).toEqual([]);
}, 60_000);

test.each([
  ['whatsapp', 'expired-media'],
  ['messenger', 'expired-media'],
  ['sms', 'expired-media'],
  ['whatsapp', 'cut-media'],
  ['sms', 'cut-media'],
] as const)('%s: %s at first, then the bytes come', async (platform, kind) => {
  await desk.fault(platform, kind, { seconds: 2.5 });
  const bytes = picture(50_000);
  const [medium] = await desk.mediaOf(await desk.write(platform, [{ mimeType: 'image/png', bytes }]));
  const ready = await desk.outcome(medium!.id);
  expect([ready.type, ready.data.media?.sha256]).toEqual(['media.ready', sha256(bytes)]);
});

test('the scanner refuses in words; a retry by API fetches it anew', async () => {
  writeFileSync(flag, '');
  const bytes = picture(5000);
  const [medium] = await desk.mediaOf(await desk.write('sms', [{ mimeType: 'image/png', bytes }]));
  const gateway = desk.gateway();
  const refused = await bytesAt(medium!.url);
  expect(JSON.parse(refused.bytes.toString())).toMatchObject({ code: 'media_failed', detail: 'The scanner refused the file.' });
  expect(await desk.outcome(medium!.id)).toMatchObject({ type: 'media.failed', data: { reason: 'The scanner refused the file.', media: { state: 'failed' } } });
  rmSync(flag);
  expect((await gateway.call(`/v1/media/${medium!.id}/retry`, { method: 'POST' })).status).toBe(202);
  await until('the file', async () => (await bytesAt(medium!.url)).status === 200);
  await until('both events', async () => (await desk.events()).filter((e) => e.data.media?.id === medium!.id).length === 2);
  expect((await desk.events()).filter((e) => e.data.media?.id === medium!.id).map((e) => e.type)).toEqual(['media.failed', 'media.ready']);
  expect((await gateway.call(`/v1/media/${medium!.id}/retry`, { method: 'POST' })).status).toBe(409);
});

test('a file that is erased by API is gone, bytes and link, and nothing fetches it anew; the same bytes of another stay', async () => {
  const bytes = picture(4500);
  const [one] = await desk.mediaOf(await desk.write('sms', [{ mimeType: 'image/png', bytes }]));
  const [other] = await desk.mediaOf(await desk.write('sms', [{ mimeType: 'image/png', bytes }]));
  for (const medium of [one, other]) await desk.outcome(medium!.id);
  const gateway = desk.gateway();
  const erased = await gateway.call(`/v1/media/${one!.id}`, { method: 'DELETE' });
  expect([erased.status, erased.json]).toEqual([200, expect.objectContaining({ id: one!.id, state: 'failed', reason: 'The file was erased.' })]);
  expect(JSON.parse((await bytesAt(one!.url)).bytes.toString())).toMatchObject({ code: 'media_failed', detail: 'The file was erased.' });
  expect([sha256((await bytesAt(other!.url)).bytes), stored(sha256(bytes))]).toEqual([sha256(bytes), true]);
  expect((await gateway.call(`/v1/media/${one!.id}/retry`, { method: 'POST' })).status).toBe(409);
  expect((await gateway.call(`/v1/media/${other!.id}`, { method: 'DELETE' })).status).toBe(200);
  await until('the bytes to go', async () => !stored(sha256(bytes)));
});

test('what a customer takes back on Instagram is gone, bytes and link', async () => {
  const bytes = picture(4000);
  const mid = await desk.write('instagram', [{ mimeType: 'image/png', bytes }], '+447700900555');
  const [medium] = await desk.mediaOf(mid);
  expect((await bytesAt(medium!.url)).status).toBe(200);
  const unsent = await fetch(`${desk.urls.messenger}/sandbox/instagram/acts`, { method: 'POST', body: JSON.stringify({ from: '+447700900555', act: 'unsend', mid }) });
  expect(unsent.status).toBe(202);
  await until('its end', async () => (await bytesAt(medium!.url)).status === 404);
  await until('the bytes to go', async () => !stored(sha256(bytes)));
});

test('the same bytes of two messages are kept once, and go when the last of them does', async () => {
  const bytes = picture(4321);
  const mids = [
    await desk.write('instagram', [{ mimeType: 'image/png', bytes }], '+447700900556'),
    await desk.write('instagram', [{ mimeType: 'image/png', bytes }], '+447700900556'),
  ];
  const [first, second] = await Promise.all(mids.map(async (mid) => (await desk.mediaOf(mid))[0]!));
  for (const m of [first!, second!]) expect((await bytesAt(m.url)).status).toBe(200);
  const unsend = (mid: string) => fetch(`${desk.urls.messenger}/sandbox/instagram/acts`, { method: 'POST', body: JSON.stringify({ from: '+447700900556', act: 'unsend', mid }) });
  await unsend(mids[0]!);
  await until('the first to end', async () => (await bytesAt(first!.url)).status === 404);
  expect([(await bytesAt(second!.url)).status, stored(sha256(bytes))]).toEqual([200, true]);
  await unsend(mids[1]!);
  await until('the second to end', async () => (await bytesAt(second!.url)).status === 404);
  await until('the bytes to go', async () => !stored(sha256(bytes)));
});

test("a placeholder of a phone's history is completed when its file comes, once", async () => {
  const bytes = picture(6000);
  const [there] = await desk.mediaOf(await desk.write('whatsapp', [{ mimeType: 'image/png', bytes }], '+447700900777'));
  const { platformRef } = (await desk.outcome(there!.id)).data.media as unknown as { platformRef: string };
  const history = (value: object) => ({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '118200000000777',
        changes: [{ field: 'history', value: { messaging_product: 'whatsapp', metadata: { display_phone_number: '15550100199', phone_number_id: '207700000000123' }, ...value } }],
      },
    ],
  });
  const line = { from: '447700900777', to: '15550100199', id: 'wamid.PLACE', timestamp: '1788000050' };
  const post = (value: object) => desk.gateway().post(history(value), { secret: 'wa-secret' });
  await post({ history: [{ metadata: { phase: 1, chunk_order: 1, progress: 50 }, threads: [{ id: '447700900777', messages: [{ ...line, type: 'media_placeholder' }] }] }] });
  const file = { messages: [{ ...line, type: 'image', image: { id: platformRef, mime_type: 'image/png' } }] };
  for (let i = 0; i < 3; i++) expect(await post(file)).toBe(200);
  const of = async (type: string) => (await desk.events()).filter((e) => e.type === type);
  await until('the correction', async () => (await of('message.corrected')).length > 0);
  const [imported] = (await of('message.imported')).filter((e) => e.data.message?.platformId === 'wamid.PLACE');
  const [correction] = await of('message.corrected');
  expect(correction?.data).toMatchObject({
    corrects: imported?.id,
    correction: { messageId: imported?.data.message?.id, content: { type: 'image', media: { state: 'pending' } } },
  });
  const { media } = (correction!.data as unknown as { correction: { content: { media: { id: string; url: string } } } }).correction.content;
  expect(sha256((await bytesAt(media.url)).bytes)).toBe(sha256(bytes));
  expect((await desk.outcome(media.id)).data).toMatchObject({ messageId: imported?.data.message?.id, media: { state: 'ready' } });
  expect((await desk.gateway().call(`/v1/messages/${imported?.data.message?.id}`)).text).toContain('"state":"ready"');
  expect(await of('message.corrected')).toHaveLength(1);
});

postgresSuite('on PostgreSQL', () => {
  test('a file comes, is told once, and survives a kill', async () => {
    const postgres = await startPostgres();
    const there = await startMediaDesk({ env: { DATABASE_URL: postgres.url } });
    try {
      const bytes = picture(30_000);
      await there.fault('whatsapp', 'slow-media', { seconds: 600 });
      const [medium] = await there.mediaOf(await there.write('whatsapp', [{ mimeType: 'image/png', bytes }]));
      await sleep(700);
      await there.gateway().kill('SIGKILL');
      await there.endFaults('whatsapp');
      await there.restart();
      expect((await there.outcome(medium!.id)).data.media).toMatchObject({ state: 'ready', sha256: sha256(bytes) });
      expect(sha256((await bytesAt(medium!.url)).bytes)).toBe(sha256(bytes));
      expect((await there.gateway().call('/v1/media?state=ready')).text).toContain(medium!.id);
      expect((await there.events()).filter((e) => e.type === 'media.ready')).toHaveLength(1);
    } finally {
      await there.stop();
      await postgres.end();
    }
  }, 60_000);
});
