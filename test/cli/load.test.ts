import { spawn } from 'node:child_process';
import http, { type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createJoin, createMeasure } from '../../src/cli/load/measures.ts';
import { createTurns, nameOf, parseMix } from '../../src/cli/load/mix.ts';

test('a mix is spread evenly by its weights', () => {
  const mix = parseMix('whatsapp.message=3, sms.send=1');
  if (typeof mix === 'string') throw new Error(mix);
  const turn = createTurns(mix);
  expect(Array.from({ length: 8 }, () => nameOf(turn()))).toEqual([
    'whatsapp.message',
    'whatsapp.message',
    'sms.send',
    'whatsapp.message',
    'whatsapp.message',
    'whatsapp.message',
    'sms.send',
    'whatsapp.message',
  ]);
});
test.each(['', 'whatsapp.dance', 'whatsapp=0', 'whatsapp=x', '=3'])('%p is no mix', (text) => expect(typeof parseMix(text)).toBe('string'));
test('what is seen before the answer that names it counts too, and what is never seen is missing', () => {
  let now = 1000;
  const measure = createMeasure();
  const join = createJoin(() => now);
  for (let i = 0; i < 3; i++) measure.intended();
  join.seen('early');
  now = 1500;
  join.taken('early', measure, 900);
  join.taken('late', measure, 1000);
  now = 2000;
  join.seen('late');
  join.taken('never', measure, 1000);
  expect(measure.show()).toMatchObject({ due: 3, seen: 2, failed: 0, missing: 1, max: 1000 });
  expect(measure.open()).toBe(1);
});

describe('against a gateway', () => {
  let server: Server;
  let url: string;
  /** What this one does with the n-th message: publish it after so many milliseconds, or never. */
  let publishAfter: (n: number) => number | null;
  beforeAll(async () => {
    let n = 0;
    const log: string[] = [];
    const json = (response: ServerResponse, status: number, body: object) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    server = http.createServer((request, response) => {
      const asked = new URL(request.url ?? '/', 'http://x');
      request.resume();
      if (asked.pathname === '/v1/channels') return json(response, 200, { channels: [] });
      if (asked.pathname === '/v1/events') {
        const after = asked.searchParams.get('after');
        const from = after === 'latest' ? log.length : Number(after);
        return void setTimeout(() => {
          const events = log.slice(from).map((platformId) => ({ event: { type: 'message.received', data: { message: { platformId } } } }));
          json(response, 200, { events, next: String(from + events.length) });
        }, 10);
      }
      n += 1;
      const id = `m${n}`;
      const ms = publishAfter(n);
      if (ms !== null) setTimeout(() => log.push(id), ms);
      json(response, 202, { id });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());
  const load = (...args: string[]): Promise<{ code: number | null; out: string; err: string }> =>
    new Promise((resolve) => {
      const bin = join(import.meta.dirname, '../../src/cli/bin.js');
      const child = spawn(process.execPath, [bin, 'load', ...args], { env: { PATH: process.env.PATH ?? '', PARLANCE_URL: url, PARLANCE_TOKEN: 'op_test' } });
      let [out, err] = ['', ''];
      child.stdout.on('data', (data) => (out += data));
      child.stderr.on('data', (data) => (err += data));
      child.on('close', (code) => resolve({ code, out, err }));
    });

  test('all seen: a line every second, a table at the end, 0', async () => {
    publishAfter = () => 5;
    const { code, out, err } = await load('--rate', '100', '--for', '2s');
    expect(err).toMatch(/^\d+ s {2}due [12]\d\d {2}seen \d+ {2}open \d+ {2}failed 0 {2}p99 \d+ ms\n/);
    expect(out).toMatch(/^part +due +seen +failed +missing +p50 +p95 +p99 +max\nwhatsapp\.message +200 +200 +0 +0 /);
    expect(code).toBe(0);
  });
  test('a stall shows in the tail, and one that is lost ends with 1', async () => {
    let count = 0;
    publishAfter = () => (++count === 10 ? null : count > 60 ? 6000 : 5);
    const { code, out } = await load('--rate', '100', '--for', '1s', '--json');
    const [row] = JSON.parse(out) as { seen: number; missing: number; p50: number; p99: number }[];
    expect([code, row!.seen, row!.missing]).toEqual([1, 99, 1]);
    expect(row!.p99).toBeGreaterThan(5990);
    expect(row!.p50).toBeLessThan(5990);
  });
});
