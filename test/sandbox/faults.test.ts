import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import http from 'node:http';
import { FAULT_KINDS, kindOf } from '../../src/sandbox/core/fault-kinds.ts';
import { createFaults } from '../../src/sandbox/core/faults.ts';
import { sleep, until } from '../support/gateway.ts';
import { type Sandbox, startSandbox } from '../support/sandbox.ts';

const FROM = '447700900123';
const SEND = '/v26.0/207700000000123/messages';
type Value = Record<string, Record<string, unknown>[]>;

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox('whatsapp');
});
afterEach(() => sandbox.stop());

const begin = (kind: string, more: object = {}) => sandbox.call('/sandbox/faults', { body: { kind, ...more } });
const end = () => sandbox.call('/sandbox/faults', { method: 'DELETE' });
const write = async (text = 'hi', from = FROM) => ((await sandbox.call('/sandbox/whatsapp/messages', { body: { from, text } })).json as { id: string }).id;
const send = (to = FROM, text = 'hello') => sandbox.call(SEND, { token: 'wa-token', body: { messaging_product: 'whatsapp', to: `+${to}`, type: 'text', text: { body: text } } });
const values = () =>
  sandbox.receiver.hooks.flatMap(({ body }) => (JSON.parse(body) as { entry: { changes: { value: Value }[] }[] }).entry.flatMap((e) => e.changes.map((c) => c.value)));
const messages = () => values().flatMap((v) => v.messages ?? []);
const statuses = () => values().flatMap((v) => v.statuses ?? []);
const signedWith = (i: number, secret: string) => {
  const { body, headers } = sandbox.receiver.hooks[i]!;
  return headers['x-hub-signature-256'] === `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
};
const hooks = (n: number) => until(`${n} webhooks`, async () => sandbox.receiver.hooks.length >= n);
const shown = async () =>
  ((await sandbox.call(`/sandbox/whatsapp/messages?phone=${FROM}`)).json as { messages: { from: string }[] }).messages.filter((m) => m.from === 'business').length;

describe('webhooks', () => {
  test('duplicate: each comes twice, the same bytes', async () => {
    await begin('duplicate');
    await write();
    await hooks(2);
    expect(sandbox.receiver.hooks[0]!.body).toBe(sandbox.receiver.hooks[1]!.body);
  });
  test('reorder: after the next of the conversation; alone, after 2 s', async () => {
    await begin('reorder', { share: 0.5, seed: 7 }); // its draws: the second strikes
    for (const text of ['one', 'two', 'three']) await write(text);
    await until('the three', async () => messages().length === 3);
    expect(messages().map((m) => (m.text as { body: string }).body)).not.toEqual(['one', 'two', 'three']);
    await end();
    await begin('reorder');
    await write('alone');
    await sleep(300);
    expect(messages()).toHaveLength(3);
    await until('the fourth', async () => messages().length === 4);
  });
  test('delay: it comes, but not at once', async () => {
    await begin('delay');
    const before = Date.now();
    await Promise.all(Array.from({ length: 8 }, (_, i) => write('hi', `44770090010${i}`)));
    await until('the eight', async () => messages().length === 8);
    expect(Date.now() - before).toBeGreaterThan(500);
  });
  test('lost-answer: taken, and it comes again', async () => {
    await begin('lost-answer');
    await write();
    await hooks(2);
    expect((await sandbox.call('/sandbox/stats')).json.whatsapp).toMatchObject({ webhooks: { sent: 1, retried: expect.any(Number) } });
  });
  test.each([
    ['wrong-signature', 'wa-secret', 'wa-secret-before', false],
    ['old-signature', 'wa-secret-before', 'wa-secret', true],
  ])('%s', async (kind, one, other, good) => {
    await begin(kind);
    await write();
    await hooks(1);
    expect([signedWith(0, one), signedWith(0, other)]).toEqual([good, false]);
  });
  test('unknown-field: what was told is still there, and more', async () => {
    await begin('unknown-field');
    const id = await write();
    await hooks(1);
    expect(messages()[0]).toMatchObject({ id, text: { body: 'hi' }, sandbox_unknown: {} });
  });
  test('unknown-type: a further message of a type that nobody knows', async () => {
    await begin('unknown-type');
    const id = await write();
    await hooks(1);
    expect(messages().map((m) => [m.type, m.id === id])).toEqual([
      ['text', true],
      ['sandbox_unknown', false],
    ]);
  });
  test('webhooks-unsubscribed: nothing comes until it ends', async () => {
    await begin('webhooks-unsubscribed');
    await write('lost');
    await end();
    await write('seen');
    await hooks(1);
    await sleep(100);
    expect(messages().map((m) => (m.text as { body: string }).body)).toEqual(['seen']);
  });
});

describe('calls', () => {
  test.each([
    ['token-revoked', 401, 190],
    ['429-burst', 429, 130429],
    ['130429-burst', 400, 130429],
    ['131056-burst', 400, 131056],
    ['80007-burst', 400, 80007],
  ])('%s: refused, and nothing is sent', async (kind, status, code) => {
    await write();
    await begin(kind);
    expect(await send()).toMatchObject({ status, json: { error: { code } } });
    expect(await shown()).toBe(0);
    await end();
    expect((await send()).status).toBe(200);
  });
  test.each([
    ['reset-after-write', /ECONNRESET|socket hang up|other side closed/],
    ['half-answer', /terminated|aborted|other side closed/],
  ])('%s: it took effect', async (kind, words) => {
    await write();
    await begin(kind, { channel: 'whatsapp' });
    const failed = await send().then(
      () => null,
      (error: Error) => `${error.message} ${String((error.cause as Error | undefined)?.message)}`,
    );
    expect(failed).toMatch(words);
    expect(await shown()).toBe(1);
  });
  test('5xx-after-accept', async () => {
    await write();
    await begin('5xx-after-accept');
    expect([(await send()).status, await shown()]).toEqual([503, 1]);
  });
  test('200-without-id', async () => {
    await write();
    await begin('200-without-id');
    const { status, json } = await send();
    expect([status, 'messages' in json, await shown()]).toEqual([200, false, 1]);
  });
  test('timeout-after-accept: never an answer', async () => {
    await write();
    await begin('timeout-after-accept');
    const given = new AbortController();
    const call = fetch(sandbox.url + SEND, {
      method: 'POST',
      headers: { authorization: 'Bearer wa-token' },
      body: JSON.stringify({ messaging_product: 'whatsapp', to: FROM, type: 'text', text: { body: 'x' } }),
      signal: given.signal,
    });
    let answered = false;
    const ended = call.then(
      () => (answered = true),
      () => {},
    );
    await until('it was taken', async () => (await shown()) === 1);
    await sleep(300);
    expect(answered).toBe(false);
    given.abort();
    await ended;
    await end();
  });
  test('connection-refused: nobody listens, then somebody does again', async () => {
    await begin('connection-refused', { seconds: 5 });
    const refused = () =>
      sandbox.call('/sandbox/clock').then(
        () => '',
        (error: Error) => String((error.cause as { code?: string } | undefined)?.code),
      );
    await until('nobody listens', async () => (await refused()) === 'ECONNREFUSED', 4000);
    await until('it answers again', () =>
      sandbox.call('/sandbox/clock').then(
        (a) => a.status === 200,
        () => false,
      ),
    );
  });
  test('connection-refused: who was let in is answered, also where the platform stood still meanwhile', async () => {
    const source = `
      const http = require('node:http');
      const ends = [];
      const end = (how) => { if (ends.push(how) === 40) process.send(ends); };
      process.stdin.once('data', () => {
        for (let i = 0; i < 40; i++) http.get(process.argv[1], { agent: false }, (r) => r.resume().on('end', () => end('answered'))).on('error', (e) => end(e.code));
      });
      process.send([]);`;
    const caller = spawn(process.execPath, ['-e', source, `${sandbox.url}/sandbox/clock`], { stdio: ['pipe', 'inherit', 'inherit', 'ipc'] });
    const heard = () => new Promise<string[]>((resolve) => caller.once('message', (ends) => resolve(ends as string[])));
    await heard();
    const all = heard();
    await begin('connection-refused', { seconds: 5 });
    caller.stdin?.write('go');
    for (const end = Date.now() + 400; Date.now() < end; ); // all have connected, and the port is due to close
    const ends = await all;
    caller.kill();
    expect([...new Set(ends)].filter((e) => e !== 'answered' && e !== 'ECONNREFUSED')).toEqual([]);
  });
  test('idle-closed: the connection is gone soon after the answer', async () => {
    const closedAfter = () =>
      new Promise<number>((resolve) => {
        const agent = new http.Agent({ keepAlive: true });
        http.get(`${sandbox.url}/sandbox/clock`, { agent }, (response) => {
          const answered = Date.now();
          response.resume().socket.once('close', () => resolve(Date.now() - answered));
          setTimeout(() => agent.destroy(), 4500).unref();
        });
      });
    expect(await closedAfter()).toBeGreaterThan(500);
    await begin('idle-closed');
    expect(await closedAfter()).toBeLessThan(4000);
  });
  test('expired-media: neither the id nor a link leads anywhere', async () => {
    await sandbox.call('/sandbox/whatsapp/messages', { body: { from: FROM, media: [{ mimeType: 'image/png', base64: 'YWJj' }] } });
    await hooks(1);
    const { id, url } = messages()[0]!.image as { id: string; url: string };
    const get = async (address: string) => (await fetch(address, { headers: { authorization: 'Bearer wa-token' } })).status;
    expect([await get(`${sandbox.url}/v26.0/${id}`), await get(url)]).toEqual([200, 200]);
    await begin('expired-media');
    expect([await get(`${sandbox.url}/v26.0/${id}`), await get(url)]).toEqual([404, 404]);
  });
});

describe('statuses', () => {
  const words = () => statuses().map((s) => s.status);
  test('early: before the answer to the send', async () => {
    await write();
    await begin('early-status');
    const answer = send();
    await until('the statuses', async () => words().length === 3);
    let answered = false;
    void answer.then(() => (answered = true));
    await sleep(10);
    expect(answered).toBe(false);
    expect((await answer).status).toBe(200);
  });
  test('late: 15 s after the message', async () => {
    await write();
    await begin('late-status');
    await send();
    await sleep(400);
    expect(words()).toEqual([]);
    await sandbox.call('/sandbox/clock', { body: { advanceSeconds: 16 } });
    await until('the statuses', async () => words().length === 3);
  });
  test('backwards: read comes first', async () => {
    await write();
    await begin('backwards-status');
    await send();
    await until('the statuses', async () => words().length === 3);
    expect(words()).toEqual(['read', 'delivered', 'sent']);
  });
});

describe('asking for faults', () => {
  test.each<[string, unknown, RegExp]>([
    ['a kind that does not exist', { kind: 'earthquake' }, /earthquake.*duplicate, reorder.*idle-closed/],
    ['no kind', {}, /"kind"/],
    ['a share above 1', { kind: 'delay', share: 2 }, /"share"/],
    ['a time that is none', { kind: 'delay', seconds: -1 }, /"seconds"/],
    ['another platform', { kind: 'delay', channel: 'sms' }, /channel is one of whatsapp/],
    ['a refusal of another platform', { kind: '20429-burst' }, /no refusal of whatsapp/],
    ['no JSON', 'x', /"kind"/],
  ])('%s is 400 that says what there is', async (_what, body, words) => {
    const { status, json } = await sandbox.call('/sandbox/faults', { body });
    expect([status, String(json.detail)]).toEqual([400, expect.stringMatching(words)]);
  });
  test('they are listed with what they struck, and end one by one, all at once, or by their time', async () => {
    const { json } = await begin('duplicate', { share: 1, seconds: 60, seed: 3, channel: 'whatsapp' });
    await begin('delay', { share: 0 });
    await write();
    const listed = async () => ((await sandbox.call('/sandbox/faults')).json as { faults: { kind: string; struck: number }[] }).faults.map((f) => `${f.kind} ${f.struck}`);
    expect(await listed()).toEqual(['duplicate 1', 'delay 0']);
    expect((await sandbox.call(`/sandbox/faults?id=${json.id}`, { method: 'DELETE' })).json).toEqual({ ended: 1 });
    await begin('reorder', { seconds: 0.05 });
    await sleep(100);
    expect(await listed()).toEqual(['delay 0']);
    expect((await end()).json).toEqual({ ended: 1 });
  });
  test('advancing the platform’s time ends none', async () => {
    await begin('duplicate', { seconds: 60 });
    await sandbox.call('/sandbox/clock', { body: { advanceSeconds: 86_400 } });
    expect((await sandbox.call('/sandbox/faults')).json.faults).toHaveLength(1);
  });
  test('the same seed strikes the same', () => {
    const draws = (seed: number) => {
      const faults = createFaults();
      faults.begin({ kind: 'delay', channel: null, share: 0.3, seconds: 60, seed });
      return Array.from({ length: 200 }, () => faults.strikes('delay', 'sms'));
    };
    expect(draws(5)).toEqual(draws(5));
    expect(draws(5)).not.toEqual(draws(6));
    expect(draws(5).filter(Boolean).length).toBeGreaterThan(30);
    expect(draws(5).filter(Boolean).length).toBeLessThan(90);
  });
  test.each([
    ['duplicates', 'duplicate'],
    ['429', '429-burst'],
    ['130429', '130429-burst'],
    ['wrong_signatures', 'wrong-signature'],
    ['status-early', 'early-status'],
    ['statuses-backwards', 'backwards-status'],
    ['late-statuses', 'late-status'],
    ['unknown-types', 'unknown-type'],
    ['connections-refused', null],
    ['idle-connections-closed', 'idle-closed'],
    ...Object.keys(FAULT_KINDS).map((k) => [k, k] as [string, string]),
  ])('%s means %s', (asked, kind) => expect(kindOf(asked)).toBe(kind));
});
