import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { twilioSignature } from '../../src/sandbox/twilio/signature.ts';
import { until } from '../support/gateway.ts';
import { freePort } from '../support/kafka.ts';
import { CHANNELS } from '../support/sandbox.ts';
import { type Receiver, startReceiver } from '../support/webhook-receiver.ts';

/** The command as an outsider runs it: a process, a port, a file of channels and an address for webhooks. */
const bin = join(import.meta.dirname, '../../src/cli/bin.js');
const dir = mkdtempSync(join(tmpdir(), 'parlance-sandbox-'));
const file = join(dir, 'channels.json');
const children: ChildProcess[] = [];
let receiver: Receiver;

function parlance(...args: string[]): { child: ChildProcess; done: Promise<{ code: number | null; out: string; err: string }> } {
  const child = spawn(process.execPath, [bin, ...args], { env: { PATH: process.env.PATH ?? '', WA_SECRET: 'wa-secret' } });
  children.push(child);
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (err += data));
  return { child, done: new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err }))) };
}
beforeAll(async () => {
  receiver = await startReceiver();
  writeFileSync(file, JSON.stringify(CHANNELS.map((c) => (c.id === 'ch_wa' ? { ...c, appSecret: '${WA_SECRET}' } : c))));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await receiver.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => void receiver.hooks.splice(0));

const meta =
  (secret: string) =>
  ({ body, headers }: Receiver['hooks'][number]) =>
    headers['x-hub-signature-256'] === `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
const sms = ({ body, headers, path }: Receiver['hooks'][number]) =>
  headers['x-twilio-signature'] === twilioSignature(receiver.url + path, Object.fromEntries(new URLSearchParams(body)), 'sms-secret');

test.each([
  ['whatsapp', 'whatsapp', meta('wa-secret')],
  ['messenger', 'messenger', meta('fb-secret')],
  ['messenger', 'instagram', meta('fb-secret')],
  ['sms', 'sms', sms],
])('parlance sandbox --only %s: %s', async (only, platform, signed) => {
  const port = await freePort();
  const { child, done } = parlance('sandbox', '--only', only, '--port', String(port), '--channels', file, '--webhook', `${receiver.url}/hooks/${only}?a=%20b`);
  const at = `http://127.0.0.1:${port}`;
  await until('the port answers', () =>
    fetch(`${at}/sandbox/stats`).then(
      (r) => r.ok,
      () => false,
    ),
  );
  const written = await fetch(`${at}/sandbox/${platform}/messages`, { method: 'POST', body: JSON.stringify({ from: '+447700900123', text: 'hé' }) });
  expect([written.status, await written.json()]).toEqual([202, { id: expect.any(String), customer: expect.any(String) }]);
  await until('the webhook', async () => receiver.hooks.length === 1);
  expect(receiver.hooks[0]).toMatchObject({ path: `/hooks/${only}?a=%20b` });
  expect(signed(receiver.hooks[0]!)).toBe(true);
  const shown = await fetch(`${at}/sandbox/${platform}/messages?phone=447700900123`);
  expect(await shown.json()).toMatchObject({ messages: [{ from: 'customer', text: 'hé' }] });

  expect(await parlance('faults', 'duplicates', '--share', '0.5', '--for', '5m', '--seed', '4', '--at', at, '--json').done).toMatchObject({ code: 0 });
  expect(JSON.parse((await parlance('faults', '--at', at, '--json').done).out)).toMatchObject([{ kind: 'duplicate', share: 0.5, seconds: 300, seed: 4 }]);
  expect(await parlance('faults', 'end', '--at', at).done).toMatchObject({ code: 0, out: '1 ended\n' });
  expect(await parlance('faults', 'plague', '--at', at).done).toMatchObject({ code: 1, err: expect.stringContaining('wrong-signature') });
  const clock = await parlance('clock', '--for', '7d', '--at', at, '--json').done;
  expect(Date.parse((JSON.parse(clock.out) as { now: string }).now) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
  child.kill('SIGTERM');
  expect((await done).code).toBe(0);
});

test.each<[string, string[], RegExp]>([
  ['no platform', ['--channels', file, '--webhook', 'http://127.0.0.1/'], /--only is needed/],
  ['an unknown platform', ['--only', 'pigeon', '--channels', file, '--webhook', 'http://127.0.0.1/'], /--only is one of whatsapp, messenger, sms/],
  ['no address', ['--only', 'sms', '--channels', file], /--webhook is needed/],
  ['an address that is none', ['--only', 'sms', '--channels', file, '--webhook', 'example'], /--webhook is a URL/],
  ['a port that is none', ['--only', 'sms', '--channels', file, '--webhook', 'http://127.0.0.1/', '--port', '70000'], /--port is a number from 0 to 65535/],
  ['no file', ['--only', 'sms', '--channels', '/nonexistent', '--webhook', 'http://127.0.0.1/'], /can not read \/nonexistent/],
])('%s: usage', async (_what, args, words) => {
  const { code, err } = await parlance('sandbox', ...args).done;
  expect([code, err]).toEqual([2, expect.stringMatching(words)]);
});
test('a file without a channel of this platform', async () => {
  const other = join(dir, 'other.json');
  writeFileSync(other, JSON.stringify([CHANNELS[3]]));
  expect(await parlance('sandbox', '--only', 'whatsapp', '--channels', other, '--webhook', 'http://127.0.0.1/').done).toMatchObject({
    code: 2,
    err: expect.stringContaining('no channel'),
  });
});
