import type { Broker, Cluster } from '../../src/broker/kafkajs/cluster.ts';
import { fence } from '../../src/broker/kafkajs/fence.ts';

const TOPICS = [
  { topic: 'a', partitions: [0, 1] },
  { topic: 'b', partitions: [0] },
];
/** Coordinators that say these errors, in turn, before they do what they are asked; `null` is no error. */
function cluster(...errors: (string | null)[]) {
  const told: string[] = [];
  const state = { epoch: 6 };
  const answer = <T>(what: string, value: () => T) => {
    const type = errors.shift();
    told.push(type ? `${what}: ${type}` : what);
    return type ? Promise.reject(Object.assign(new Error(type), { type })) : Promise.resolve(value());
  };
  const broker = {
    initProducerId: ({ transactionalId }: { transactionalId: string }) => answer(`id for ${transactionalId}`, () => ({ producerId: '9', producerEpoch: ++state.epoch })),
    addPartitionsToTxn: (asked: { producerEpoch: number; topics: unknown }) =>
      answer(`add ${asked.topics === TOPICS ? 'all' : 'some'} as epoch ${asked.producerEpoch}`, () => ({})),
    endTxn: (asked: { producerEpoch: number; transactionResult: boolean }) => answer(`end ${asked.transactionResult} as epoch ${asked.producerEpoch}`, () => ({})),
  } as unknown as Broker;
  return { told, of: { findGroupCoordinator: async () => broker } as unknown as Cluster };
}
const WHOLE = ['id for relay', 'add all as epoch 7', 'end false as epoch 7', 'id for relay'];

test('a transaction of nothing is ended in every partition, and the id is that of after it', async () => {
  const { told, of } = cluster();
  expect(await fence(of, 'relay', TOPICS)).toEqual({ producerId: '9', producerEpoch: 8 });
  expect(told).toEqual(WHOLE);
});
test.each(['GROUP_LOAD_IN_PROGRESS', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'NOT_COORDINATOR_FOR_GROUP', 'CONCURRENT_TRANSACTIONS'])(
  '%s passes: it is asked again, at each step',
  async (type) => {
    for (let step = 0; step < WHOLE.length; step++) {
      const { told, of } = cluster(...Array<null>(step).fill(null), type, type);
      expect((await fence(of, 'relay', TOPICS)).producerEpoch).toBe(8);
      expect(told).toEqual([...WHOLE.slice(0, step), `${WHOLE[step]}: ${type}`, `${WHOLE[step]}: ${type}`, ...WHOLE.slice(step)]);
    }
  },
);
test.each(['INVALID_PRODUCER_EPOCH', 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'UNKNOWN_TOPIC_OR_PARTITION'])('%s is thrown at once, at each step', async (type) => {
  for (let step = 0; step < WHOLE.length; step++) {
    const { told, of } = cluster(...Array<null>(step).fill(null), type);
    await expect(fence(of, 'relay', TOPICS)).rejects.toThrow(type);
    expect(told).toHaveLength(step + 1);
  }
});
