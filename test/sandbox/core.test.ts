import net, { type AddressInfo, type Server } from 'node:net';
import { createClock } from '../../src/sandbox/core/clock.ts';
import { createPoster } from '../../src/sandbox/core/poster.ts';
import { createSlidingWindow } from '../../src/sandbox/core/sliding-window.ts';
import { parseFields } from '../../src/sandbox/messenger/fields.ts';
import { routeTo } from '../../src/start-sandbox.ts';
import { freePort } from '../support/kafka.ts';

test('the clock does what falls due, in its order, when time is advanced; nothing once stopped', () => {
  const clock = createClock();
  const done: string[] = [];
  clock.later(90_000, () => done.push('second'));
  clock.later(60_000, () => done.push('first'));
  clock.later(3_600_000, () => done.push('never'));
  const before = clock.now();
  clock.advance(100_000);
  expect(done).toEqual(['first', 'second']);
  expect(clock.now() - before).toBeGreaterThanOrEqual(100_000);
  clock.stop();
  clock.advance(3_600_000);
  clock.later(0, () => done.push('late'));
  clock.advance(1);
  expect(done).toEqual(['first', 'second']);
});

test('a sliding window counts what came in the window that ends now, and no refused call', () => {
  let now = 0;
  const window = createSlidingWindow({ limit: 2, windowMs: 1000, now: () => now });
  const takes = [0, 500, 999, 1000, 1001, 1499, 1500].map((at) => {
    now = at;
    return window.take();
  });
  expect(takes).toEqual([true, true, false, true, false, false, true]);
});

describe('a webhook on the wire', () => {
  let server: Server;
  const limits = { connectMs: 500, readMs: 300 };
  const serve = async (work: (socket: net.Socket) => void): Promise<string> => {
    server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => work(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  test.each<[string, (socket: net.Socket) => void, string]>([
    ['an answer', (s) => s.end('HTTP/1.1 202 x\r\ncontent-length: 2\r\ncontent-type: text/plain\r\n\r\nok'), 'answered'],
    ['a reset', (s) => s.resetAndDestroy(), 'read'],
    ['silence', () => {}, 'read'],
    ['half an answer', (s) => s.end('HTTP/1.1 200 x\r\ncontent-length: 20\r\n\r\nha'), 'read'],
    ['an answer that does not end', (s) => void s.write('HTTP/1.1 200 x\r\ncontent-length: 20\r\n\r\nha'), 'read'],
  ])('%s', async (_what, work, kind) => {
    const poster = createPoster();
    const outcome = await poster.post({ url: await serve(work), headers: {}, body: 'x' }, limits);
    expect(outcome.kind).toBe(kind);
    poster.stop();
    server.close();
  });
  test('nobody there: not one byte went out', async () => {
    const poster = createPoster();
    expect((await poster.post({ url: `http://127.0.0.1:${await freePort()}/`, headers: {}, body: 'x' }, limits)).kind).toBe('connect');
    poster.stop();
  });
});

test.each<[string, string, string]>([
  ['https://gw.example/hooks/', 'https://gw.example/hooks/webhooks/sms?a=%20b', 'http://127.0.0.1:8080/webhooks/sms?a=%20b'],
  ['https://gw.example/', 'https://gw.example/webhooks/sms', 'http://127.0.0.1:8080/webhooks/sms'],
  ['https://gw.example/hooks/', 'https://gw.example/other', 'https://gw.example/other'],
  ['https://gw.example/', 'https://elsewhere.example/webhooks/sms', 'https://elsewhere.example/webhooks/sms'],
])('with PUBLIC_URL %s, %s leads to %s', (publicUrl, url, leads) => {
  expect(routeTo(new URL(publicUrl), new URL('http://127.0.0.1:8080'))(new URL(url)).href).toBe(leads);
});

test.each<[string, unknown]>([
  ['id,name', [{ name: 'id' }, { name: 'name' }]],
  ['messages.limit(5){id,from},id', [{ name: 'messages', limit: 5, fields: [{ name: 'id' }, { name: 'from' }] }, { name: 'id' }]],
  ['', []],
  ['id,', null],
  ['messages{id', null],
  ['id}', null],
])('fields %p', (text, tree) => {
  const parsed = parseFields(text);
  if (tree === null) expect(parsed).toBeNull();
  else expect(parsed).toMatchObject(tree as object);
});
