import { createRequire } from 'node:module';
import { keepCoordinator } from '../../src/broker/kafkajs/keep-coordinator.ts';

const { jest: timers } = import.meta as unknown as { jest: typeof jest };
const [GROUP, TRANSACTION] = [0, 1];
keepCoordinator();
keepCoordinator(); // once only, however often
const { findGroupCoordinator } = (createRequire(import.meta.url)('kafkajs/src/cluster') as { prototype: { findGroupCoordinator(asked: object): Promise<{ nodeId: number }> } })
  .prototype;

/** As much of the cluster of kafkajs as its own look-up uses; `lead` is the broker that coordinates now, `there` which ones can be reached. */
function cluster() {
  const state = { asked: [] as string[], lead: 1, there: [1, 2] };
  const self = {
    retrier: <T>(work: (bail: (error: Error) => never) => Promise<T>) =>
      work((error) => {
        throw error;
      }),
    logger: { debug() {} },
    refreshMetadata: async () => {},
    async findGroupCoordinatorMetadata({ groupId }: { groupId: string }) {
      state.asked.push(groupId);
      return { coordinator: { nodeId: state.lead } };
    },
    async findBroker({ nodeId }: { nodeId: number }) {
      if (!state.there.includes(nodeId)) throw new Error(`broker ${nodeId} is not there`);
      return { nodeId };
    },
  };
  return { state, ask: async (groupId: string, coordinatorType: number) => (await findGroupCoordinator.call(self, { groupId, coordinatorType })).nodeId };
}
beforeEach(() => timers.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] }));
afterEach(() => timers.useRealTimers());

test('the coordinator of a transaction is asked for once a second, that of a group each time', async () => {
  const { state, ask } = cluster();
  for (let ms = 0; ms < 2500; ms += 100) {
    expect(await ask('relay', TRANSACTION)).toBe(1);
    timers.advanceTimersByTime(100);
  }
  expect(state.asked).toEqual(['relay', 'relay', 'relay']);
  await ask('desk', GROUP);
  await ask('desk', GROUP);
  expect(state.asked.slice(3)).toEqual(['desk', 'desk']);
});
test('each transaction has its own, and each client too', async () => {
  const [one, other] = [cluster(), cluster()];
  await one.ask('relay', TRANSACTION);
  await one.ask('republish', TRANSACTION);
  other.state.lead = 2;
  expect(await other.ask('relay', TRANSACTION)).toBe(2);
  expect([one.state.asked, other.state.asked]).toEqual([['relay', 'republish'], ['relay']]);
});
test('one that moved is found after a second, one that left at once', async () => {
  const { state, ask } = cluster();
  await ask('relay', TRANSACTION);
  state.lead = 2;
  expect(await ask('relay', TRANSACTION)).toBe(1);
  timers.advanceTimersByTime(1000);
  expect(await ask('relay', TRANSACTION)).toBe(2);
  state.lead = 1;
  state.there = [1];
  expect(await ask('relay', TRANSACTION)).toBe(1);
});
test('one that cannot be found is not remembered', async () => {
  const { state, ask } = cluster();
  state.there = [2];
  await expect(ask('relay', TRANSACTION)).rejects.toThrow('broker 1 is not there');
  state.lead = 2;
  expect(await ask('relay', TRANSACTION)).toBe(2);
});
