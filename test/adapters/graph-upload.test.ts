import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { Upload } from '../../adapters/files.ts';
import { createMessengerAdapter } from '../../adapters/messenger/index.ts';
import { createWhatsappAdapter } from '../../adapters/whatsapp/index.ts';

/** Uploads on the wire: the exact form, streamed. */
const seen: { path: string; type: string; length: number; body: Buffer | null; got: number }[] = [];
const keep = { body: true, status: 200, answer: {} as object };
const server = http.createServer((request, response) => {
  const parts: Buffer[] = [];
  let got = 0;
  request.on('data', (d: Buffer) => {
    got += d.length;
    if (keep.body) parts.push(d);
  });
  request.on('end', () => {
    seen.push({
      path: request.url ?? '',
      type: request.headers['content-type'] ?? '',
      length: Number(request.headers['content-length']),
      body: keep.body ? Buffer.concat(parts) : null,
      got,
    });
    response.writeHead(keep.status, { 'content-type': 'application/json' }).end(JSON.stringify(keep.answer));
  });
});
let baseUrl = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  seen.length = 0;
  Object.assign(keep, { body: true, status: 200, answer: { id: '15', attachment_id: '18' } });
});
const options = () => ({ baseUrl, credentials: { accessToken: 't' }, signal: AbortSignal.timeout(20_000) });
const file = (over: Partial<Upload> = {}): Upload => ({
  open: async () => Readable.from([Buffer.from('bytes')]),
  mimeType: 'image/png',
  bytes: 5,
  kind: 'image',
  filename: 'a "b".png',
  ...over,
});
const form = () => {
  const { body, type } = seen[0] ?? {};
  return String(body).replaceAll(/boundary=(\w+)/.exec(type ?? '')?.[1] ?? '?', 'B');
};

test('WhatsApp: product, type and file, with their length', async () => {
  const made = await createWhatsappAdapter().uploadMedia?.(file({ mimeType: 'audio/ogg', kind: 'voice', filename: 'v.ogg' }), { account: '207', settings: {} }, options());
  expect(made).toEqual({ platformId: '15', livesMs: 30 * 86_400_000 });
  expect(seen[0]).toMatchObject({ path: '/v26.0/207/media' });
  expect(seen[0]?.length).toBe(seen[0]?.got);
  expect(form()).toBe(
    [
      '--B\r\ncontent-disposition: form-data; name="messaging_product"\r\n\r\nwhatsapp',
      '--B\r\ncontent-disposition: form-data; name="type"\r\n\r\naudio/ogg; codecs=opus',
      '--B\r\ncontent-disposition: form-data; name="file"; filename="v.ogg"\r\ncontent-type: audio/ogg; codecs=opus\r\n\r\nbytes',
      '--B--\r\n',
    ].join('\r\n'),
  );
});

test('Messenger: the kind of attachment, reusable, and the file', async () => {
  const made = await createMessengerAdapter().uploadMedia?.(file({ kind: 'document' }), { account: '104', settings: {} }, options());
  expect(made).toEqual({ platformId: '18', livesMs: 90 * 86_400_000 });
  expect(seen[0]?.path).toBe('/v26.0/104/message_attachments');
  expect(form()).toBe(
    [
      '--B\r\ncontent-disposition: form-data; name="message"\r\n\r\n{"attachment":{"type":"file","payload":{"is_reusable":true}}}',
      '--B\r\ncontent-disposition: form-data; name="filedata"; filename="a _b_.png"\r\ncontent-type: image/png\r\n\r\nbytes',
      '--B--\r\n',
    ].join('\r\n'),
  );
});

test.each<[string, number, object, string]>([
  ['an answer without an id', 200, {}, 'outcome_unknown'],
  ['a refusal', 400, { error: { code: 131053, message: 'no' } }, 'media_invalid'],
])('%s is thrown as a send would', async (_what, status, answer, code) => {
  Object.assign(keep, { status, answer });
  const adapter = createWhatsappAdapter();
  const error: unknown = await adapter.uploadMedia?.(file(), { account: '207', settings: {} }, options()).then(
    () => null,
    (e: unknown) => e,
  );
  expect(adapter.classify(error).code).toBe(code);
});

test('where the platform is slow no more is read than the sockets hold', async () => {
  const slow = http.createServer(() => {}); // takes nothing of the body
  await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', () => resolve()));
  const bytes = 400 * 1024 * 1024;
  const block = Buffer.alloc(256 * 1024);
  let read = 0;
  const open = async () =>
    Readable.from(
      (function* () {
        for (; read < bytes; read += block.length) yield block;
      })(),
      { objectMode: false },
    );
  const abort = new AbortController();
  const at = { ...options(), baseUrl: `http://127.0.0.1:${(slow.address() as AddressInfo).port}`, signal: abort.signal };
  const work = createWhatsappAdapter().uploadMedia?.(file({ open, bytes }), { account: '207', settings: {} }, at);
  const ended = expect(work).rejects.toThrow();
  for (let before = -1; read === 0 || read !== before; await new Promise((resolve) => setTimeout(resolve, 200))) before = read;
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThan(32 * 1024 * 1024);
  abort.abort();
  await ended;
  slow.closeAllConnections();
  await new Promise((resolve) => slow.close(resolve));
});
