import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createWhatsappSimulator } from '../../src/sandbox/whatsapp/simulator.ts';
import { channel, remove, SECRET, startGateway, type TestGateway, until } from '../support/gateway.ts';
import { freePort } from '../support/kafka.ts';

const NUMBER = '207700000000123';
const CUSTOMERS = Array.from({ length: 40 }, (_, i) => `4477009001${String(i).padStart(2, '0')}`);
const MESSAGES = 300;
let gateway: TestGateway;
afterEach(async () => {
  await gateway?.kill();
  if (gateway) remove(gateway);
});

test('a backlog at the full rate, while customers write steadily: the platform, which counts both in any second, refuses nothing', async () => {
  const port = await freePort();
  const simulator = createWhatsappSimulator({
    numbers: [{ phoneNumberId: NUMBER, businessAccountId: '118200000000777', displayNumber: '15550100199', accessToken: 'token', appSecret: SECRET }],
    webhookUrl: `http://127.0.0.1:${port}/webhooks/whatsapp`,
    log: () => {},
  });
  const url = await simulator.start();
  gateway = await startGateway({ channels: [channel('ch_wa', NUMBER, { accessToken: 'token' })], port, env: { GRAPH_API_URL: url } });
  let n = 0;
  const write = () => simulator.phones.write({ from: CUSTOMERS[n++ % CUSTOMERS.length] ?? '', text: 'hello', media: [] });
  const received = async () => (await gateway.events()).filter((e) => e.type === 'message.received').length;
  for (const _ of CUSTOMERS) write();
  await until('the customers are known', async () => (await received()) === CUSTOMERS.length);
  const stalls = monitorEventLoopDelay({ resolution: 10 });
  stalls.enable();
  const steady = setInterval(write, 50); // 20 a second
  const messages = Array.from({ length: MESSAGES }, (_, i) => ({
    channel: 'ch_wa',
    to: { phone: `+${CUSTOMERS[i % CUSTOMERS.length]}` },
    content: { type: 'text', text: `${i}` },
  }));
  expect((await gateway.call('/v1/messages/batch', { method: 'POST', body: { messages } })).json).toMatchObject({ accepted: MESSAGES });
  // One list: a status that moves between two is counted twice. A delivery may be told before the sending.
  const states = async () => ((await gateway.call('/v1/messages?direction=outbound&limit=500')).json as { messages: { status: string }[] }).messages.map((m) => m.status);
  const out = ['sent', 'delivered', 'read'];
  await until('all are sent', async () => (await states()).filter((s) => out.includes(s)).length === MESSAGES, 60_000);
  clearInterval(steady);
  stalls.disable();
  const refused = [...gateway.log().matchAll(/"platformCode":"([^"]+)"/g)].map(([, code]) => code);
  expect(refused.filter((code) => code !== '130429')).toEqual([]);
  // What came while the platform, which is this process, stood still for longer than the gateway reckons with seems to it to have come at once.
  const stalled = stalls.max / 1e9;
  expect(refused.length).toBeLessThanOrEqual(stalled > 0.5 ? Math.ceil(stalled * 80) : 0);
  // The rule is in force: as many at once as a second holds, and more.
  const post = (i: number) =>
    fetch(`${url}/v25.0/${NUMBER}/messages`, {
      method: 'POST',
      headers: { authorization: 'Bearer token' },
      body: JSON.stringify({ messaging_product: 'whatsapp', to: CUSTOMERS[i % CUSTOMERS.length], type: 'text', text: { body: 'x' } }),
    }).then(async (r) => ((await r.json()) as { error?: { code: number } }).error?.code);
  expect(await Promise.all(Array.from({ length: 300 }, (_, i) => post(i)))).toContain(130_429);
  await simulator.stop();
}, 120_000);
