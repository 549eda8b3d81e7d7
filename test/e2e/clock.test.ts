import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accept, type Behaviour, refuse, startCloudApi } from '../support/cloud-api.ts';
import { channel, remove, startGateway, text, until, webhook } from '../support/gateway.ts';

const ONE = '207700000000123';
const HOUR = 3_600_000;
const CUSTOMER = '447700900101';

/** The first call is refused for now, or its outcome is never known. */
const first =
  (fault: Behaviour): Behaviour =>
  (response, call) =>
    (call.n === 1 ? fault : accept)(response, call);

test.each([
  ['back: a reply that waits for its next try does not wait an hour more', -HOUR, refuse(2, 500), 2, 'queued'],
  ['forth: a doubt is not settled before its time', HOUR, ((_r, { request }) => void request.socket.destroy()) satisfies Behaviour, 1, 'unknown'],
])('the wall clock stepped by an hour %s; it is an alarm', async (_name, clock, fault, calls, status) => {
  const aside = mkdtempSync(join(tmpdir(), 'parlance-clock-'));
  const control = join(aside, 'control.json');
  const cloud = await startCloudApi({ [`+${CUSTOMER}`]: first(fault) });
  const preload = new URL('../faults/preload/chaos.mjs', import.meta.url).href;
  const gateway = await startGateway({ channels: [channel('ch_wa', ONE)], env: { GRAPH_API_URL: cloud.url, FAULTS_CONTROL: control, NODE_OPTIONS: `--import=${preload}` } });
  try {
    await gateway.post(webhook(ONE, { messages: [{ ...text(CUSTOMER, 'wamid.OPEN'), timestamp: String(Math.floor(Date.now() / 1000)) }] }));
    await until('the conversation is open', async () => (await gateway.events()).length === 1);
    const body = { channel: 'ch_wa', to: { phone: `+${CUSTOMER}` }, content: { type: 'text', text: 'hello' } };
    const { id } = (await gateway.call('/v1/messages', { method: 'POST', body })).json as unknown as { id: string };
    await until('the first call', async () => cloud.calls.length === 1);
    writeFileSync(control, JSON.stringify({ clock }));
    gateway.child.kill('SIGUSR2');
    await until('the alarm', async () => /the wall clock was stepped/.test(gateway.log()));
    await until(`${calls} calls`, async () => cloud.calls.length >= calls);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(cloud.calls).toHaveLength(calls);
    expect(((await gateway.call(`/v1/messages/${id}`)).json as unknown as { status: string }).status).toBe(status);
  } finally {
    await gateway.kill();
    remove(gateway);
    rmSync(aside, { recursive: true });
    await cloud.end();
  }
});

test('a start by an earlier clock than the last: a reply that waits is sent in its time, and before a later one', async () => {
  const aside = mkdtempSync(join(tmpdir(), 'parlance-clock-'));
  const control = join(aside, 'control.json');
  const cloud = await startCloudApi({ [`+${CUSTOMER}`]: first(refuse(2, 500)) });
  const preload = new URL('../faults/preload/chaos.mjs', import.meta.url).href;
  const options = { channels: [channel('ch_wa', ONE)], env: { GRAPH_API_URL: cloud.url, FAULTS_CONTROL: control, NODE_OPTIONS: `--import=${preload}` } };
  let gateway = await startGateway(options);
  const send = async (words: string) => {
    const body = { channel: 'ch_wa', to: { phone: `+${CUSTOMER}` }, content: { type: 'text', text: words } };
    return ((await gateway.call('/v1/messages', { method: 'POST', body })).json as unknown as { id: string }).id;
  };
  try {
    await gateway.post(webhook(ONE, { messages: [{ ...text(CUSTOMER, 'wamid.OPEN'), timestamp: String(Math.floor(Date.now() / 1000)) }] }));
    await until('the conversation is open', async () => (await gateway.events()).length === 1);
    writeFileSync(control, JSON.stringify({ clock: HOUR }));
    gateway.child.kill('SIGUSR2');
    await until('the alarm', async () => /the wall clock was stepped/.test(gateway.log()));
    const before = await send('before');
    await until('the first call', async () => cloud.calls.length === 1);
    await until('it is recorded', async () => ((await gateway.call(`/v1/messages/${before}`)).json as unknown as { exchanges: unknown[] }).exchanges.length === 1);
    await gateway.kill();
    const early = cloud.calls.length;
    gateway = await startGateway({ ...options, dir: gateway.dir });
    const after = await send('after');
    await until('both', async () => cloud.calls.some((c) => c.own.startsWith(after)) && cloud.calls.filter((c) => c.own.startsWith(before)).length === 2);
    expect(early).toBeLessThan(3);
    expect(cloud.calls.map((c) => (c.own.startsWith(before) ? 'before' : 'after'))).toEqual(['before', 'before', 'after']);
    expect(after > before).toBe(true);
  } finally {
    await gateway.kill();
    remove(gateway);
    rmSync(aside, { recursive: true });
    await cloud.end();
  }
});
