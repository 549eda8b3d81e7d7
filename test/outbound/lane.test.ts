import type { Limits } from '../../adapters/contract.ts';
import { capabilitiesOf } from '../../adapters/sms/limits.ts';
import { capabilities as whatsapp } from '../../adapters/whatsapp/limits.ts';
import { createLane } from '../../src/outbound/lane.ts';
import { laneKey, perSecondOf } from '../../src/outbound/pace.ts';
import { createPacing } from '../../src/outbound/pacing.ts';
import type { SendingChannel } from '../../src/outbound/sending-channel.ts';
import type { Turn } from '../../src/outbound/wire-window.ts';
import { sleep } from '../support/gateway.ts';

const sending = (over: Partial<SendingChannel> = {}): SendingChannel => ({
  id: 'ch',
  type: 'sms',
  provider: 'twilio',
  account: 'AC1 +447700900001',
  businessAccount: null,
  baseUrl: '',
  credentials: {},
  settings: {},
  ...over,
});

test.each<[string, Limits, Partial<SendingChannel>, number]>([
  ['a WhatsApp number', whatsapp.limits, { type: 'whatsapp', account: '207700000000123' }, 80],
  ['one after the upgrade', whatsapp.limits, { type: 'whatsapp', settings: { messagesPerSecond: 1000 } }, 1000],
  ['more than any platform permits', whatsapp.limits, { type: 'whatsapp', settings: { messagesPerSecond: 5000 } }, 80],
  ['more, of something else', whatsapp.limits, { type: 'whatsapp', settings: { messagesPerSecond: 5000, baseUrl: 'http://127.0.0.1' } }, 5000],
  ['a Coexistence number', whatsapp.limits, { type: 'whatsapp', settings: { coexistence: true } }, 20],
  ['a long code', capabilitiesOf('sms').limits, {}, 10],
  ['a toll-free number', capabilitiesOf('sms').limits, { account: 'AC1 +18885550100' }, 3],
  ['a short code', capabilitiesOf('sms').limits, { account: 'AC1 55555' }, 100],
  ['a WhatsApp sender of Twilio', capabilitiesOf('whatsapp').limits, { type: 'whatsapp', account: 'AC1 whatsapp:+18885550100' }, 80],
  ['an RCS sender', capabilitiesOf('rcs').limits, { type: 'rcs' }, 100],
])('the pace of %s', (_what, limits, over, expected) => expect(perSecondOf(limits, sending(over))).toBe(expected));

test('numbers of one messaging service share a lane', () => {
  const settings = { messagingServiceSid: 'MG1' };
  expect(laneKey(sending({ settings }))).toBe(laneKey(sending({ account: 'AC1 +447700900002', settings })));
  expect(laneKey(sending())).not.toBe(laneKey(sending({ account: 'AC1 +447700900002' })));
});

/** What ran, in order, and when. */
function runs() {
  const done: { name: string; at: number }[] = [];
  const begun = performance.now();
  return { done, work: (name: string) => async () => void done.push({ name, at: performance.now() - begun }), names: () => done.map((d) => d.name).join(' ') };
}

test('a reply overtakes a campaign that waits in the lane already; each in its order', async () => {
  const lane = createLane(50);
  const { work, names } = runs();
  const jobs = ['b1', 'b2', 'b3'].map((n) => lane.schedule(work(n), { priority: 0, units: 1 }));
  jobs.push(...['n1', 'n2'].map((n) => lane.schedule(work(n), { priority: 1, units: 1 })), lane.schedule(work('h1'), { priority: 2, units: 1 }));
  await Promise.all(jobs);
  expect(names()).toBe('h1 n1 n2 b1 b2 b3');
  lane.stop();
});

test('above 100 a second too, where a job carries several', async () => {
  const lane = createLane(300);
  const { work, done } = runs();
  const jobs = Array.from({ length: 60 }, (_, i) => lane.schedule(work(`b${i}`), { priority: 0, units: 1 }));
  jobs.push(lane.schedule(work('h'), { priority: 2, units: 1 }));
  await Promise.all(jobs);
  expect(done.findIndex((d) => d.name === 'h')).toBeLessThan(6);
  expect(done).toHaveLength(61);
  lane.stop();
});

test('a text of several segments takes as many places', async () => {
  const lane = createLane(50);
  const { work, done } = runs();
  const wired = (name: string) => async (turn: Turn) => {
    await turn.wire();
    await work(name)();
  };
  await Promise.all(Array.from({ length: 5 }, (_, i) => lane.schedule(wired(`${i}`), { priority: 1, units: 10 })));
  expect(done.at(-1)?.at).toBeLessThan(900);
  await lane.schedule(wired('next'));
  expect(done.at(-1)?.at).toBeGreaterThan(950);
  lane.stop();
});

test('a throttling answer halves the pace of its lane and of no other; Retry-After stops it', async () => {
  const pacing = createPacing();
  const [slow, other] = [sending(), sending({ id: 'ch2', account: 'AC1 +447700900002' })];
  const limits: Limits = { account: { perSecond: 50, inboundCounts: false } };
  const failure = { code: 'platform_throttled', outcome: 'not_sent', retryable: true, scope: 'channel', retryAfterMs: 2000 } as const;
  expect(pacing.lane(slow, limits).pausedFor()).toBe(0);
  pacing.refused(slow, limits, { failure, conversation: null });
  expect(pacing.lane(slow, limits).pausedFor()).toBeGreaterThan(100);
  expect(pacing.lane(other, limits).pausedFor()).toBe(0);
  await sleep(2050);
  expect(pacing.lane(slow, limits).pausedFor()).toBe(0);
  const [a, b] = [runs(), runs()];
  const turn = (channel: SendingChannel, work: () => Promise<void>) => pacing.schedule(channel, limits, { priority: 1, units: 1, media: false, work });
  await Promise.all(Array.from({ length: 6 }, () => [turn(slow, a.work('s')), turn(other, b.work('o'))]).flat());
  expect(a.done.at(-1)?.at).toBeGreaterThan(5 * 40 - 20);
  expect(b.done.at(-1)?.at).toBeLessThan(a.done.at(-1)?.at ?? 0);
  pacing.stop();
});

test('only a temporary fault of the whole account pauses it: not one message, not a refusal for good', () => {
  const pacing = createPacing();
  const limits: Limits = { account: { perSecond: 50, inboundCounts: false } };
  const failure = { code: 'platform_unavailable', outcome: 'not_sent', retryable: true, scope: 'message', retryAfterMs: 60_000 } as const;
  pacing.refused(sending(), limits, { failure, conversation: null });
  pacing.refused(sending(), limits, { failure: { ...failure, scope: 'channel', retryable: false }, conversation: null });
  expect(pacing.lane(sending(), limits).pausedFor()).toBe(0);
  pacing.refused(sending(), limits, { failure: { ...failure, scope: 'channel' }, conversation: null });
  expect(pacing.lane(sending(), limits).pausedFor()).toBeGreaterThan(59_000);
  pacing.stop();
});

test('audio and video have a lane of their own before that of the account', async () => {
  const pacing = createPacing();
  const limits: Limits = { account: { perSecond: 100, inboundCounts: false }, media: { perSecond: 10 } };
  const { work, done } = runs();
  const turn = (name: string, media: boolean) => pacing.schedule(sending(), limits, { priority: 1, units: 1, media, work: work(name) });
  await Promise.all([turn('m1', true), turn('m2', true), turn('m3', true), turn('t1', false), turn('t2', false)]);
  expect(done.map((d) => d.name).slice(-2)).toEqual(['m2', 'm3']);
  expect(done.at(-1)?.at).toBeGreaterThan(180);
  pacing.stop();
});

test('a pair token that was not used is given back', () => {
  const pacing = createPacing();
  const limits: Limits = { account: { perSecond: 50, inboundCounts: false }, recipient: { everyMs: 6000, burst: 1 } };
  expect(pacing.recipient(sending(), limits, 'cv')).toBe(0);
  expect(pacing.recipient(sending(), limits, 'cv')).toBeGreaterThan(0);
  pacing.giveBack(sending(), limits, 'cv');
  expect(pacing.recipient(sending(), limits, 'cv')).toBe(0);
});

test('what an older lane holds still goes when its settings change', async () => {
  const pacing = createPacing();
  const limits: Limits = { account: { perSecond: 20, inboundCounts: false } };
  const { work, names } = runs();
  const wired = (name: string) => async (turn: Turn) => {
    await turn.wire();
    await work(name)();
  };
  const jobs = Array.from({ length: 25 }, (_, i) => pacing.lane(sending(), limits).schedule(wired(`${i}`)));
  const faster = pacing.lane(sending({ settings: { messagesPerSecond: 100 } }), limits).schedule(wired('new'));
  await Promise.all([...jobs, faster]);
  expect(names().split(' ')).toHaveLength(26);
  pacing.stop();
});
