import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTrace, runsAhead } from '../support/sync-order.ts';

const SECRET = 'proof-secret';
const COUNT = 1000;
const missing = spawnSync('strace', ['-V']).error !== undefined;
if (missing && process.env.PARLANCE_REQUIRE_STRACE !== '1') process.stdout.write('skipped: fsync proof: strace is not installed\n');
const proof = missing && process.env.PARLANCE_REQUIRE_STRACE !== '1' ? test.skip : test;

async function trace(synchronous: 'FULL' | 'OFF') {
  const dir = mkdtempSync(join(tmpdir(), 'parlance-fsync-'));
  const child = spawn(
    'strace',
    [
      '-f',
      '-qq',
      '-ttt',
      '-T',
      '-yy',
      '-s',
      '8192',
      '-o',
      join(dir, 'trace'),
      '-e',
      'trace=pwrite64,write,fsync,fdatasync,sendto,writev',
      process.execPath,
      join(import.meta.dirname, '../support/ingress-only.ts'),
      join(dir, 'data'),
      synchronous,
      SECRET,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const port = await new Promise<number>((resolve, reject) => {
      child.stdout.on('data', (d: Buffer) => {
        const found = /port (\d+)/.exec(d.toString());
        if (found) resolve(Number(found[1]));
      });
      child.once('exit', () => reject(new Error('it did not start')));
    });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 100 });
    const ids = Array.from({ length: COUNT }, (_, i) => `SYNC-${String(i).padStart(6, '0')}`);
    const statuses = await Promise.all(
      ids.map(
        (id) =>
          new Promise<number>((resolve, reject) => {
            const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [], id });
            const request = http.request(
              {
                port,
                host: '127.0.0.1',
                agent,
                method: 'POST',
                path: '/webhooks/whatsapp',
                headers: {
                  'content-type': 'application/json',
                  'content-length': body.length,
                  'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
                },
              },
              (response) => {
                response.resume();
                response.on('end', () => resolve(response.statusCode ?? 0));
              },
            );
            request.on('error', reject);
            request.end(body);
          }),
      ),
    );
    agent.destroy();
    expect(statuses.filter((s) => s !== 200)).toEqual([]);
    const pid = Number(
      spawnSync('pgrep', ['-P', String(child.pid)])
        .stdout.toString()
        .trim()
        .split('\n')[0],
    );
    const gone = new Promise((resolve) => child.once('exit', resolve));
    process.kill(pid, 'SIGTERM');
    await gone;
    return runsAhead(readTrace(readFileSync(join(dir, 'trace'), 'utf8')), ids);
  } finally {
    child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
}

proof(
  `each 200 of ${COUNT} webhooks at once follows a completed sync that began after its bytes were written`,
  async () => {
    const { ahead, answers, syncs, written } = await trace('FULL');
    expect([ahead, answers, written]).toEqual([0, COUNT, COUNT]);
    expect(syncs).toBeGreaterThan(0);
  },
  60_000,
);

proof(
  'with synchronous=OFF the same check finds answers that run ahead of the disk',
  async () => {
    expect((await trace('OFF')).ahead).toBeGreaterThan(0);
  },
  60_000,
);
