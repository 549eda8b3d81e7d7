import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFetcher } from '../../src/sandbox/core/fetcher.ts';

const WHERE: Readonly<Record<string, string>> = { '/away': 'https://cdn.example/a.png', '/here': '/a.png', '/round': '/round' };
const server = createServer((request, response) => {
  const path = request.url ?? '';
  if (WHERE[path]) response.writeHead(302, { location: WHERE[path] }).end();
  else response.writeHead(path === '/a.png' ? 200 : 404, { 'content-type': 'image/png; q=1' }).end('bytes');
});
let base: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test.each<[string, string, object]>([
  ['a file of this machine', '/a.png', { kind: 'found', mimeType: 'image/png', bytes: Buffer.from('bytes') }],
  ['a redirect on this machine', '/here', { kind: 'found' }],
  ['a redirect off this machine, which is not followed', '/away', { kind: 'trusted' }],
  ['a redirect in a circle', '/round', { kind: 'failed' }],
  ['what is not there', '/none', { kind: 'failed' }],
])('%s', async (_what, path, found) => expect(await createFetcher()(base + path)).toMatchObject(found));

test.each<[string, string, string]>([
  ['a file elsewhere', 'https://cdn.example/a.png', 'trusted'],
  ['a host that nobody has', 'https://cdn.invalid/a.png', 'failed'],
  ['nobody there', 'http://127.0.0.1:1/', 'failed'],
  ['no address', 'a.png', 'failed'],
])('%s', async (_what, address, kind) => expect((await createFetcher()(address)).kind).toBe(kind));

test('a public address that leads here is fetched here', async () => {
  const fetched = createFetcher((url) => (url.hostname === 'gw.example' ? new URL(url.pathname, base) : url));
  expect((await fetched('https://gw.example/a.png')).kind).toBe('found');
});
