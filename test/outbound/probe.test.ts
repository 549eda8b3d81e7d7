import { probeAfterMs } from '../../src/outbound/probe-channels.ts';
import { accept, type Behaviour, refuse, startCloudApi } from '../support/cloud-api.ts';
import { channel, remove, startGateway, type TestGateway, text, until, webhook } from '../support/gateway.ts';
import { type Desk, openDesk } from '../support/outbound-desk.ts';

const ANA = { phone: '+447700900101' };
const BEN = { phone: '+447700900102' };
const NUMBER = '207700000000123';

test('twice as long each time, an hour at most', () => {
  expect([0, 1, 2, 5, 6, 400].map((n) => probeAfterMs(n, 60_000))).toEqual([60_000, 120_000, 240_000, 1_920_000, 3_600_000, 3_600_000]);
});

describe('by one waiting message', () => {
  const restricted = { code: 'channel_restricted', scope: 'channel' } as const;
  let desk: Desk;
  let waiting: string;
  const channelState = async () => (await desk.rows<{ state: string; state_reason: string | null }>("SELECT state, state_reason FROM channels WHERE id = 'wa'"))[0];
  const changes = async () => (await desk.rows<{ body: string }>("SELECT body FROM events WHERE type = 'channel.changed' ORDER BY off")).map((e) => JSON.parse(e.body).data.change);
  const trial = async (end: Parameters<Desk['outcome']>[1]) => {
    const claimed = await desk.run((tx) => desk.operations.claim(tx, { id: waiting, epoch: 1, nowMs: desk.clock.now, trial: true }));
    if (claimed) await desk.outcome(claimed, end, undefined, true);
    return claimed !== null;
  };
  beforeEach(async () => {
    desk = openDesk();
    await desk.channel('wa');
    for (const { phone } of [ANA, BEN]) await desk.customer('wa', phone);
    await desk.call(await desk.send('wa', ANA), restricted);
    waiting = await desk.send('wa', BEN);
  });
  afterEach(() => desk.close());

  test('refused still: it stays queued, and nothing is told again', async () => {
    expect(await trial(restricted)).toBe(true);
    expect(await channelState()).toEqual({ state: 'paused', state_reason: 'channel_restricted' });
    expect(await desk.message(waiting)).toMatchObject({ state: 'queued', queue_state: 'ready', error_code: null });
    expect(await desk.timeline(waiting)).toEqual(['queued', 'refused_still']);
    expect(await changes()).toHaveLength(1);
  });
  test('taken: the channel goes on, and tells so', async () => {
    expect(await trial('accepted')).toBe(true);
    expect(await channelState()).toEqual({ state: 'active', state_reason: null });
    expect(await changes()).toMatchObject([
      { kind: 'paused', event: 'channel_restricted' },
      { kind: 'resumed', event: 'probe', platform: { code: 'channel_restricted' } },
    ]);
  });
  test('a refusal of this one message says nothing of the channel', async () => {
    expect(await trial({ code: 'recipient_unreachable', scope: 'recipient' })).toBe(true);
    expect(await channelState()).toMatchObject({ state: 'paused' });
    expect(await desk.message(waiting)).toMatchObject({ state: 'failed', error_code: 'recipient_unreachable' });
  });
  test('what an operator paused, or goes on already, is not tried; nothing else is claimed meanwhile', async () => {
    expect(await desk.claim(waiting)).toBeNull();
    await desk.rows("UPDATE channels SET state_reason = 'operator' WHERE id = 'wa'");
    expect(await trial('accepted')).toBe(false);
    await desk.rows("UPDATE channels SET state = 'active', state_reason = NULL WHERE id = 'wa'");
    expect(await trial('accepted')).toBe(false);
  });
});

let gateway: TestGateway;
test.each([
  ['restricted', 131031, 'channel_restricted'],
  ['not authorised', 190, 'channel_unauthorized'],
])(
  '%s (%i): the queue waits, and goes by itself when the platform takes it again',
  async (_what, code, reason) => {
    let open = false;
    const stopped: Behaviour = (response, call) => (open ? accept : refuse(code))(response, call);
    const platform = await startCloudApi({ '+447700900101': stopped, '447700900101': stopped, '+447700900102': stopped, '447700900102': stopped });
    gateway = await startGateway({ channels: [channel('ch_wa', NUMBER)], env: { GRAPH_API_URL: platform.url, CHANNEL_PROBE_SECONDS: '1' } });
    const at = String(Math.floor(Date.now() / 1000));
    const senders = ['447700900101', '447700900102'];
    await gateway.post(webhook(NUMBER, { messages: senders.map((from, i) => ({ ...text(from, `wamid.IN${i}`), timestamp: at })) }));
    await until('the customers are known', async () => (await gateway.events()).filter((e) => e.type === 'message.received').length === 2);
    const send = async (phone: string) =>
      ((await gateway.call('/v1/messages', { method: 'POST', body: { channel: 'ch_wa', to: { phone }, content: { type: 'text', text: 'x' } } })).json as { id: string }).id;
    const first = await send('+447700900101');
    const state = async () => (await gateway.call('/v1/channels/ch_wa')).json as { state: string; stateReason: string | null };
    await until('it is paused', async () => (await state()).state === 'paused');
    expect((await gateway.call(`/v1/messages/${first}`)).json).toMatchObject({ status: 'failed', error: { code: reason } });
    const second = await send('+447700900102');
    expect(await state()).toMatchObject({ state: 'paused', stateReason: reason });
    open = true;
    platform.account = { id: NUMBER, display_phone_number: '+1 555 010 0199' };
    await until('it went', async () => platform.calls.some((c) => c.to.endsWith('102') && c.own.startsWith(second)) && (await state()).state === 'active', 20_000);
    const changed = (await gateway.events()).filter((e) => e.type === 'channel.changed') as unknown as { data: { change: { kind: string; event: string } } }[];
    expect(changed.map((e) => [e.data.change.kind, e.data.change.event])).toEqual([
      ['paused', reason],
      ['resumed', 'probe'],
    ]);
    await gateway.kill();
    remove(gateway);
    await platform.end();
  },
  60_000,
);
