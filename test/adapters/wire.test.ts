import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import { AxiosHeaders } from 'axios';
import { createIdleTimes, createLookUp } from '../../adapters/_graph/agents.ts';
import { createHttp } from '../../adapters/_graph/http.ts';
import { createWire } from '../../adapters/_graph/wire.ts';
import { createWhatsappAdapter } from '../../adapters/whatsapp/index.ts';
import { sleep } from '../support/gateway.ts';

const ANSWER = JSON.stringify({ messages: [{ id: 'wamid.1' }] });
const whole = (body = ANSWER) => `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
let close: () => Promise<void> = async () => {};
afterEach(() => close());
/** A server of bare sockets: `each` gets a connection. Its address, and how many connections there were. */
async function serve(each: (socket: Socket) => void) {
  const told = { url: '', connections: 0 };
  const open = new Set<Socket>();
  const server = net.createServer((socket) => {
    told.connections++;
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
    each(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  told.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return told;
}
const adapter = createWhatsappAdapter();
const call = (url: string, body = '{}', ms = 20_000) =>
  adapter.send(
    { method: 'POST', path: '/v25.0/1/messages', contentType: 'application/json', body },
    { baseUrl: url, credentials: { accessToken: 't' }, signal: AbortSignal.timeout(ms) },
  );
const failure = (url: string, body?: string, ms?: number) =>
  call(url, body, ms).then(
    () => 'sent',
    (error) => adapter.classify(error).outcome,
  );
const LARGE = JSON.stringify({ text: 'x'.repeat(12_000_000) });

test.each<[string, (socket: Socket) => void, string | undefined, string, number?]>([
  ['answered', (s) => s.once('data', () => s.write(whole())), undefined, 'sent'],
  ['reset after the whole request', (s) => s.once('data', () => s.resetAndDestroy()), undefined, 'unknown'],
  ['ended after the whole request', (s) => s.once('data', () => s.end()), undefined, 'unknown'],
  ['half an answer', (s) => s.once('data', () => s.end(whole().slice(0, -10))), undefined, 'unknown'],
  ['reset while the request is on its way', (s) => s.once('data', () => s.pause().resetAndDestroy()), LARGE, 'not_sent'],
  ['never read to its end', (s) => s.once('data', () => s.pause()), LARGE, 'not_sent', 1500],
  ['never answered', () => {}, undefined, 'unknown', 1500],
])('%s: %#', async (_what, each, body, outcome, ms = 20_000) => {
  const { url } = await serve(each);
  expect(await failure(url, body, ms)).toBe(outcome);
});
test('nobody there: not sent', async () => {
  const { url } = await serve(() => {});
  await close();
  close = async () => {};
  expect(await failure(url)).toBe('not_sent');
});

test('a connection is kept while it is used', async () => {
  const server = await serve((socket) => socket.on('data', () => socket.write(whole())));
  for (let i = 0; i < 5; i++) await call(server.url);
  expect(server.connections).toBe(1);
});
test.each([
  ['120 ms, which it has shown', 120, 240],
  ['300 ms, of which nothing is known yet', 300, 285],
])('a server that closes idle connections without a word costs no call, also when calls come just as it closes: after %s', async (_what, IDLE, firstPause) => {
  const server = await serve((socket) => {
    let timer: NodeJS.Timeout | undefined;
    socket.on('data', () => {
      clearTimeout(timer);
      socket.write(whole());
      timer = setTimeout(() => socket.end(), IDLE);
    });
  });
  const outcomes: string[] = [];
  for (let round = 0; round < 30; round++) {
    outcomes.push(...(await Promise.all(Array.from({ length: 4 }, () => failure(server.url)))));
    await sleep(round === 0 ? firstPause : IDLE - 15 + round);
  }
  expect(outcomes.filter((o) => o !== 'sent')).toEqual([]);
});

test('how long a connection may be idle: little at first, four seconds in the end, half of what a server has shown, which is doubted slowly', () => {
  let now = 0;
  const times = createIdleTimes(() => now);
  expect(times.of('a')).toBe(125);
  now = 60_000;
  expect([times.of('a'), times.of('b')]).toEqual([250, 125]);
  now = 300_000;
  expect(times.of('a')).toBe(4000);
  now = 3_600_000;
  expect(times.of('a')).toBe(4000);
  times.closedAfter('a', 1000);
  expect(times.of('a')).toBe(500);
  times.closedAfter('a', 4000); // one that it kept longer says nothing
  expect(times.of('a')).toBe(500);
  times.closedAfter('a', 1);
  expect(times.of('a')).toBe(50);
  now += 60_000;
  expect(times.of('a')).toBeLessThan(51);
  now += 2 * 3_600_000 - 60_000;
  expect(times.of('a')).toBe(200);
});
test('after a pause closed connections are looked for, once for all calls that begin together', async () => {
  let now = 1000;
  const look = createLookUp(() => now);
  const turns = async () => {
    let ended = false;
    const all = Promise.all([look(), look()]).then(() => {
      ended = true;
    });
    await new Promise(process.nextTick);
    const waited = !ended;
    await all;
    return waited;
  };
  expect(await turns()).toBe(true);
  now += 99;
  expect(await turns()).toBe(false);
  now += 100;
  expect(await turns()).toBe(true);
});

// Unheard, the call had no limit of time at all.
test('a call that is given up while closed connections are looked for has not left', async () => {
  const server = await serve(() => {});
  const given = new AbortController();
  const wire = createWire({ http: new http.Agent(), https: new https.Agent(), look: async () => given.abort(), other: () => Promise.reject(new Error('not for this')) });
  const config = { url: server.url, method: 'post', data: '{}', responseType: 'text', headers: new AxiosHeaders(), signal: given.signal } as const;
  await expect(wire(config)).rejects.toMatchObject({ unsent: true, __CANCEL__: true });
  expect(server.connections).toBe(0);
});

test('what is no text for text goes by the library itself', async () => {
  const { url } = await serve((socket) => socket.once('data', () => socket.end(whole('a file'))));
  const { data } = await createHttp().request<AsyncIterable<Buffer>>({ url, responseType: 'stream' });
  const chunks: Buffer[] = [];
  for await (const chunk of data) chunks.push(chunk);
  expect(Buffer.concat(chunks).toString()).toBe('a file');
});
