import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { prototype } = require('kafkajs/src/broker') as { prototype: { addPartitionsToTxn(asked: object): Promise<unknown> } };
const answers: (() => unknown)[] = [];
let asked: object[] = [];
prototype.addPartitionsToTxn = async (what) => {
  asked.push(what);
  return answers.shift()?.();
};
const { waitForMarkers } = await import('../../src/broker/kafkajs/wait-for-markers.ts');
waitForMarkers();
waitForMarkers(); // once only, however often

const refuse = (type: string) => () => {
  throw Object.assign(new Error(type), { type });
};
const REQUEST = { transactionalId: 'relay', topics: [] };
beforeEach(() => {
  asked = [];
  answers.length = 0;
});

test('the partitions of a transaction are asked for again until the markers of the one before it are written', async () => {
  answers.push(refuse('CONCURRENT_TRANSACTIONS'), refuse('CONCURRENT_TRANSACTIONS'), () => 'added');
  expect(await prototype.addPartitionsToTxn(REQUEST)).toBe('added');
  expect(asked).toEqual([REQUEST, REQUEST, REQUEST]);
});
test.each(['INVALID_PRODUCER_EPOCH', 'COORDINATOR_LOAD_IN_PROGRESS', 'NOT_COORDINATOR_FOR_GROUP'])('%s is thrown at once', async (type) => {
  answers.push(refuse(type));
  await expect(prototype.addPartitionsToTxn(REQUEST)).rejects.toThrow(type);
  expect(asked).toHaveLength(1);
});
test('a transaction that stays is not waited for for ever', async () => {
  answers.push(...Array.from({ length: 5000 }, () => refuse('CONCURRENT_TRANSACTIONS')));
  await expect(prototype.addPartitionsToTxn(REQUEST)).rejects.toThrow('CONCURRENT_TRANSACTIONS');
});
