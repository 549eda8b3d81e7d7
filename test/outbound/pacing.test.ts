import type { Limits } from '../../adapters/contract.ts';
import { createLane } from '../../src/outbound/lane.ts';
import { createPacing } from '../../src/outbound/pacing.ts';
import type { SendingChannel } from '../../src/outbound/sending-channel.ts';
import type { Turn } from '../../src/outbound/wire-window.ts';
import { sleep } from '../support/gateway.ts';

const limits = { account: { perSecond: 80, inboundCounts: true }, recipient: { everyMs: 6000, burst: 45 } } as unknown as Limits;
const channel = { id: 'ch_wa', type: 'whatsapp', account: '1', settings: {} } as unknown as SendingChannel;
const most = (at: readonly number[]) => Math.max(...at.map((t) => at.filter((u) => u > t - 1000 && u <= t).length));
/** A call that takes `ms` to be answered; when it left. */
const calls = (at: number[], ms: () => number) => async (turn: Turn) => {
  await turn.wire();
  at.push(performance.now());
  await sleep(ms());
};

test('the whole rate is used and no second has more', async () => {
  const pacing = createPacing();
  const at: number[] = [];
  await Promise.all(Array.from({ length: 160 }, () => pacing.lane(channel, limits).schedule(calls(at, () => 1))));
  expect(most(at)).toBe(80);
  pacing.stop();
});
test('a pair waits a little longer than the platform asks for, from the first answer on', () => {
  const pacing = createPacing();
  const waits = Array.from({ length: 46 }, () => pacing.recipient(channel, limits, 'cv_1'));
  expect(waits.slice(0, 45).every((wait) => wait === 0)).toBe(true);
  expect(waits[45]).toBeGreaterThan(6100);
  pacing.recipientAnswered(channel, limits, 'cv_1');
  expect(pacing.recipient(channel, limits, 'cv_1')).toBeLessThanOrEqual(6250);
  expect(pacing.recipient(channel, limits, 'cv_1')).toBeGreaterThan(4000);
});
test('refusals of calls that were under way together slow an account down once', async () => {
  const lane = createLane(50);
  for (let i = 0; i < 9; i++) lane.throttled();
  const began = performance.now();
  await Promise.all(Array.from({ length: 11 }, () => lane.schedule(async () => {})));
  const took = performance.now() - began;
  expect(took).toBeGreaterThan(350); // 10 gaps of 38 ms, not of 19
  expect(took).toBeLessThan(5500); // and not of 640
  lane.stop();
});
test('a stall of this process does not end in a burst', async () => {
  const lane = createLane(70);
  const at: number[] = [];
  const all = Promise.all(Array.from({ length: 140 }, () => lane.schedule(calls(at, () => 1))));
  await sleep(500);
  for (const end = performance.now() + 600; performance.now() < end; ); // what is due meanwhile fires at once
  await all;
  expect(most(at)).toBeLessThanOrEqual(70);
  lane.stop();
});
test('what customers wrote counts at once, also before calls that wait already', async () => {
  const lane = createLane(70);
  const begin = performance.now();
  const at: number[] = [];
  const all = Promise.all(Array.from({ length: 30 }, () => lane.schedule(calls(at, () => 1))));
  lane.inbound(Array.from({ length: 60 }, () => 0));
  await all;
  expect(at.filter((t) => t - begin < 950).length).toBeLessThanOrEqual(10);
  lane.stop();
});
