import { createHmac } from 'node:crypto';
import http from 'node:http';
import { accept, startCloudApi } from '../support/cloud-api.ts';
import { channel, remove, SECRET, sleep, startGateway, text, until, webhook } from '../support/gateway.ts';

const ONE = '207700000000123';
/** To wait for the replies would take five times six seconds; the patience of a stop ends after 25. */
const WITHIN_MS = 12_000;

/** Posts on kept connections without a pause, as a platform under load does, until it is told to stop; the answers by status. */
function press(url: string, lines: number) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: lines });
  const state = { going: true, n: 0, answers: new Map<number, number>() };
  const post = (body: string) =>
    new Promise<number>((resolve) => {
      const request = http.request(
        `${url}/webhooks/whatsapp`,
        {
          method: 'POST',
          agent,
          headers: { 'content-length': Buffer.byteLength(body), 'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}` },
        },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
          response.on('close', () => resolve(0)); // cut in half
        },
      );
      request.on('error', () => resolve(0));
      request.end(body);
    });
  const all = Array.from({ length: lines }, async (_, line) => {
    while (state.going) {
      const status = await post(JSON.stringify(webhook(ONE, { messages: [text(`44770090${2000 + line}`, `wamid.D${++state.n}`)] })));
      state.answers.set(status, (state.answers.get(status) ?? 0) + 1);
      if (status === 0) await sleep(20);
    }
  });
  return {
    answers: state.answers,
    async end() {
      state.going = false;
      await Promise.all(all);
      agent.destroy();
    },
  };
}

test('a planned stop under load, with replies that wait for their pace, ends in seconds and refuses nothing that it took', async () => {
  const cloud = await startCloudApi({ '+447700900101': accept });
  const gateway = await startGateway({ channels: [channel('ch_wa', ONE)], env: { GRAPH_API_URL: cloud.url } });
  try {
    await gateway.post(webhook(ONE, { messages: [{ ...text('447700900101', 'wamid.OPEN'), timestamp: String(Math.floor(Date.now() / 1000)) }] }));
    await until('the conversation is open', async () => (await gateway.events()).length === 1);
    const reply = (n: number) => ({ channel: 'ch_wa', to: { phone: '+447700900101' }, content: { type: 'text', text: `reply ${n}` } });
    for (let n = 0; n < 50; n++) await gateway.call('/v1/messages', { method: 'POST', body: reply(n) }); // 45 go at once, the others one per 6 s
    await until('the burst is out', async () => cloud.calls.length >= 45);
    const load = press(gateway.url, 8);
    await sleep(500);
    const began = performance.now();
    await gateway.kill('SIGTERM');
    const took = performance.now() - began;
    await load.end();
    expect(gateway.child.exitCode).toBe(0);
    expect(took).toBeLessThan(WITHIN_MS);
    expect([...load.answers.keys()].filter((s) => s !== 200 && s !== 0)).toEqual([]);
  } finally {
    await gateway.kill();
    remove(gateway);
    await cloud.end();
  }
}, 60_000);
