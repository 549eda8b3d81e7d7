import { fallbackStep } from '../../src/outbound/fallback-step.ts';
import { type Desk, openDesk } from '../support/outbound-desk.ts';

const ANA = { phone: '+447700900101' };
let desk: Desk;
beforeEach(async () => {
  desk = openDesk();
  await desk.channel('wa');
  await desk.channel('sms', { type: 'sms', provider: 'twilio' });
  await desk.customer('wa', ANA.phone);
});
afterEach(() => desk.close());
const standIns = (id: string) =>
  desk.rows<{ id: string; channel: string; state: string; queue_state: string }>('SELECT id, channel, state, queue_state FROM messages WHERE fallback_of = $1', [id]);
const detail = async (id: string, kind: string) =>
  JSON.parse((await desk.rows<{ detail: string }>('SELECT detail FROM timeline WHERE message = $1 AND kind = $2', [id, kind]))[0]?.detail ?? 'null') as unknown;

test.each([
  ['delivered', 'done', 1, 'none'],
  ['canceled', 'done', 0, 'none'],
  ['queued', 'ready', 0, 'cancel'],
  ['queued', 'held', 0, 'cancel'],
  ['queued', 'waiting', 0, 'cancel'],
  ['queued', 'waiting', 1, 'go'],
  ['queued', 'calling', 0, 'wait'],
  ['unknown', 'doubt', 0, 'go'],
  ['sent', 'done', 1, 'go'],
  ['failed', 'done', 0, 'go'],
] as const)('%s and %s with %i parts sent: %s', (state, queueState, sentParts, step) => expect(fallbackStep({ state, queueState, sentParts })).toBe(step));

test('failed: the next channel takes over, once, with the command and metadata of the first', async () => {
  const id = await desk.send('wa', ANA, { fallback: [{ channel: 'sms', on: ['failed'] }], metadata: { order: 7 } });
  await desk.tick();
  expect(await standIns(id)).toEqual([]);
  await desk.call(id, { code: 'recipient_unreachable' });
  await desk.tick();
  await desk.tick();
  const [second, none] = await standIns(id);
  expect([second?.channel, none]).toEqual(['sms', undefined]);
  const [m] = await desk.rows('SELECT metadata, content FROM messages WHERE id = $1', [second?.id]);
  expect(m).toEqual({ metadata: '{"order":7}', content: '{"type":"text","text":"hello"}' });
  expect(await detail(id, 'fallback')).toEqual({ message: second?.id, channel: 'sms', canceled: false });
});

test('not delivered in time and still queued: the first is called off', async () => {
  const id = await desk.send('wa', ANA, { fallback: [{ channel: 'sms', on: ['not_delivered'], afterSeconds: 30 }] });
  desk.clock.now += 29_999;
  await desk.tick();
  expect(await standIns(id)).toEqual([]);
  desk.clock.now += 1;
  await desk.tick();
  expect(await standIns(id)).toHaveLength(1);
  expect(await desk.message(id)).toMatchObject({ state: 'canceled', queue_state: 'done' });
  expect(await desk.claim(id)).toBeNull();
});

test('sent and not delivered in time: it cannot be called back, and the timeline says so', async () => {
  const id = await desk.send('wa', ANA, { fallback: [{ channel: 'sms', on: ['not_delivered'], afterSeconds: 30 }] });
  await desk.call(id);
  await desk.status(id, 'sent');
  desk.clock.now += 30_000;
  await desk.tick();
  expect(await detail(id, 'fallback')).toMatchObject({ canceled: false, mayStillArrive: true });
});

test('delivered in time: nobody takes over; delivered late: what has not begun is called off', async () => {
  const fallback = [{ channel: 'sms', on: ['not_delivered' as const], afterSeconds: 30 }];
  const [inTime, late] = [await desk.send('wa', ANA, { fallback }), await desk.send('wa', ANA, { fallback })];
  await desk.call(inTime);
  await desk.call(late);
  await desk.status(inTime, 'delivered');
  desk.clock.now += 30_000;
  await desk.tick();
  expect(await standIns(inTime)).toEqual([]);
  await desk.status(late, 'delivered');
  await desk.tick();
  expect(await standIns(late)).toMatchObject([{ state: 'canceled', queue_state: 'done' }]);
});

test('a doubt that another channel took over from is not resent, whatever the policy', async () => {
  await desk.channel('wa2', { settings: { onUnknown: 'resend' } });
  await desk.customer('wa2', ANA.phone);
  const id = await desk.send('wa2', ANA, { fallback: [{ channel: 'sms', on: ['not_delivered'], afterSeconds: 30 }] });
  await desk.call(id, { code: 'outcome_unknown', outcome: 'unknown' });
  desk.clock.now += 30_000;
  await desk.tick();
  expect(await standIns(id)).toHaveLength(1);
  desk.clock.now += 3_600_000;
  await desk.tick();
  expect(await desk.claim(id)).toBeNull();
  expect(await desk.timeline(id)).toEqual(['queued', 'unknown', 'fallback']);
});

test('a chain: the second stands in for the first and the third for the second; a channel that refuses is passed over', async () => {
  await desk.channel('wa2'); // the customer never wrote there: a template is needed
  const id = await desk.send('wa', ANA, {
    fallback: [
      { channel: 'wa2', on: ['failed'] },
      { channel: 'sms', on: ['failed'] },
    ],
  });
  await desk.call(id, {});
  await desk.tick();
  expect(await standIns(id)).toMatchObject([{ channel: 'sms' }]);
  expect(await detail(id, 'fallback_refused')).toMatchObject({ channel: 'wa2', error: { code: 'template_needed' } });
});

test('a channel of another tenant is none', async () => {
  await desk.channel('other', { type: 'sms', provider: 'twilio', tenant: 'globex' });
  await expect(desk.send('wa', ANA, { fallback: [{ channel: 'other', on: ['failed'] }] })).rejects.toMatchObject({ code: 'unknown_channel', pointer: '/fallback/0/channel' });
});

describe('failed statuses', () => {
  test('temporary by the table: a new attempt after its wait, so often as configured, then the fallback', async () => {
    const id = await desk.send('wa', ANA, { fallback: [{ channel: 'sms', on: ['failed'] }] });
    for (const attempt of [1, 2, 3]) {
      await desk.call(id);
      await desk.status(id, 'failed', { attempt, failure: { retryAfterMs: 5000 } });
      await desk.tick();
      expect(await desk.message(id)).toMatchObject({ state: 'failed', attempt });
      desk.clock.now += 5000;
      await desk.tick();
    }
    expect(await desk.message(id)).toMatchObject({ state: 'failed', attempt: 3 });
    await desk.tick();
    expect(await standIns(id)).toHaveLength(1);
  });
  test('for good by the table: never', async () => {
    const id = await desk.send('wa', ANA);
    await desk.call(id);
    await desk.status(id, 'failed', { failure: { code: 'recipient_unreachable', retryable: false } });
    desk.clock.now += 3_600_000;
    await desk.tick();
    expect(await desk.message(id)).toMatchObject({ state: 'failed', attempt: 1 });
  });
  test('a new attempt in doubt is not resent once the first one is delivered', async () => {
    await desk.channel('wa2', { settings: { onUnknown: 'resend' } });
    await desk.customer('wa2', ANA.phone);
    const id = await desk.send('wa2', ANA);
    await desk.call(id);
    await desk.status(id, 'failed', { failure: {} });
    await desk.tick();
    await desk.call(id, { code: 'outcome_unknown', outcome: 'unknown' });
    await desk.status(id, 'delivered');
    desk.clock.now += 3_600_000;
    await desk.tick();
    expect(await desk.message(id)).toMatchObject({ state: 'delivered', attempt: 2, queue_state: 'done' });
  });
  test('what is delivered after all is not sent again', async () => {
    const [early, late] = [await desk.send('wa', ANA), await desk.send('wa', ANA)];
    await desk.call(early);
    await desk.call(late);
    await desk.status(early, 'failed', { failure: { retryAfterMs: 5000 } });
    await desk.status(late, 'failed', { failure: { retryAfterMs: 5000 } });
    await desk.status(early, 'delivered');
    desk.clock.now += 5000;
    await desk.tick();
    await desk.status(late, 'delivered');
    expect(await desk.message(early)).toMatchObject({ state: 'delivered', attempt: 1, queue_state: 'done' });
    expect(await desk.message(late)).toMatchObject({ state: 'delivered', attempt: 2, queue_state: 'done' });
    expect(await desk.claim(late)).toBeNull();
  });
});
