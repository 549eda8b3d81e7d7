import { sleep, until } from '../support/gateway.ts';
import { type Sandbox, startSandbox } from '../support/sandbox.ts';
import type { Hook } from '../support/webhook-receiver.ts';

/** The same faults on the other platforms, in their own words. */
const FROM = '+447700900123';
const SID = `AC${'1'.repeat(32)}`;
const basic = `Basic ${Buffer.from(`${SID}:sms-secret`).toString('base64')}`;
interface Platform {
  readonly only: 'messenger' | 'sms';
  send(sandbox: Sandbox, customer: string): Promise<{ status: number; json: Record<string, unknown> }>;
  codeOf(json: Record<string, unknown>): unknown;
  /** Statuses that were told, oldest first. */
  statuses(hooks: readonly Hook[]): string[];
  readonly words: readonly string[];
  readonly revoked: readonly [number, number];
  readonly throttled: readonly [number, number];
}
const graph = async (sandbox: Sandbox, token: string, node: string, customer: string) =>
  sandbox.call(`/v26.0/${node}/messages`, { token, body: { recipient: { id: customer }, messaging_type: 'RESPONSE', message: { text: 'hello' } } });
const errorCode = (json: Record<string, unknown>) => (json.error as { code: number } | undefined)?.code;
const items = (hooks: readonly Hook[]) =>
  hooks.flatMap(({ body }) => (JSON.parse(body) as { entry: { messaging?: Record<string, unknown>[] }[] }).entry.flatMap((e) => e.messaging ?? []));
const PLATFORMS: Readonly<Record<string, Platform>> = {
  messenger: {
    only: 'messenger',
    send: (sandbox, customer) => graph(sandbox, 'fb-token', 'me', customer),
    codeOf: errorCode,
    statuses: (hooks) => items(hooks).flatMap((i) => (i.delivery ? ['delivery'] : i.read ? ['read'] : [])),
    words: ['delivery', 'read'],
    revoked: [401, 190],
    throttled: [429, 613],
  },
  sms: {
    only: 'sms',
    async send(sandbox) {
      const body = new URLSearchParams({ To: FROM, From: '+14155550101', Body: 'hello', StatusCallback: `${sandbox.receiver.url}/status` });
      const response = await fetch(`${sandbox.url}/2010-04-01/Accounts/${SID}/Messages.json`, { method: 'POST', headers: { authorization: basic }, body });
      const text = await response.text();
      return { status: response.status, json: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} };
    },
    codeOf: (json) => json.code,
    statuses: (hooks) => hooks.flatMap(({ path, body }) => (path === '/status' ? [String(new URLSearchParams(body).get('MessageStatus'))] : [])),
    words: ['sent', 'delivered'],
    revoked: [401, 20003],
    throttled: [429, 20429],
  },
};

describe.each(Object.entries(PLATFORMS))('%s', (name, platform) => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox(platform.only);
  });
  afterEach(() => sandbox.stop());
  const begin = (kind: string, more: object = {}) => sandbox.call('/sandbox/faults', { body: { kind, ...more } });
  const write = async () => (await sandbox.call(`/sandbox/${name}/messages`, { body: { from: FROM, text: 'hi' } })).json as { id: string; customer: string };
  const shown = async () =>
    ((await sandbox.call(`/sandbox/${name}/messages?phone=${encodeURIComponent(FROM)}`)).json.messages as { from: string }[]).filter((m) => m.from === 'business').length;
  const stats = async () => (await sandbox.call('/sandbox/stats')).json[name] as { accepted: { total: number }; refused: Record<string, number>; webhooks: { sent: number } };

  test('a revoked token and a burst of refusals, in the platform’s words', async () => {
    const { customer } = await write();
    for (const [kind, [status, code]] of [
      ['token-revoked', platform.revoked],
      ['429-burst', platform.throttled],
    ] as const) {
      await begin(kind);
      const answer = await platform.send(sandbox, customer);
      expect([kind, answer.status, platform.codeOf(answer.json)]).toEqual([kind, status, code]);
      await sandbox.call('/sandbox/faults', { method: 'DELETE' });
    }
    expect([await shown(), (await stats()).accepted.total]).toEqual([0, 0]);
    expect((await platform.send(sandbox, customer)).status).toBeLessThan(300);
    expect(await stats()).toMatchObject({ accepted: { total: 1 }, refused: { [platform.throttled[1]]: 1 } });
  });
  test.each(['5xx-after-accept', '200-without-id'])('%s: it took effect', async (kind) => {
    const { customer } = await write();
    await begin(kind);
    const { status, json } = await platform.send(sandbox, customer);
    expect([status, json.sid ?? json.message_id]).toEqual([kind === '200-without-id' ? 200 : 503, undefined]);
    await until('the phone shows it', async () => (await shown()) === 1);
  });
  test('a webhook comes twice, or not at all', async () => {
    await begin('duplicate');
    await write();
    await until('both', async () => sandbox.receiver.hooks.length === 2);
    expect(sandbox.receiver.hooks[0]!.body).toBe(sandbox.receiver.hooks[1]!.body);
    await sandbox.call('/sandbox/faults', { method: 'DELETE' });
    await begin('webhooks-unsubscribed');
    await write();
    await sleep(200);
    expect(sandbox.receiver.hooks).toHaveLength(2);
  });
  test('what is unknown stands beside what is known', async () => {
    await begin('unknown-field');
    const { id } = await write();
    await until('the webhook', async () => sandbox.receiver.hooks.length === 1);
    expect(sandbox.receiver.hooks[0]!.body).toContain(encodeURIComponent(id).slice(0, 20));
    expect(sandbox.receiver.hooks[0]!.body).toMatch(/sandbox_?unknown/i);
  });
  test('statuses come in their order, and backwards when that is asked for', async () => {
    const { customer } = await write();
    await platform.send(sandbox, customer);
    await until('the statuses', async () => platform.statuses(sandbox.receiver.hooks).length === 2);
    expect(platform.statuses(sandbox.receiver.hooks)).toEqual(platform.words);
    sandbox.receiver.hooks.splice(0);
    await begin('backwards-status');
    await platform.send(sandbox, customer);
    await until('the statuses', async () => platform.statuses(sandbox.receiver.hooks).length === 2);
    expect(platform.statuses(sandbox.receiver.hooks)).toEqual([...platform.words].reverse());
  });
});
