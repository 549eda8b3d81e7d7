import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { watchMemory } from '../bench/proc.ts';
import { remove, startGateway, type TestGateway } from '../support/gateway.ts';
import { startS3 } from '../support/s3.ts';

const OPERATOR = 'test-operator-token-0123456789';
const block = randomBytes(1024 * 1024);
/** A form of so many megabytes, from a sender that holds none of it. */
function send(api: string, name: string, megabytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${OPERATOR}`, 'content-type': 'multipart/form-data; boundary=x' };
    const request = http.request(`${api}/v1/media?tenant=acme`, { method: 'POST', headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject);
    request.write('--x\r\ncontent-disposition: form-data; name="file"; filename="a.bin"\r\ncontent-type: application/octet-stream\r\n\r\n');
    let left = megabytes - 1;
    const more = () => {
      while (left > 0) {
        left--;
        if (!request.write(block)) return void request.once('drain', more);
      }
      request.end(`${name}\r\n--x--\r\n`);
    };
    more();
  });
}
/** The gateway's memory while `work` runs, in megabytes at its highest. */
async function highest(gateway: TestGateway, work: () => Promise<unknown>): Promise<number> {
  const watch = watchMemory(gateway.child.pid ?? 0, 50);
  await work();
  return watch.stop().peak;
}
/** What uploads at once take above uploads one by one: peak for peak, since a moment of rest may come just after a collection; the less of two, since a collection may be late, and what is held in memory shows each time. */
async function rise(gateway: TestGateway, work: () => Promise<unknown>): Promise<number> {
  const alone = await highest(gateway, async () => {
    for (let n = 0; n < 8; n++) await send(gateway.api, `first ${n}`, 100);
  });
  expect(alone).toBeGreaterThan(0); // where memory can not be read it is 0
  const together = [await highest(gateway, work), await highest(gateway, work)];
  console.log(`${Math.round(alone)} MB at most one by one, ${together.map(Math.round).join(' and ')} MB together`);
  return Math.min(...together) - alone;
}

test('twenty uploads of 100 MB at once raise memory by less than 64 MB', async () => {
  const gateway = await startGateway();
  try {
    const statuses: number[] = [];
    const raised = await rise(gateway, async () => statuses.push(...(await Promise.all(Array.from({ length: 20 }, (_, n) => send(gateway.api, `file ${n}`, 100))))));
    expect(new Set(statuses)).toEqual(new Set([201]));
    expect(raised).toBeLessThan(64);
    expect(readdirSync(join(gateway.dir, 'data', 'media', 'staging'))).toEqual([]);
  } finally {
    await gateway.kill();
    remove(gateway);
  }
}, 180_000);

test('nor do they on their way into S3', async () => {
  const s3 = await startS3('parlance-media');
  const gateway = await startGateway({ env: s3.env });
  try {
    const statuses: number[] = [];
    const raised = await rise(gateway, async () => statuses.push(...(await Promise.all(Array.from({ length: 10 }, (_, n) => send(gateway.api, `file ${n}`, 20))))));
    expect(new Set(statuses)).toEqual(new Set([201]));
    expect(raised).toBeLessThan(64);
  } finally {
    await gateway.kill();
    remove(gateway);
    await s3.stop();
  }
}, 180_000);
