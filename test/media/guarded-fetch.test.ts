import type dns from 'node:dns';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { guardedFetch, guardedLookup } from '../../src/media/guarded-fetch.ts';
import { isPublicAddress } from '../../src/media/public-address.ts';

describe('which addresses are public', () => {
  test.each([
    ['127.0.0.1', false],
    ['127.8.9.1', false],
    ['0.0.0.0', false],
    ['10.1.2.3', false],
    ['172.16.0.1', false],
    ['172.32.0.1', true],
    ['192.168.1.1', false],
    ['169.254.169.254', false],
    ['100.64.0.1', false],
    ['100.128.0.1', true],
    ['192.0.0.170', false],
    ['198.18.0.1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['8.8.8.8', true],
    ['::', false],
    ['::1', false],
    ['::127.0.0.1', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:8.8.8.8', false],
    ['::ffff:7f00:1', false],
    ['64:ff9b::7f00:1', false],
    ['64:ff9b::8.8.8.8', false],
    ['64:ff9b:1::a00:1', false],
    ['2002:7f00:1::', false],
    ['2001:0:1:2:3:4:5:6', false],
    ['2001:db8::1', false],
    ['3fff::1', false],
    ['fc00::1', false],
    ['fd12::1', false],
    ['fe80::1', false],
    ['fe80::1%eth0', false],
    ['fec0::1', false],
    ['ff02::1', false],
    ['2a00:1450::200:5efe:10.0.0.1', false],
    ['2606:4700::1111', true],
    ['2a00:1450:4009::200e', true],
    ['2606:4700::1111%eth0', false],
    ['localhost', false],
    ['', false],
  ])('%s: %p', (address, is) => {
    expect(isPublicAddress(address)).toBe(is);
  });
});

/** A resolver that gives one answer after the other. */
const resolver = (...answers: string[][]) => {
  const asked: string[] = [];
  const lookup = ((host: string, _options: unknown, done: (e: null, found: { address: string; family: number }[]) => void) => {
    const found = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(host);
    done(
      null,
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  }) as unknown as typeof dns.lookup;
  return { lookup, asked };
};
const resolve = (lookup: typeof dns.lookup, all = true) =>
  new Promise((done, fail) => guardedLookup(lookup)('files.example', { all }, (error, address) => (error ? fail(error) : done(address))));

describe('the guard at connect time', () => {
  test.each([
    ['a private address among public ones', ['8.8.8.8', '127.0.0.1']],
    ['an IPv4-mapped one', ['::ffff:127.0.0.1']],
    ['a NAT64 one', ['64:ff9b::7f00:1']],
    ['a 6to4 one', ['2002:7f00:1::']],
    ['a link-local one', ['169.254.169.254']],
  ])('%s is refused', async (_what, answer) => {
    await expect(resolve(resolver(answer).lookup)).rejects.toMatchObject({ kind: 'refused', message: 'The address is not one of the public internet.' });
    await expect(resolve(resolver(answer).lookup, false)).rejects.toMatchObject({ kind: 'refused' });
  });
  test('a resolver that answers public first and loopback next is asked at every connection', async () => {
    const { lookup, asked } = resolver(['8.8.8.8'], ['127.0.0.1']);
    await expect(resolve(lookup)).resolves.toEqual([{ address: '8.8.8.8', family: 4 }]);
    await expect(resolve(lookup)).rejects.toMatchObject({ kind: 'refused' });
    expect(asked).toHaveLength(2);
  });

  const seen: { url: string; authorization: string | undefined; port: number }[] = [];
  const answers = new Map<string, (request: http.IncomingMessage, response: http.ServerResponse) => void>();
  const listen = async () => {
    const server = http.createServer((request, response) => {
      seen.push({ url: request.url ?? '', authorization: request.headers.authorization, port: (server.address() as AddressInfo).port });
      const answer = answers.get((request.url ?? '').split('?')[0] ?? '');
      if (answer) answer(request, response);
      else response.writeHead(404).end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  };
  let platform: Awaited<ReturnType<typeof listen>>;
  let other: Awaited<ReturnType<typeof listen>>;
  beforeAll(async () => {
    platform = await listen();
    other = await listen();
  });
  afterAll(() => {
    for (const { server } of [platform, other]) {
      server.closeAllConnections();
      server.close();
    }
  });
  beforeEach(() => {
    seen.length = 0;
    answers.clear();
    answers.set('/file', (_q, r) => r.writeHead(200, { 'content-type': 'image/png', 'content-disposition': `attachment; filename*=UTF-8''caf%C3%A9.png` }).end('bytes'));
    answers.set('/to', (q, r) => r.writeHead(302, { location: decodeURIComponent(q.url!.split('?')[1]!) }).end());
  });
  const get = (address: string, more: Partial<Parameters<typeof guardedFetch>[1]> = {}) =>
    guardedFetch(address, { maxBytes: 1000, signal: AbortSignal.timeout(5000), exempt: (url) => url.origin === platform.origin, ...more });
  const to = (address: string) => `${platform.origin}/to?${encodeURIComponent(address)}`;

  test("a platform's own base is exempt", async () => {
    const { body, ...told } = await get(`${platform.origin}/file`);
    expect(Buffer.concat((await body.toArray()) as Buffer[]).toString()).toBe('bytes');
    expect(told).toMatchObject({ type: 'image/png', filename: 'café.png' });
  });
  test.each([
    ['http', 'http://files.example/a', 'The address is not an https one.'],
    ['a file', 'file:///etc/passwd', 'The address is not an https one.'],
    ['credentials in it', 'https://user:pass@files.example/a', 'The address carries credentials.'],
    ['loopback', 'https://127.0.0.1/a', 'The address is not one of the public internet.'],
    ['loopback as a number', 'https://2130706433/a', 'The address is not one of the public internet.'],
    ['loopback in hex', 'https://0x7f.1/a', 'The address is not one of the public internet.'],
    ['IPv6 loopback', 'https://[::1]/a', 'The address is not one of the public internet.'],
    ['IPv4-mapped', 'https://[::ffff:127.0.0.1]/a', 'The address is not one of the public internet.'],
    ['NAT64', 'https://[64:ff9b::127.0.0.1]/a', 'The address is not one of the public internet.'],
    ['6to4', 'https://[2002:7f00:1::]/a', 'The address is not one of the public internet.'],
    ['the cloud metadata address', 'https://169.254.169.254/latest', 'The address is not one of the public internet.'],
    ['no URL', 'nonsense', 'The address is not a URL.'],
  ])('%s is refused, at first and on a redirect', async (_what, address, words) => {
    await expect(get(address)).rejects.toMatchObject({ kind: 'refused', message: words });
    if (address !== 'nonsense') await expect(get(to(address))).rejects.toMatchObject({ kind: 'refused', message: words });
    expect(seen.every((s) => s.port === Number(new URL(platform.origin).port))).toBe(true);
  });
  test('a name that resolves to loopback is refused, at first and on a redirect', async () => {
    const { lookup } = resolver(['127.0.0.1']);
    const port = new URL(other.origin).port;
    for (const address of [`https://files.example:${port}/file`, to(`https://files.example:${port}/file`)])
      await expect(get(address, { lookup })).rejects.toMatchObject({ kind: 'refused', message: 'The address is not one of the public internet.' });
    await expect(get(`https://localhost:${port}/file`)).rejects.toMatchObject({ kind: 'refused' });
    expect(seen.some((s) => s.port === Number(port))).toBe(false);
  });
  test('a redirect from the exempt base to another loopback port is refused', async () => {
    await expect(get(to(`${other.origin}/file`))).rejects.toMatchObject({ kind: 'refused' });
  });
  test('a proxy that the environment names is not asked', async () => {
    const before = { ...process.env };
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'ALL_PROXY']) process.env[name] = other.origin;
    process.env.NODE_USE_ENV_PROXY = '1';
    try {
      await get(`${platform.origin}/file`);
      await expect(get('https://files.example/a', { lookup: resolver(['127.0.0.1']).lookup })).rejects.toMatchObject({ kind: 'refused' });
      expect(seen.map((s) => s.port)).toEqual([Number(new URL(platform.origin).port)]);
    } finally {
      process.env = before;
    }
  });
  test('authorization goes to the first origin alone, and never comes back', async () => {
    answers.set('/back', (_q, r) => r.writeHead(302, { location: `${platform.origin}/file` }).end());
    const exempt = (url: URL) => url.origin === platform.origin || url.origin === other.origin;
    await get(to(`${other.origin}/back`), { exempt, authorization: 'Basic c2VjcmV0' });
    expect(seen.map((s) => s.authorization)).toEqual(['Basic c2VjcmV0', undefined, undefined]);
    seen.length = 0;
    await get(to(`${platform.origin}/file`), { authorization: 'Basic c2VjcmV0' });
    expect(seen.map((s) => s.authorization)).toEqual(['Basic c2VjcmV0', 'Basic c2VjcmV0']);
  });
  test.each([
    ['a redirect loop', '/loop', (_q: unknown, r: http.ServerResponse) => r.writeHead(302, { location: '/loop' }).end(), 'refused', 'More than 5 redirects.'],
    [
      '5 GB declared',
      '/big',
      (_q: unknown, r: http.ServerResponse) => r.writeHead(200, { 'content-length': 5 * 1024 ** 3 }).flushHeaders(),
      'refused',
      'The file is larger than 0 MB.',
    ],
    ['a compressed answer', '/gzip', (_q: unknown, r: http.ServerResponse) => r.writeHead(200, { 'content-encoding': 'gzip' }).end('x'), 'refused', 'The answer is compressed.'],
    ['404', '/none', (_q: unknown, r: http.ServerResponse) => r.writeHead(404).end(), 'missing', 'The host answered 404.'],
    ['500', '/broken', (_q: unknown, r: http.ServerResponse) => r.writeHead(500).end(), 'later', 'The host answered 500.'],
    ['a part alone', '/part', (_q: unknown, r: http.ServerResponse) => r.writeHead(206).end('x'), 'later', 'The host answered 206.'],
    ['a hang-up', '/gone', (q: http.IncomingMessage) => q.socket.destroy(), 'later', 'The host can not be reached (ECONNRESET).'],
  ])('%s is told in words', async (_what, path, answer, kind, message) => {
    answers.set(path, answer as never);
    await expect(get(platform.origin + path)).rejects.toMatchObject({ kind, message });
  });
});
