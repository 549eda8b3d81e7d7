import { createSecondGuard } from '../../src/outbound/second-guard.ts';

test('a number that only receives keeps no more than its second: 100,000 messages leave as many times as may go in one', () => {
  const guard = createSecondGuard(80);
  for (let i = 0; i < 100_000; i++) guard.note();
  expect(guard.size()).toBe(80);
});
test('what others used of a second is waited for', async () => {
  const guard = createSecondGuard(3);
  guard.note();
  guard.note();
  await guard.pass(1); // the third of three
  const started = performance.now();
  await guard.pass(1);
  expect(performance.now() - started).toBeGreaterThan(500);
});
