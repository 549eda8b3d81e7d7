import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { OPERATOR, remove, startGateway, type TestGateway } from '../support/gateway.ts';
import { freePort } from '../support/kafka.ts';
import { CHANNELS } from '../support/sandbox.ts';

/** The table on Parlance itself, as the command prints it: all green. */
let gateway: TestGateway;
beforeAll(async () => {
  const ports: Record<string, number> = { whatsapp: await freePort(), messenger: await freePort(), sms: await freePort() };
  const channels = CHANNELS.flatMap((c) => (ports[c.type] === undefined ? [] : [{ ...c, baseUrl: `http://127.0.0.1:${ports[c.type]}` }]));
  gateway = await startGateway({ channels });
});
afterAll(async () => {
  await gateway.kill();
  remove(gateway);
});

test('parlance conformance on Parlance: every row is green', async () => {
  const bin = join(import.meta.dirname, '../../src/cli/bin.js');
  const args = ['conformance', '--gateway', gateway.url, '--channels', join(gateway.dir, 'channels.json')];
  const child = spawn(process.execPath, [bin, ...args], { env: { PATH: process.env.PATH ?? '', PARLANCE_URL: gateway.api, PARLANCE_TOKEN: OPERATOR } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (err += data));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(`${out}${err}`.split('\n').filter((line) => !/^ok /.test(line) && line !== '')).toEqual([]);
  for (const row of ['nothing lost', 'one effect', 'order', 'limits', 'window', 'forged refused', 'unknown kept', 'books balance']) expect(out).toContain(row);
  expect(code).toBe(0);
}, 600_000);
