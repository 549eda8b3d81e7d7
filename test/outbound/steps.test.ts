import type { ClaimArgs, Claimed } from '../../src/outbound/claim.ts';
import type { OutcomeArgs } from '../../src/outbound/record-outcome.ts';
import type { StepArgs } from '../../src/outbound/step.ts';
import { createSteps } from '../../src/outbound/steps.ts';
import type { Store } from '../../src/store/port.ts';

const claim = (id: string): ClaimArgs => ({ id, epoch: 1, nowMs: 0 });
const outcome = (message: string) => ({ message, attempt: 1, part: 1 }) as OutcomeArgs;
/** A store that takes its time; what it was asked for, in order. */
function slowStore(fails: (name: string, args: unknown) => boolean = () => false) {
  const asked: { name: string; args: unknown }[] = [];
  const write = async (name: string, args: unknown) => {
    asked.push({ name, args });
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (fails(name, args)) throw new Error('the store is away');
    if (name === 'claim') return { message: (args as ClaimArgs).id };
    if (name === 'recordOutcome') return false;
    const { claims, outcomes } = args as StepArgs;
    return { claimed: claims.map((c) => ({ message: c.id })), freed: outcomes.map((o) => o.message.endsWith('frees')) };
  };
  const claimsOf = (n: number) => (asked[n]?.args as StepArgs | undefined)?.claims ?? [];
  return { asked, claimsOf, store: { write } as unknown as Pick<Store, 'write'> };
}

test('a single one goes at once; what comes meanwhile shares the next transaction, and each gets its own answer', async () => {
  const { asked, store } = slowStore();
  const steps = createSteps(store);
  const first = steps.claim('a', claim('m0'));
  await new Promise((resolve) => setImmediate(resolve));
  const all = Array.from({ length: 50 }, (_, i) => steps.claim('a', claim(`m${i + 1}`)));
  const freed = [steps.outcome(outcome('x')), steps.outcome(outcome('y frees'))];
  expect((await first)?.message).toBe('m0');
  expect((await Promise.all(all)).map((c) => c?.message)).toEqual(Array.from({ length: 50 }, (_, i) => `m${i + 1}`));
  expect(await Promise.all(freed)).toEqual([false, true]);
  expect(asked.map((a) => a.name)).toEqual(['step', 'step']);
});
test("a channel with many claims does not keep another channel's single one waiting", async () => {
  const { claimsOf, asked, store } = slowStore();
  const steps = createSteps(store);
  const many = Array.from({ length: 1000 }, (_, i) => steps.claim('many', claim(`m${i}`)));
  const one = steps.claim('one', claim('reply'));
  await one;
  expect(asked).toHaveLength(1);
  expect(claimsOf(0)).toHaveLength(100);
  await Promise.all(many);
  expect(asked).toHaveLength(11);
});
test('a transaction that fails is taken apart: the one at fault alone fails', async () => {
  const { store } = slowStore((name, args) => name === 'step' || (name === 'claim' && (args as ClaimArgs).id === 'bad'));
  const steps = createSteps(store);
  const [good, bad, told] = await Promise.allSettled([steps.claim('a', claim('good')), steps.claim('a', claim('bad')), steps.outcome(outcome('x'))]);
  expect((good as PromiseFulfilledResult<Claimed>).value.message).toBe('good');
  expect(bad.status).toBe('rejected');
  expect(told).toEqual({ status: 'fulfilled', value: false });
});
