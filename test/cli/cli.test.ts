import { spawn } from 'node:child_process';
import http, { type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { cleanLine, printableJson, table } from '../../src/cli/print.ts';

const bin = join(import.meta.dirname, '../../src/cli/bin.js');
let server: Server;
let url: string;
let asked: string[];
let answer: { status: number; body: string };
beforeAll(async () => {
  server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  asked = [];
  answer = { status: 200, body: '{}' };
});

function parlance(args: string[], env: Record<string, string> = {}): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [bin, ...args], { env: { PATH: process.env.PATH ?? '', PARLANCE_URL: url, PARLANCE_TOKEN: 'op_test', ...env } });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data) => (out += data));
    child.stderr.on('data', (data) => (err += data));
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
const problem = JSON.stringify({ code: 'not_found', title: 'Not found', detail: 'no such \u001b[31mmessage', advice: 'Check the id.', pointer: '/id' });

test.each<[string, string[], { status: number; body: string }, number, RegExp]>([
  ['done', ['channels'], { status: 200, body: '{"channels":[{"id":"ch_1","state":"active"}]}' }, 0, /ch_1/],
  ['the gateway says no, and why', ['messages', 'ms_1'], { status: 404, body: problem }, 1, /^not_found: no such \[31mmessage\nat \/id\nCheck the id\.\n$/],
  ['something else answers', ['ledger'], { status: 502, body: '<html>bad gateway' }, 1, /answers 502 without JSON.*PARLANCE_URL/],
  ['no such command', ['mesages'], { status: 200, body: '{}' }, 2, /no command "mesages"/],
  ['no such option', ['tail', '--wat'], { status: 200, body: '{}' }, 2, /--wat/],
  ['a missing option', ['send', '--channel', 'ch_1'], { status: 200, body: '{}' }, 2, /--to is needed/],
  ['an offset that is none', ['republish', '--from', 'start'], { status: 200, body: '{}' }, 2, /--from is an offset/],
])('%s', async (_what, args, reply, code, words) => {
  answer = reply;
  const run = await parlance(args);
  expect([run.code, code === 0 ? run.out : run.err]).toEqual([code, expect.stringMatching(words)]);
  expect(run.err).not.toMatch(/\n {4}at /); // no stack trace
  if (code === 2) expect(asked).toEqual([]);
  else expect(asked[0]).toMatch(/Bearer op_test$/);
});

test('a gateway that is not there ends with 3, and no key with 2', async () => {
  expect((await parlance(['ledger'], { PARLANCE_URL: 'http://127.0.0.1:9' })).code).toBe(3);
  expect(await parlance(['ledger'], { PARLANCE_TOKEN: '', DATA_DIR: '/nonexistent' })).toMatchObject({ code: 2, err: expect.stringContaining('PARLANCE_TOKEN') });
});

test.each([
  'start',
  'channels',
  'send',
  'preview',
  'tail',
  'messages',
  'dead-letters',
  'replay',
  'ledger',
  'keys',
  'doctor',
  'republish',
  'sandbox',
  'faults',
  'clock',
  'load',
  'conformance',
])('parlance %s --help', async (name) => {
  const run = await parlance([name, '--help']);
  expect(run).toMatchObject({ code: 0, out: expect.stringContaining(`parlance ${name}`), err: '' });
  expect(asked).toEqual([]);
});

test('--json is JSON, with what could drive a terminal escaped and nothing lost', async () => {
  const value = { channels: [{ id: 'ch_1', name: 'a\u009b31m\u202eb\u001b[0m' }] };
  answer = { status: 200, body: JSON.stringify(value) };
  const { out } = await parlance(['channels', '--json']);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be absent
  expect(out).not.toMatch(/[\u0000-\u0009\u007f-\u009f\u202a-\u202e]/);
  expect(JSON.parse(out)).toEqual(value.channels);
});

test('a customer’s text can not write lines of its own', () => {
  expect(cleanLine('a\nb\u2028c\u001b[2J')).toBe('a b c[2J');
  expect(table([{ text: 'x\nch_1  forged' }], ['text'])).toBe('text\nx ch_1  forged');
  expect(printableJson('\u202e')).toBe('"\\u202e"');
});
