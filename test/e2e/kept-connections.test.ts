import http from 'node:http';
import { channel, remove, sleep, startGateway, type TestGateway } from '../support/gateway.ts';

/** Node's own server closes a connection that was idle for five seconds (six, with its buffer). */
const IDLE_MS = 7000;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ channels: [channel('ch_a', '207700000000123')] });
});
afterAll(async () => {
  await gateway.kill();
  remove(gateway);
});

/** Whether the request went over a connection that was there before. */
const get = (url: string, agent: http.Agent) =>
  new Promise<boolean>((resolve, reject) => {
    const request = http.get(`${url}/healthz`, { agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(request.reusedSocket));
    });
    request.on('error', reject);
  });

test.each(['public', 'operator'] as const)('an idle connection to the %s listener is kept longer than a load balancer keeps it', async (which) => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const url = which === 'public' ? gateway.url : gateway.api;
  expect(await get(url, agent)).toBe(false);
  await sleep(IDLE_MS);
  expect(await get(url, agent)).toBe(true);
  agent.destroy();
});
